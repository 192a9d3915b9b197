from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, insert, select, update

from rooms.record import tables
from rooms.record.asking import columns


class Invitation(NamedTuple):
    """The code itself is known only to those who were given it."""

    digest: str
    organization: str
    room: str
    by: str
    made_at: int
    expires_at: int
    most: int
    used: int = 0
    revoked_at: int | None = None


_TABLE = tables.invitations
_COLUMNS = columns(_TABLE, Invitation._fields)


def add(connection: Connection, invitation: Invitation) -> None:
    connection.execute(insert(_TABLE), invitation._asdict())


def one(connection: Connection, organization: str, digest: str) -> Invitation | None:
    query = select(*_COLUMNS).where(_TABLE.c.digest == digest, _TABLE.c.organization == organization)
    row = connection.execute(query).one_or_none()
    return Invitation._make(row) if row else None


def spend(connection: Connection, organization: str, digest: str, at: int) -> bool:
    """One use less, in one statement. False when it is used up, over, revoked, or of another organization."""
    statement = update(_TABLE).where(
        _TABLE.c.digest == digest, _TABLE.c.organization == organization, _TABLE.c.expires_at > at,
        _TABLE.c.revoked_at.is_(None), _TABLE.c.used < _TABLE.c.most).values(used=_TABLE.c.used + 1)
    return connection.execute(statement).rowcount > 0


def revoke(connection: Connection, room: str, digest: str, at: int) -> bool:
    """False when there is none that could still be used."""
    statement = update(_TABLE).where(
        _TABLE.c.digest == digest, _TABLE.c.room == room, _TABLE.c.revoked_at.is_(None)).values(revoked_at=at)
    return connection.execute(statement).rowcount > 0


def of_room(connection: Connection, room: str, at: int) -> Sequence[Invitation]:
    """Those that can still be used, newest first."""
    query = select(*_COLUMNS).where(
        _TABLE.c.room == room, _TABLE.c.expires_at > at, _TABLE.c.revoked_at.is_(None),
        _TABLE.c.used < _TABLE.c.most).order_by(_TABLE.c.made_at.desc(), _TABLE.c.digest)
    return [Invitation._make(row) for row in connection.execute(query)]
