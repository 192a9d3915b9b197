"""What somebody has not been told yet of a channel: in one round trip, which may be under way while something else is
done."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from rooms import blocks, ids, messages, overlay
from rooms.events import Logged, Position
from rooms.live import keys, log
from rooms.live.scripts import OWED
from rooms.store import Store


class Owed(NamedTuple):
    """`told` is where the follower is, None for who does not listen. The entries above follow, ascending, as they may
    be told: without reactions and pins, those of whom the reader has blocked as ones that say nothing."""

    told: Position | None
    entries: list[Logged]


NOTHING = Owed(None, [])


def since(store: Store, user: str, channel: str, seq: int, limit: int) -> list[Logged]:
    """Entries above `seq`, at most `limit`, for somebody who may have been put out meanwhile: nothing above the entry
    that says so. Raises Refused(UNAVAILABLE)."""
    return soon(store, user, channel, limit, seq)().entries


def soon(store: Store, user: str, channel: str, limit: int, seq: int | None = None) -> Callable[[], Owed]:
    """Asks now, from the follower's place on where no `seq` is given; what is returned waits for the answer and raises
    Refused(UNAVAILABLE)."""
    if not ids.is_channel(channel):
        return lambda: NOTHING
    name = keys.of_channel(store.live.prefix, channel)
    names = [name.places, name.head, name.outside, name.room.sanctions, name.log, name.recalled, name.edited]
    start = "" if seq is None else str(seq)
    answer = store.live.begin(OWED, names, [user, channel, start, str(limit)])
    blocked = blocks.soon(store, user)

    def wait() -> Owed:
        _, place, *found = answer.wait()
        told = Position.parse(place) if place else None
        above = seq if seq is not None else told.seq if told else None
        if above is None or not found:
            return NOTHING
        entries = _as_they_stand(store, channel, above, limit, found)
        return Owed(told, blocks.leave_out(entries, blocked()))

    return wait


def _as_they_stand(store: Store, channel: str, seq: int, limit: int, found: list[bytes]) -> list[Logged]:
    last, changed, *items = found
    entries = [log.logged(store.live, item) for item in items]
    if seq < int(last) and (not entries or entries[0].seq != seq + 1):  # the log begins later: the record knows
        return messages.after(store, channel, seq, limit, int(last))
    return overlay.as_they_stand(store, channel, entries) if changed == b"1" else entries
