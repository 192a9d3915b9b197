"""How one comes into a room: what every way in asks of a person, and how the owners of a room set its ways.

A room may be listed or not, private (invitations only), by request, behind a password, only for verified phones, only
for its white list. Bans, a closed room, the phone and the white list hold on every way; private, request and password
are what an invitation or a moderator's yes goes around.
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from rooms import authority, closing, direct, passwords, recovery, standings
from rooms.authority import Actor, Place
from rooms.errors import Code, Refused
from rooms.events import Person
from rooms.permissions import RANK, Role, moderates, rank
from rooms.record import Connection, audit, channels, free, members, organizations, phones, rooms, sanctions
from rooms.record.audit import Act
from rooms.record.rooms import Room
from rooms.store import Store


class Candidate(NamedTuple):
    """Somebody at the door; `role` is None for who is no member, `bans` are the ends of those that were ever set."""

    room: Room
    role: str | None
    bans: list[int]
    verified: bool
    free: bool


class Ways(NamedTuple):
    """What is to change; None stays. An empty password takes it away."""

    private: bool | None = None
    listed: bool | None = None
    by_request: bool | None = None
    verified: bool | None = None
    white_only: bool | None = None
    password: str | None = None
    direct: bool | None = None
    """Whether two members may talk to each other alone. Where they may no more, they read what they said."""


def look(connection: Connection, person: Person, room: str) -> Candidate:
    """Raises Refused(not_found) for a room of another organization."""
    found = rooms.one(connection, room)
    if found is None or found.organization != person.organization:
        raise Refused(Code.NOT_FOUND)
    return Candidate(
        found, members.role(connection, room, person.id),
        sanctions.bans(connection, person.organization, room, person.id),
        not found.verified or phones.of_user(connection, person.id) is not None,
        found.white_only and free.has(connection, room, person.id))


def check(candidate: Candidate, now: int) -> None:
    """What holds on every way in. Raises Refused: closed, banned, verify_phone, not_found (not on the white list)."""
    room = candidate.room
    standings.refuse_banned(candidate.bans, now)
    if room.white_only and not candidate.free and not moderates(candidate.role):
        raise Refused(Code.NOT_FOUND)
    if room.state != "open":
        raise Refused(Code.CLOSED)
    if not candidate.verified:
        raise Refused(Code.VERIFY_PHONE, "only with a verified phone")


def let_in(connection: Connection, room: str, user: str, now: int) -> str:
    """For a transaction: they are a member from now on; returns their role. Raises Refused(unauthenticated) for who
    is nobody (any more): two people may have become one meanwhile."""
    if not members.may_belong(connection, room, user):
        raise Refused(Code.UNAUTHENTICATED, "log in again")
    members.add(connection, room, user, Role.MEMBER, now)
    return members.role(connection, room, user) or Role.MEMBER


def change(store: Store, actor: Actor, room: str, ways: Ways) -> None:
    """Sets the ways into a room, for its owners and the organization's. Members stay members; where only the white
    list may be there from now on, the others are put out.

    Raises Refused: not_found, not_member, forbidden, bad_frame.
    """
    changed: dict[str, bool | str | None] = {
        name: value for name, value in ways._asdict().items() if value is not None and name != "password"}
    if ways.password is not None:
        changed["password_hash"] = passwords.seal(ways.password) if ways.password else None
    if not changed:
        raise Refused(Code.BAD_FRAME, f"some of {', '.join(Ways._fields)}")

    def act(connection: Connection) -> None:
        organizations.lock(connection, actor.person.organization)
        found = moderator(connection, store, actor, room, Role.OWNER)
        rooms.change(connection, room, **changed)
        if ways.direct is not None:
            channels.set_direct(connection, room, direct.OPEN if ways.direct else direct.CLOSED)
        before = {name: getattr(found, name) for name in changed if name != "password_hash"}
        after = {name: value for name, value in changed.items() if name != "password_hash"}
        if "password_hash" in changed:
            after["password"] = changed["password_hash"] is not None
        encode = msgspec.json.encode
        audit.add(connection, actor.person.organization, Act(
            store.clock.now(), actor.person.id, actor.person.door.value, "doors", "", room, "", "",
            encode(before).decode(), encode(after).decode()))

    store.record.write(act)
    recovery.close(store, room)
    if ways.white_only:
        closing.put_out_of_room(store, actor.person.organization, room)


def moderator(connection: Connection, store: Store, actor: Actor, room: str, least: str = Role.MODERATOR) -> Room:
    """The room, for who has at least this role there. Raises Refused: not_found, not_member, forbidden, banned."""
    found = rooms.one(connection, room)
    role = actor.role or members.role(connection, room, actor.person.id)
    if found is None or found.organization != actor.person.organization or (role is None and found.private):
        raise Refused(Code.NOT_FOUND)
    if role is None:
        raise Refused(Code.NOT_MEMBER)
    if rank(role) < RANK[least]:
        raise Refused(Code.FORBIDDEN)
    authority.refuse_banned(connection, store, actor, Place(room, "", ()))
    return found
