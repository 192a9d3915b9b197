"""How entries stand now: an entry never changes, but it may have been recalled since.

A recalled entry keeps its number and its author, and loses its body.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from rooms.events import Logged
from rooms.live import keys
from rooms.store import Store


def as_they_stand(store: Store, channel: str, entries: list[Logged]) -> list[Logged]:
    """The same entries, the recalled ones without what they said."""
    if not entries:
        return entries
    recalled = recalled_between(store, channel, entries[0].seq, entries[-1].seq)
    return [without_words(entry) if entry.seq in recalled else entry for entry in entries] if recalled else entries


def recalled_between(store: Store, channel: str, first: int, last: int) -> frozenset[int]:
    key = keys.of_channel(store.live.prefix, channel).recalled
    found: Sequence[bytes] = store.live.command("ZRANGEBYSCORE", key, str(first), str(last), key=key)
    return frozenset(map(int, found))


def without_words(entry: Logged) -> Logged:
    """The entry as one that was recalled."""
    frame = msgspec.json.decode(entry.frame)
    for part in ("body", "text", "client_id", "reply_to", "repeat_of"):
        frame.pop(part, None)
    frame["recalled"] = True
    return entry._replace(frame=msgspec.json.encode(frame))
