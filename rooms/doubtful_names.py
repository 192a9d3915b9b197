"""Names about which WeChat could not decide: each stays until somebody of the staff has seen it, who lets it be or
takes it back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rooms import auditing, doubtful, identities, notices
from rooms.authority import Actor, checked_reason
from rooms.notices import Kind
from rooms.record import Connection, organizations, users
from rooms.record import notices as notice_rows
from rooms.record import safety as rows
from rooms.record.safety import Check
from rooms.record.users import User
from rooms.store import Store

PAGE = 50


class Doubtful(NamedTuple):
    id: str
    user: str
    name: str
    at: int


def waiting(store: Store, actor: Actor, after: tuple[int, str] = (0, "")) -> Sequence[Doubtful]:
    """A page of those of the organization, the longest waiting first, beyond (at, id). Raises Refused(forbidden)."""
    doubtful.check_actor(actor)
    found = store.record.read(lambda c: rows.doubtful(c, actor.person.organization, rows.NAME, after, PAGE))
    return [Doubtful(one.id, one.user, one.content, one.at) for one in found]


def settle(store: Store, actor: Actor, id: str, keep: bool, reason: str = "") -> bool:  # noqa: A002 - the check's
    """Lets the name be, or takes it back, of which its bearer is told. False when it was decided already, or they took
    another name meanwhile.

    Raises Refused: not_found, forbidden, too_long.
    """
    doubtful.check_actor(actor)
    reason = checked_reason(reason)

    def act(connection: Connection) -> User | None:
        organizations.lock(connection, actor.person.organization)
        check = doubtful.one(connection, actor, rows.NAME, id)
        if not rows.end_doubtful(connection, id):
            return None
        named = _keep(connection, check) if keep else take_back(connection, store, actor, check, reason)
        if keep and named is not None:
            auditing.note(connection, store, actor, check.organization, "name_kept", check.user, reason=reason)
        return named

    named = store.record.write(act)
    if named is not None and not keep:
        identities.remember(store, named)
        notices.nudge(store, [named.id])
    return named is not None


def take_back(connection: Connection, store: Store, actor: Actor, check: Check, reason: str) -> User | None:
    """For a transaction; `identities.remember` and `notices.nudge` who it returns. None where it is not their name any
    more."""
    named = identities.unname(connection, check.user, check.content)
    if named is not None:
        auditing.note(connection, store, actor, check.organization, "name", check.user, reason=reason)
        notice_rows.add_many(connection, [notices.made(
            check.organization, check.user, Kind.NAME, store.clock.now(), facts={"reason": reason})])
    return named


def _keep(connection: Connection, check: Check) -> User | None:
    known = users.one(connection, check.user)
    return known if known is not None and known.name == check.content else None
