"""Who is signed in to the console, and the tokens of programs.

The record is the authority; Redis keeps a copy for a minute. A copy counts only while the account's generation is that
under which it was read: whatever ends or changes an account raises the generation after its commit, and from that
instant every process asks the record again.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from rooms.authority import Actor
from rooms.errors import Code, Refused
from rooms.events import Door, Person
from rooms.permissions import IN_ROOMS, Role, StaffRole
from rooms.record import Connection, api_tokens, organizations, staff, staff_sessions
from rooms.record.staff_sessions import Session
from rooms.store import Store

CACHED_MS = 60_000
GENERATION_MS = 3_600_000
"""Far longer than any copy lives."""

LONGEST_MS, IDLE_MS = 7 * 86_400_000, 12 * 3_600_000
MOST = 20
"""Sessions of one account; a newer one ends the oldest."""


class Signed(NamedTuple):
    """Who asks at the console. `bearer`: a program with a token, not a person with a cookie."""

    id: str
    organization: str
    role: str
    name: str
    email: str
    digest: str
    expires_at: int
    bearer: bool

    @property
    def actor(self) -> Actor:
        """As the core knows them; auditors have no role in rooms, and may change nothing."""
        return Actor(Person(self.id, self.organization, self.name, Door.CONSOLE),
                     IN_ROOMS.get(StaffRole(self.role), ""))

    @property
    def reader(self) -> Actor:
        """For looking only: auditors see what moderators see."""
        return Actor(self.actor.person, self.actor.role or Role.MODERATOR)

    @property
    def onlooker(self) -> Actor:
        """For looking only, at what owners and admins decide about: every role may see it."""
        return Actor(self.actor.person, Role.OWNER)


def begin(store: Store, account: str, address: str, agent: str) -> str:
    """A new session of the account; returns what its cookie holds, which is kept nowhere."""
    token = _new_token(account)
    now = store.clock.now()
    row = Session(_digest(store, token), account, now, now, now + LONGEST_MS, address[:64], agent[:255])

    def act(connection: Connection) -> None:
        staff_sessions.add(connection, row)
        for old in staff_sessions.of_staff(connection, account)[MOST:]:
            staff_sessions.end(connection, account, old.digest)

    store.record.write(act)
    return token


def look(store: Store, token: str) -> Signed | None:
    """Whose cookie or bearer token this is; None when it opens nothing (any more)."""
    account = token.partition(".")[0]
    if not account.startswith("s_") or len(token) > 100 or not token.isascii():
        return None
    digest = _digest(store, token)
    copy, generation = _copy_key(store, digest), _generation_key(store, account)
    cached, current = store.live.commands([(("GET", copy), copy), (("GET", generation), generation)])
    read_under = (current or b"0").decode()
    if cached is not None:
        under, signed = msgspec.json.decode(cached, type=tuple[str, Signed])
        if under == read_under:
            return signed if signed.expires_at > store.clock.now() else None
    found = _read(store, account, digest)
    if found is not None:
        store.live.set(copy, msgspec.json.encode((read_under, found)), px=CACHED_MS)
    return found


def csrf(store: Store, token: str) -> str:
    """What a page of this session sends with every change."""
    return store.record.vault.digest("console-csrf", token)[:40]


def end(store: Store, account: str, digest: str) -> None:
    """Raises Refused(not_found)."""
    if not store.record.write(lambda c: staff_sessions.end(c, account, digest)):
        raise Refused(Code.NOT_FOUND, "no such session")
    changed(store, account)


def end_all(store: Store, account: str, but: str = "") -> int:
    """Signs out everywhere, except the session `but`; returns how many ended."""
    ended = store.record.write(lambda c: staff_sessions.end_all(c, account, but))
    changed(store, account)
    return ended


def of(store: Store, account: str) -> Sequence[Session]:
    now = store.clock.now()
    return [one for one in store.record.read(lambda c: staff_sessions.of_staff(c, account)) if _lives(one, now)]


def changed(store: Store, account: str) -> None:
    """After a commit that concerns the account: no process believes its copy any more."""
    key = _generation_key(store, account)
    store.live.commands([(("INCR", key), key), (("PEXPIRE", key, str(GENERATION_MS)), key)])


def forget_expired(store: Store) -> int:
    now = store.clock.now()
    return store.record.write(lambda c: staff_sessions.forget(c, now))


def new_api_token(store: Store, account: str) -> tuple[str, str]:
    """(token, digest) for the program `account`."""
    token = _new_token(account)
    return token, _digest(store, token)


def _read(store: Store, account: str, digest: str) -> Signed | None:
    now = store.clock.now()
    found = store.record.read(lambda c: _person(c, account, digest, now) or _program(c, account, digest, now))
    if found is None:
        return None
    signed, seen_at = found
    if now - seen_at > CACHED_MS:
        store.record.write(lambda c: (api_tokens.used if signed.bearer else staff_sessions.seen)(c, digest, now))
    return signed


def _person(connection: Connection, account: str, digest: str, now: int) -> tuple[Signed, int] | None:
    session = staff_sessions.one(connection, digest)
    if session is None or session.staff != account or not _lives(session, now):
        return None
    known = staff.one(connection, account)
    if known is None or known.deactivated_at is not None:
        return None
    name = known.name or _name_of(connection, known.organization)
    return Signed(known.id, known.organization, known.role, name, known.email, digest,
                  min(session.expires_at, now + IDLE_MS), False), session.seen_at


def _program(connection: Connection, account: str, digest: str, now: int) -> tuple[Signed, int] | None:
    token = api_tokens.by_digest(connection, digest)
    if token is None or token.id != account or token.revoked_at is not None or 0 < (token.expires_at or 0) <= now:
        return None
    signed = Signed(token.id, token.organization, token.role, token.name, "", digest,
                    token.expires_at or now + LONGEST_MS, True)
    return signed, token.used_at or 0


def _lives(session: Session, now: int) -> bool:
    return session.expires_at > now and session.seen_at + IDLE_MS > now


def _name_of(connection: Connection, organization: str) -> str:
    known = organizations.one(connection, organization)
    return known.name if known else ""


def _new_token(account: str) -> str:
    return f"{account}.{secrets.token_urlsafe(32)}"


def _digest(store: Store, token: str) -> str:
    return store.record.vault.digest("console-session", token)


def _copy_key(store: Store, digest: str) -> str:
    return store.live.name("console", "session", digest)


def _generation_key(store: Store, account: str) -> str:
    return store.live.name("console", "generation", account)
