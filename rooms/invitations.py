"""Invitations: a code that lets into one room, until a time and for a number of people.

Codes are random and only their keyed hash is kept. A code is of one organization: for people of another it is no code
at all. A use is one statement in SQL together with the membership, so that a code for one lets in one, however many
try at once.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from typing import NamedTuple

from rooms import doors, members
from rooms.authority import Actor
from rooms.errors import Code, Refused
from rooms.events import Person
from rooms.ids import ALPHABET
from rooms.record import Connection, audit, organizations
from rooms.record import invitations as rows
from rooms.record.audit import Act
from rooms.store import Store

LENGTH = 16
"""80 bits: not to be guessed, even without a limit; there is one all the same."""
LONGEST_SECONDS, USUAL_SECONDS = 365 * 86_400, 7 * 86_400
MOST_USES = 10_000
MOST_IN_A_ROOM = 100
TRIES_PER_MINUTE = 10
_CODE = re.compile(rf"[{ALPHABET}]{{{LENGTH}}}")


class Made(NamedTuple):
    """The code is shown only now. `name` is what it is called in lists and when it is revoked."""

    code: str
    name: str
    expires_at: int
    uses: int


class Invitation(NamedTuple):
    name: str
    by: str
    made_at: int
    expires_at: int
    uses: int
    used: int


def make(store: Store, actor: Actor, room: str, seconds: int = USUAL_SECONDS, uses: int = 1) -> Made:
    """For moderators. Raises Refused: not_found, not_member, forbidden, bad_frame, full."""
    if not 1 <= seconds <= LONGEST_SECONDS or not 1 <= uses <= MOST_USES:
        raise Refused(Code.BAD_FRAME, f"seconds: 1 to {LONGEST_SECONDS}; uses: 1 to {MOST_USES}")
    code, now = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH)), store.clock.now()
    digest = _digest(store, code)
    row = rows.Invitation(digest, actor.person.organization, room, actor.person.id, now, now + seconds * 1_000, uses)

    def act(connection: Connection) -> None:
        organizations.lock(connection, actor.person.organization)
        doors.moderator(connection, store, actor, room)
        if len(rows.of_room(connection, room, now)) >= MOST_IN_A_ROOM:
            raise Refused(Code.FULL, f"a room has at most {MOST_IN_A_ROOM} open invitations")
        rows.add(connection, row)
        _note(connection, actor, "invite", room, _name(digest), now)

    store.record.write(act)
    return Made(code, _name(digest), row.expires_at, uses)


def revoke(store: Store, actor: Actor, room: str, name: str) -> None:
    """Nobody comes in by it any more. Raises Refused: not_found, not_member, forbidden."""
    now = store.clock.now()

    def act(connection: Connection) -> None:
        organizations.lock(connection, actor.person.organization)
        doors.moderator(connection, store, actor, room)
        found = [row.digest for row in rows.of_room(connection, room, now) if _name(row.digest) == name]
        if not found or not rows.revoke(connection, room, found[0], now):
            raise Refused(Code.NOT_FOUND, "no such invitation")
        _note(connection, actor, "uninvite", room, name, now)

    store.record.write(act)


def of_room(store: Store, actor: Actor, room: str) -> Sequence[Invitation]:
    """Those that can still be used, for moderators. Raises Refused: not_found, not_member, forbidden."""
    def look(connection: Connection) -> Sequence[rows.Invitation]:
        doors.moderator(connection, store, actor, room)
        return rows.of_room(connection, room, store.clock.now())

    return [Invitation(_name(row.digest), row.by, row.made_at, row.expires_at, row.most, row.used)
            for row in store.record.read(look)]


def is_code(text: str) -> bool:
    return _CODE.fullmatch(_typed(text)) is not None


def use(store: Store, person: Person, text: str, room: str = "") -> str:
    """Comes in by an invitation; returns the room. Who is a member already spends nothing.

    Raises Refused: not_found for whatever is not an invitation that this person can use (into `room`, if it is
    named), rate_limited, and what holds on every way in: banned, closed, verify_phone.
    """
    members.count_try(store, "invitation", person.id, TRIES_PER_MINUTE)
    if not is_code(text):
        raise _unknown()
    digest, now = _digest(store, _typed(text)), store.clock.now()

    def act(connection: Connection) -> tuple[str, str]:
        found = rows.one(connection, person.organization, digest)
        if found is None or (room and found.room != room):
            raise _unknown()
        candidate = doors.look(connection, person, found.room)
        if candidate.role is not None:
            return found.room, candidate.role
        doors.check(candidate, now)
        if not rows.spend(connection, person.organization, digest, now):
            raise _unknown()
        return found.room, doors.let_in(connection, found.room, person.id, now)

    entered, role = store.record.write(act)
    members.tell_gate(store, person.organization, entered, person.id, role)
    return entered


def _note(connection: Connection, actor: Actor, act: str, room: str, name: str, now: int) -> None:
    audit.add(connection, actor.person.organization, Act(
        now, actor.person.id, actor.person.door.value, act, name, room, "", "", "{}", "{}"))


def _unknown() -> Refused:
    return Refused(Code.NOT_FOUND, "no such invitation")


def _typed(text: str) -> str:
    return text[:64].strip().lower()


def _digest(store: Store, code: str) -> str:
    return store.record.vault.digest("invitation", code)


def _name(digest: str) -> str:
    return digest[:12]
