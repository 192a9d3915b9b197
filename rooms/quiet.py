"""Do not disturb: somebody hears a room or a channel only when they look. No digests, no wake-ups; unread still counts.

The record is the authority. The room's gate keeps a copy, so that who enters is told without a question to it.
"""

from __future__ import annotations

from collections.abc import Sequence

from rooms import gate, ids
from rooms.errors import Code, Refused
from rooms.events import Person
from rooms.live import keys
from rooms.live.scripts import HUSH
from rooms.record import channels, members, rooms
from rooms.record import quiet as rows
from rooms.record.quiet import Quiet
from rooms.recovery import quiet_field
from rooms.store import Store

LONGEST_MS = 10 * 365 * 86_400_000


def set_quiet(store: Store, person: Person, place: str, on: bool = True, until: int | None = None) -> None:
    """Asks for quiet in the room or channel `place`, without `until` for good; or ends it. For members.

    Raises Refused: not_found, not_member; bad_frame for a time that is over or too far.
    """
    room = ids.room_of(place) if ids.is_channel(place) else place
    now = store.clock.now() + store.live.offset_ms
    if not ids.is_room(room):
        raise Refused(Code.NOT_FOUND)
    if on and until is not None and not now < until <= now + LONGEST_MS:
        raise Refused(Code.BAD_FRAME, "until: a time to come, at most ten years away")
    found, role, there = store.record.read(lambda c: (
        rooms.one(c, room), members.role(c, room, person.id), place == room or channels.one(c, place) is not None))
    if not there or found is None or found.organization != person.organization or (found.private and role is None):
        raise Refused(Code.NOT_FOUND)
    if role is None:
        raise Refused(Code.NOT_MEMBER)
    end = until or 0
    if on:
        store.record.write(lambda c: rows.set_(c, Quiet(person.id, place, end)))
    else:
        store.record.write(lambda c: rows.end(c, person.id, place))
    name = keys.of_room(store.live.prefix, room)
    gate.ask(store, room, HUSH, [name.gate, name.members, name.quiet], [
        person.organization, person.id, quiet_field(person.id, place), str(end) if on else ""])


def until(store: Store, channel: str, users: Sequence[str]) -> dict[str, int]:
    """user → when their quiet in the channel ends (0: no end is set), for those of them who asked for it."""
    now = store.clock.now() + store.live.offset_ms
    found: dict[str, int] = {}
    for row in store.record.read(lambda c: rows.at(c, [channel, ids.room_of(channel)], users)):
        if row.until == 0 or found.get(row.user) == 0:
            found[row.user] = 0
        elif row.until > now:
            found[row.user] = max(row.until, found.get(row.user, 0))
    return found
