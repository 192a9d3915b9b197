"""Whom a channel's rules and lists no longer let be there, when they become narrower: they are put out as by a kick,
so that every door and every process hears it in the same way, and may come back when they are let in again."""

from __future__ import annotations

import logging

from rooms import cursors, ids, sanctions, seats
from rooms.errors import Refused
from rooms.permissions import Right, allows
from rooms.record import Connection, allowed, members, rules
from rooms.steward import steward
from rooms.store import Store

log = logging.getLogger(__name__)

REASON = "频道只对部分人开放了 the channel is for some only now"


def put_out(store: Store, organization: str, channel: str) -> int:
    """Everybody who sits there, or listens as a follower, and may not see it or enter it any more; returns how
    many. Whoever enters meanwhile is judged by the new rules already."""
    inside = {*_sitting(store, channel), *cursors.listeners(store, channel)}
    gone = sorted(store.record.read(lambda c: _strangers(c, channel, inside)))
    for user in gone:
        try:
            sanctions.kick(store, steward(organization), channel, user, REASON)
        except Refused as refused:
            log.warning("somebody stays in a channel that is closed to them channel=%s user=%s: %s", channel, user,
                        refused.message)
    return len(gone)


def _strangers(connection: Connection, channel: str, people: set[str]) -> set[str]:
    held = rules.of_channel(connection, channel)
    listed = {(one.right, one.user) for one in allowed.of_channel(connection, channel)}
    roles = members.roles(connection, ids.room_of(channel), people)
    return {user for user in people if not all(
        allows(held.get(right), roles.get(user), (right, user) in listed) for right in (Right.SEE, Right.ENTER))}


def _sitting(store: Store, channel: str) -> set[str]:
    found: set[str] = set()
    cursor = "0"
    while cursor:
        page = seats.present(store, channel, cursor)
        found |= {person.id for person in page.people}
        cursor = page.cursor
    return found
