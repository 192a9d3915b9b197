"""Asking to be let into a room, and the moderators' answer."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from rooms import doors, members
from rooms.authority import Actor
from rooms.errors import Code, Refused
from rooms.events import Person
from rooms.record import Connection, aliases, audit, organizations
from rooms.record import requests as rows
from rooms.record.audit import Act
from rooms.record.requests import Asked, Request
from rooms.store import Store

LONGEST = 200
PAGE = 100
AGAIN_MS = 3_600_000
"""Who was declined may ask again after this."""


class State(StrEnum):
    WAITING = "waiting"
    APPROVED = "approved"
    DECLINED = "declined"


def ask(store: Store, person: Person, room: str, text: str = "") -> Request:
    """Asks to be let in, where that is the way. Asking again while it waits changes nothing.

    Raises Refused: not_found, bad_frame (not the way into this room), too_long, rate_limited (declined just now), and
    what holds on every way in.
    """
    text, now = text.strip(), store.clock.now()
    if len(text) > LONGEST or "\0" in text:
        raise Refused(Code.TOO_LONG, f"at most {LONGEST} characters")

    def act(connection: Connection) -> Request:
        candidate = doors.look(connection, person, room)
        before = rows.one(connection, room, person.id)
        if candidate.role is not None:
            return before or Request(room, person.id, State.APPROVED, "", now, now)
        if candidate.room.private:
            raise Refused(Code.NOT_FOUND)
        doors.check(candidate, now)
        if not candidate.room.by_request:
            raise Refused(Code.BAD_FRAME, "this room needs no request")
        if before is not None and before.state == State.WAITING:
            return before
        if before is not None and before.state == State.DECLINED and now - (before.answered_at or 0) < AGAIN_MS:
            raise Refused(Code.RATE_LIMITED, "declined", AGAIN_MS - now + (before.answered_at or 0))
        made = Request(room, person.id, State.WAITING, text, now)
        rows.put_(connection, made)
        return made

    return store.record.write(act)


def waiting(store: Store, actor: Actor, room: str) -> Sequence[Asked]:
    """For moderators, oldest first. Raises Refused: not_found, not_member, forbidden."""
    def look(connection: Connection) -> Sequence[Asked]:
        doors.moderator(connection, store, actor, room)
        return rows.waiting(connection, room, PAGE)

    return store.record.read(look)


def answer(store: Store, actor: Actor, room: str, user: str, yes: bool, reason: str = "") -> Request:
    """Lets them in, or not. Raises Refused: not_found where none waits (any more), not_member, forbidden, banned,
    too_long."""
    reason, now = reason.strip(), store.clock.now()
    if len(reason) > LONGEST or "\0" in reason:
        raise Refused(Code.TOO_LONG, f"at most {LONGEST} characters")

    def act(connection: Connection) -> tuple[Request, str]:
        organizations.lock(connection, actor.person.organization)
        doors.moderator(connection, store, actor, room)
        asks = aliases.kept(connection, user)
        before = rows.one(connection, room, asks)
        if before is None or before.state != State.WAITING:
            raise Refused(Code.NOT_FOUND, "no such request")
        role = ""
        if yes:
            person = Person(asks, actor.person.organization, "", actor.person.door)
            doors.check(doors.look(connection, person, room)._replace(verified=True), now)
            role = doors.let_in(connection, room, asks, now)
        state = State.APPROVED if yes else State.DECLINED
        made = before._replace(state=state, answered_at=now, by=actor.person.id, reason=reason)
        rows.answer(connection, made)
        audit.add(connection, actor.person.organization, Act(
            now, actor.person.id, actor.person.door.value, "approve" if yes else "decline", asks, room, "", reason,
            "{}", "{}"))
        return made, role

    made, role = store.record.write(act)
    if role:
        members.tell_gate(store, actor.person.organization, room, made.user, role)
    return made


def of(store: Store, person: Person) -> Sequence[Request]:
    """What this person asked for, newest first, with the answers."""
    return store.record.read(lambda c: rows.of_user(c, person.id))

