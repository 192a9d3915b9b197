"""Whom a channel's rules, lists or white list no longer let be there, when they become narrower or somebody's role
smaller: they are put out as by a kick, so that every door and every process hears it in the same way, and may come back
when they are let in again."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from rooms import cursors, ids, sanctions, seats
from rooms.errors import Refused
from rooms.permissions import Right, allows, moderates
from rooms.record import Connection, allowed, channels, free, members, rooms, rules
from rooms.steward import steward
from rooms.store import Store

log = logging.getLogger(__name__)

REASON = "频道只对部分人开放了 the channel is for some only now"


def put_out(store: Store, organization: str, channel: str) -> int:
    """Everybody who sits there, or listens as a follower, and may not see it or enter it any more; returns how
    many. Whoever enters meanwhile is judged by the new rules already."""
    return _put_out(store, organization, channel, {*_sitting(store, channel), *cursors.listeners(store, channel)})


def put_out_of_room(store: Store, organization: str, room: str, user: str = "") -> int:
    """The same in all channels of the room, for everybody or for one."""
    inside = store.record.read(lambda c: [one.id for one in channels.of_room(c, room)])
    if not user:
        return sum(put_out(store, organization, channel) for channel in inside)
    return sum(_put_out(store, organization, channel, {user}) for channel in inside if _is_there(store, channel, user))


def _put_out(store: Store, organization: str, channel: str, inside: set[str]) -> int:
    gone = sorted(store.record.read(lambda c: _strangers(c, channel, inside)))
    for user in gone:
        try:
            sanctions.kick(store, steward(organization), channel, user, REASON)
        except Refused as refused:
            log.warning("somebody stays in a channel that is closed to them channel=%s user=%s: %s", channel, user,
                        refused.message)
    return len(gone)


def _strangers(connection: Connection, channel: str, people: Iterable[str]) -> set[str]:
    room = rooms.one(connection, ids.room_of(channel))
    roles = members.roles(connection, ids.room_of(channel), people)
    held = rules.of_channel(connection, channel)
    listed = {(one.right, one.user) for one in allowed.of_channel(connection, channel)}
    white = frozenset(free.of_room(connection, room.id)) if room is not None and room.white_only else None
    return {user for user in people if not all(
        allows(held.get(right), roles.get(user), (right, user) in listed) for right in (Right.SEE, Right.ENTER))
        or not (white is None or user in white or moderates(roles.get(user)))}


def _sitting(store: Store, channel: str) -> set[str]:
    found: set[str] = set()
    cursor = "0"
    while cursor:
        page = seats.present(store, channel, cursor)
        found |= {person.id for person in page.people}
        cursor = page.cursor
    return found


def _is_there(store: Store, channel: str, user: str) -> bool:
    return seats.is_seated(store, user, channel) or cursors.told(store, channel, user) is not None
