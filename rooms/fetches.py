"""Files that followers sent and that still lie with WeChat: a row until each is said, or given up.

The row comes first, in the push's own request; whoever fetches takes it for a minute, so a death costs that minute.
"""

from __future__ import annotations

from collections.abc import Sequence

from rooms.record import fetches
from rooms.record.fetches import Fetch
from rooms.store import Store

__all__ = ["HINT", "MOST_TRIES", "Fetch", "add", "done", "due", "later", "take"]

HINT = "fetch"
LEASE_MS = 60_000
MOST_TRIES = 5
AT_ONCE = 20


def add(store: Store, id: str, appid: str, openid: str, channel: str, type_: str, media_id: str) -> None:  # noqa: A002
    """`id` is the push's, so that a repetition is one."""
    now = store.clock.now()
    row = Fetch(id, appid, openid, channel, type_, media_id, 0, now, now)
    store.record.write(lambda c: fetches.add(c, row))


def due(store: Store) -> Sequence[Fetch]:
    now = store.clock.now()
    return store.record.read(lambda c: fetches.due(c, now, AT_ONCE))


def take(store: Store, fetch: Fetch) -> bool:
    """False when somebody else works on it."""
    until = store.clock.now() + LEASE_MS
    return store.record.write(lambda c: fetches.take(c, fetch, until))


def later(store: Store, fetch: Fetch, in_ms: int) -> None:
    """Tried in vain: again then."""
    at = store.clock.now() + in_ms
    store.record.write(lambda c: fetches.put_off(c, fetch.id, at))


def done(store: Store, fetch: Fetch) -> None:
    store.record.write(lambda c: fetches.remove(c, fetch.id))
