"""Words between two members of a room, where its owners allow it: a channel of two.

It is a channel like any other: the room's bans and mutes, its lists of words, reports, retention, export and erasure
hold in it. But the room does not show it, it does not count among the room's channels, and nobody else reads it,
neither moderators nor the organization's staff, unless one of the two reports a message.
"""

from __future__ import annotations

from typing import NamedTuple

from rooms import blocks, ids, members, recovery, standings
from rooms.errors import Code, Refused
from rooms.events import Person
from rooms.live import keys
from rooms.permissions import Right
from rooms.record import Connection, aliases, allowed, channels, reads, rooms, rules, sanctions, users
from rooms.record import members as member_rows
from rooms.record.channels import Channel
from rooms.record.rooms import Room
from rooms.store import Store

MOST_IN_A_ROOM = 1_000
"""They are looked at whenever the room is made ready: ten milliseconds each after Redis lost its memory."""
MOST_OF_A_PERSON = 50
"""In one room."""
PER_MINUTE = 10
OPEN, CLOSED = "open", "closed"


class Two(NamedTuple):
    """A channel of two, as one of them sees it."""

    channel: str
    room: str
    other: str
    name: str
    """The other one's, as it is now."""


def begin(store: Store, person: Person, room: str, user: str) -> Two:
    """The channel of the two, which is made where there is none.

    Raises Refused: not_found (room, or no such member of it), not_member, banned, closed, forbidden (the room does not
    allow it, or oneself), full, rate_limited, unavailable.
    """
    members.count_try(store, "direct", person.id, PER_MINUTE)
    now = store.clock.now()

    def act(connection: Connection) -> Two:
        other = aliases.kept(connection, user)
        found = _room(connection, person, room, now)
        if other == person.id:
            raise Refused(Code.FORBIDDEN, "nobody talks to themselves here")
        known = users.one(connection, other)
        if known is None or member_rows.role(connection, room, other) is None:
            raise Refused(Code.NOT_FOUND, "no such member")
        there = channels.by_name(connection, room, key(person.id, other))
        made = there or _make(connection, found, person.id, other, now)
        return Two(made.id, room, other, known.name)

    two = store.record.write(act)
    if not is_between_two(store, two.channel):
        recovery.admit(store, room, two.channel)
    return two


def of(store: Store, person: Person, room: str = "") -> list[Two]:
    """Theirs, in one room or in all; without those of people whom they do not want to read."""
    blocked = blocks.of(store, person.id)
    return [two for two in store.record.read(lambda c: seen(c, person.id, room)) if two.other not in blocked]


def seen(connection: Connection, user: str, room: str = "") -> list[Two]:
    inside = channels.direct_of(connection, user, room)
    others = {one.channel: one.user for one in allowed.of_channels(connection, [channel.id for channel in inside])
              if one.user != user}
    known = users.many(connection, list(set(others.values())))
    return [Two(channel.id, channel.room, others[channel.id], known[others[channel.id]].name)
            for channel in inside if others.get(channel.id) in known]


def is_between_two(store: Store, channel: str) -> bool:
    head = keys.of_channel(store.live.prefix, channel).head
    return bool(store.live.command("HEXISTS", head, "pair", key=head))


def key(one: str, other: str) -> str:
    """What makes a channel that of these two. No other channel has such a key: in a name's there is no space."""
    return " ".join(sorted((one, other)))


def give(connection: Connection, user: str, to: str) -> None:
    """Two people turned out to be one: what was said with the first is found under the second. Where both had a channel
    with the same third, there are two of them from then on, and the second goes on."""
    for channel in channels.direct_of(connection, user):
        other = next((one.user for one in allowed.of_channel(connection, channel.id) if one.user != user), to)
        if other == to:
            channels.change(connection, channel.id, state=CLOSED)
        elif channels.by_name(connection, channel.room, key(to, other)) is None:
            channels.change(connection, channel.id, name_key=key(to, other))


def _room(connection: Connection, person: Person, room: str, now: int) -> Room:
    found, role = rooms.locked(connection, room), member_rows.role(connection, room, person.id)
    if found is None or found.organization != person.organization or (role is None and found.private):
        raise Refused(Code.NOT_FOUND)
    standings.refuse_banned(sanctions.bans(connection, person.organization, room, person.id), now)
    if role is None:
        raise Refused(Code.NOT_MEMBER)
    if found.state != OPEN:
        raise Refused(Code.CLOSED)
    if not found.direct:
        raise Refused(Code.FORBIDDEN, "this room has no words between two")
    return found


def _make(connection: Connection, room: Room, one: str, other: str, now: int) -> Channel:
    """Both have read nothing of it, so that what the first says is unread to the second before they ever came in."""
    if (channels.count(connection, room.id, direct=True) >= MOST_IN_A_ROOM
            or len(channels.direct_of(connection, one, room.id)) >= MOST_OF_A_PERSON):
        raise Refused(Code.FULL, f"at most {MOST_OF_A_PERSON} of one person and {MOST_IN_A_ROOM} in a room")
    made = Channel(ids.new_channel(room.id), room.id, room.organization, "", key(one, other), 2, 0, OPEN, 0, now,
                   direct=True)
    if not channels.add(connection, made):
        raise Refused(Code.UNAVAILABLE, "try again", 100)
    rules.set_(connection, made.id, {Right.SEE: "list"})
    allowed.replace(connection, made.id, Right.SEE, [one, other], one, now)
    reads.put_many(connection, made.id, [(user, 0, 0, 0) for user in (one, other)])
    return made
