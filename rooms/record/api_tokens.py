from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, func, insert, select, update

from rooms.record import tables
from rooms.record.asking import columns


class ApiToken(NamedTuple):
    """`id` is as whom its bearer acts and speaks; the token itself is known only to those who were given it."""

    id: str
    organization: str
    digest: str
    name: str
    role: str
    by: str
    made_at: int
    expires_at: int | None = None
    used_at: int | None = None
    revoked_at: int | None = None


_TABLE = tables.api_tokens
_COLUMNS = columns(_TABLE, ApiToken._fields)


def add(connection: Connection, token: ApiToken) -> None:
    connection.execute(insert(_TABLE), token._asdict())


def by_digest(connection: Connection, digest: str) -> ApiToken | None:
    row = connection.execute(select(*_COLUMNS).where(_TABLE.c.digest == digest)).one_or_none()
    return ApiToken._make(row) if row else None


def of_organization(connection: Connection, organization: str) -> Sequence[ApiToken]:
    """Those that were not revoked, newest first."""
    query = select(*_COLUMNS).where(_TABLE.c.organization == organization, _TABLE.c.revoked_at.is_(None))
    return [ApiToken._make(row) for row in connection.execute(query.order_by(_TABLE.c.made_at.desc(), _TABLE.c.id))]


def count(connection: Connection, organization: str) -> int:
    query = select(func.count()).select_from(_TABLE).where(
        _TABLE.c.organization == organization, _TABLE.c.revoked_at.is_(None))
    return connection.scalars(query).one()


def used(connection: Connection, digest: str, at: int) -> None:
    connection.execute(update(_TABLE).where(_TABLE.c.digest == digest).values(used_at=at))


def revoke(connection: Connection, organization: str, id: str, at: int) -> bool:  # noqa: A002 - the column's name
    statement = update(_TABLE).where(
        _TABLE.c.id == id, _TABLE.c.organization == organization, _TABLE.c.revoked_at.is_(None)).values(revoked_at=at)
    return connection.execute(statement).rowcount > 0
