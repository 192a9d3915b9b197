"""Tokens by which programs of an organization use the console's API: bots that speak, integrations that read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rooms import auditing, ids, names, sessions, staff
from rooms.authority import Actor
from rooms.errors import Code, Refused
from rooms.record import Connection, organizations
from rooms.record import api_tokens as rows
from rooms.record.api_tokens import ApiToken
from rooms.store import Store

MOST = 50
LONGEST_DAYS = 3_650


class Made(NamedTuple):
    """The token is shown only now. `id` is as whom its bearer acts and speaks."""

    id: str
    token: str
    expires_at: int | None


def make(store: Store, actor: Actor, by: str, name: str, role: str, days: int | None = None) -> Made:
    """`by` is the role of who makes it. Raises Refused: forbidden (above one's own), bad_frame, too_long, full."""
    staff.below(by, role)
    if days is not None and not 1 <= days <= LONGEST_DAYS:
        raise Refused(Code.BAD_FRAME, f"days: 1 to {LONGEST_DAYS}")
    account, now, organization = ids.new("s"), store.clock.now(), actor.person.organization
    token, digest = sessions.new_api_token(store, account)
    expires_at = None if days is None else now + days * 86_400_000
    row = ApiToken(account, organization, digest, names.name(name).shown, role, actor.person.id, now, expires_at)

    def act(connection: Connection) -> None:
        organizations.lock(connection, organization)
        if rows.count(connection, organization) >= MOST:
            raise Refused(Code.FULL, f"an organization has at most {MOST} tokens")
        rows.add(connection, row)
        auditing.note(connection, store, actor, organization, "token_add", account, after={"role": role})

    store.record.write(act)
    return Made(account, token, expires_at)


def revoke(store: Store, actor: Actor, account: str) -> None:
    """Raises Refused(not_found)."""
    organization, now = actor.person.organization, store.clock.now()

    def act(connection: Connection) -> None:
        if not rows.revoke(connection, organization, account, now):
            raise Refused(Code.NOT_FOUND, "no such token")
        auditing.note(connection, store, actor, organization, "token_revoke", account)

    store.record.write(act)
    sessions.changed(store, account)


def of(store: Store, organization: str) -> Sequence[ApiToken]:
    return store.record.read(lambda c: rows.of_organization(c, organization))
