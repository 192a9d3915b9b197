"""What WeChat told of a message before we had written down under which number it knows it: kept until we have.

Who hears of a number writes the word here and then looks into the record once more; who writes a number into the record
looks here afterwards. So neither can miss the other.
"""

from __future__ import annotations

from rooms.store import Store

KEPT_MS = 5 * 60_000


def keep(store: Store, appid: str, reference: str, word: str) -> None:
    store.live.set(_key(store, appid, reference), word, px=KEPT_MS)


def take(store: Store, appid: str, reference: str) -> str:
    """Empty where nothing was told yet."""
    key = _key(store, appid, reference)
    found = store.live.get(key) if reference else None
    if found:
        store.live.delete(key)
    return (found or b"").decode()


def _key(store: Store, appid: str, reference: str) -> str:
    return store.live.name("late-word", appid, reference[:64])
