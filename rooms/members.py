"""Who belongs to a room. The record says it first; then the room's gate in Redis learns of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rooms import auditing, gate, passwords
from rooms.authority import Actor
from rooms.errors import Code, Refused
from rooms.events import Person
from rooms.live import keys
from rooms.live.scripts import JOIN, PART
from rooms.permissions import Role, moderates
from rooms.record import Connection, channels, cursors, members, organizations, rooms
from rooms.record.members import Named
from rooms.record.rooms import Room
from rooms.store import Store

PAGE = 100
TRIES_PER_MINUTE = 5
"""Wrong passwords of one person for one room; parallel guesses count before they are looked at."""

MINUTE_MS = 60_000


class Members(NamedTuple):
    people: list[Named]
    cursor: str
    """"" at the end."""


def join(store: Store, person: Person, room: str, password: str | None = None) -> None:
    """Makes the person a member; who is one stays what they are.

    Raises Refused: not_found (also for a private room), banned, closed, verify_phone, forbidden (one has to ask),
    password_needed, password_wrong, rate_limited, unauthenticated (they are nobody any more).
    """
    from rooms import doors

    now = store.clock.now()
    candidate = store.record.read(lambda c: doors.look(c, person, room))
    role = candidate.role
    if role is None:
        if candidate.room.private:
            raise Refused(Code.NOT_FOUND)
        doors.check(candidate, now)
        if candidate.room.by_request:
            raise Refused(Code.FORBIDDEN, "ask to be let in")
        _check_password(store, person, candidate.room, password)
        role = store.record.write(lambda c: doors.let_in(c, room, person.id, now))
    tell_gate(store, person.organization, room, person.id, role)


def leave(store: Store, person: Person, room: str) -> None:
    """Ends the membership, and with it all seats and listening in the room, on every socket. Raises Refused(not_found).
    """
    from rooms import seats

    found = store.record.read(lambda c: rooms.one(c, room))
    if found is None or found.organization != person.organization:
        raise Refused(Code.NOT_FOUND)

    def act(connection: Connection) -> list[str]:
        members.remove(connection, room, person.id)
        inside = [channel.id for channel in (
            *channels.of_room(connection, room), *channels.direct_of(connection, person.id, room))]
        for channel in inside:
            cursors.remove(connection, channel, person.id)
        return inside

    inside = store.record.write(act)
    name = keys.of_room(store.live.prefix, room)
    gate.ask(store, room, PART, [name.gate, name.members], [person.id])
    for channel in inside:
        seats.part(store, person, channel)


def set_role(store: Store, room: str, user: str, role: str) -> None:
    """For the operators: makes them a member first where they are none. Raises Refused: not_found, bad_frame."""
    organization = store.record.write(lambda c: _set_role(c, store, None, room, user, role))
    tell_gate(store, organization, room, user, role)


def appoint(store: Store, actor: Actor, room: str, user: str, role: str) -> None:
    """Sets what a member may do in the room, for its owners and the organization's. Who is none becomes one. Where
    they may no longer be by their new role, they are put out.

    Raises Refused: not_found, not_member, forbidden, bad_frame.
    """
    from rooms import closing, doors, identities

    user = identities.whole(store, user)

    def act(connection: Connection) -> str:
        organizations.lock(connection, actor.person.organization)
        doors.moderator(connection, store, actor, room, Role.OWNER)
        return _set_role(connection, store, actor, room, user, role)

    organization = store.record.write(act)
    tell_gate(store, organization, room, user, role)
    closing.put_out_of_room(store, organization, room, user)


def _set_role(connection: Connection, store: Store, actor: Actor | None, room: str, user: str, role: str) -> str:
    """For a transaction; returns the organization. Without an actor it is the operator of the house."""
    if role not in list(Role):
        raise Refused(Code.BAD_FRAME, f"role: one of {', '.join(Role)}")
    found = rooms.one(connection, room)
    if found is None or not members.may_belong(connection, room, user):
        raise Refused(Code.NOT_FOUND, "no such room, or no such user in its organization")
    before = members.role(connection, room, user)
    if not members.set_role(connection, room, user, role):
        members.add(connection, room, user, role, store.clock.now())
    if before != role:
        auditing.note(connection, store, actor, found.organization, "role", user, room, before={"role": before},
                      after={"role": role})
    return found.organization


def page(store: Store, person: Person, room: str, cursor: str = "", limit: int = PAGE) -> Members:
    """Some members and where to go on, for members only. Raises Refused: not_found, not_member."""
    limit = max(1, min(limit, PAGE))
    found, role, people = store.record.read(lambda c: (
        rooms.one(c, room), members.role(c, room, person.id), members.page(c, room, cursor, limit)))
    if found is None or found.organization != person.organization or (found.private and role is None):
        raise Refused(Code.NOT_FOUND)
    if role is None:
        raise Refused(Code.NOT_MEMBER)
    return Members(list(people), people[-1].user if len(people) == limit else "")


def role(store: Store, person: Person, room: str) -> str | None:
    """What the person is in the room; None for who is no member."""
    return store.record.read(lambda c: members.role(c, room, person.id))


def called(store: Store, moderator: Person, room: str, spellings: Sequence[str], limit: int = 10) -> list[Named]:
    """Members with one of these names or ids, who came first first, for who may act on them.

    Raises Refused: not_found, not_member, forbidden.
    """
    def look(connection: Connection) -> list[Named]:
        found, mine = rooms.one(connection, room), members.role(connection, room, moderator.id)
        if found is None or found.organization != moderator.organization:
            raise Refused(Code.NOT_FOUND)
        if not moderates(mine):
            raise Refused(Code.FORBIDDEN if mine else Code.NOT_MEMBER)
        return list(members.called(connection, room, spellings, limit))

    return store.record.read(look)


def _check_password(store: Store, person: Person, room: Room, password: str | None) -> None:
    if room.password_hash is None:
        return
    if password is None:
        raise Refused(Code.PASSWORD_NEEDED)
    count_try(store, room.id, person.id, TRIES_PER_MINUTE)
    count_try(store, room.id, "everybody", store.limits.room_password_tries_per_minute)
    if not passwords.fits(password, room.password_hash):
        raise Refused(Code.PASSWORD_WRONG)


def count_try(store: Store, what: str, user: str, most: int) -> None:
    """One more guess in this minute, counted before it is judged. Raises Refused(rate_limited)."""
    minute = store.clock.now() // MINUTE_MS
    key = store.live.name("tries", what, user, str(minute))
    count, _ = store.live.commands([(("INCR", key), key), (("PEXPIRE", key, str(2 * MINUTE_MS)), key)])
    if int(count) > most:
        raise Refused(Code.RATE_LIMITED, "too many tries", (minute + 1) * MINUTE_MS - store.clock.now())


def tell_gate(store: Store, organization: str, room: str, user: str, role: str) -> None:
    """The record has this member; the room's gate learns of it."""
    name = keys.of_room(store.live.prefix, room)
    gate.ask(store, room, JOIN, [name.gate, name.members], [organization, user, role])
