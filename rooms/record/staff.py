from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, select, update

from rooms.record import tables
from rooms.record.asking import add_new, columns


class Staff(NamedTuple):
    """`name` is under which they speak in channels, empty for the organization's."""

    id: str
    email: str
    organization: str
    role: str
    password_hash: str
    created_at: int
    name: str = ""
    deactivated_at: int | None = None


_TABLE = tables.staff
_COLUMNS = columns(_TABLE, Staff._fields)


def add(connection: Connection, staff: Staff) -> bool:
    """False when the address is taken; it opens one organization only."""
    return add_new(connection, _TABLE, staff._asdict())


def one(connection: Connection, id: str) -> Staff | None:  # noqa: A002 - the column's name
    row = connection.execute(select(*_COLUMNS).where(_TABLE.c.id == id)).one_or_none()
    return Staff._make(row) if row else None


def by_email(connection: Connection, email: str) -> Staff | None:
    row = connection.execute(select(*_COLUMNS).where(_TABLE.c.email == email)).one_or_none()
    return Staff._make(row) if row else None


def of_organization(connection: Connection, organization: str) -> Sequence[Staff]:
    query = select(*_COLUMNS).where(_TABLE.c.organization == organization).order_by(_TABLE.c.created_at, _TABLE.c.id)
    return [Staff._make(row) for row in connection.execute(query)]


def count(connection: Connection, organization: str, role: str | None = None) -> int:
    """Those who can sign in, of one role or of all."""
    query = select(func.count()).select_from(_TABLE).where(
        _TABLE.c.organization == organization, _TABLE.c.deactivated_at.is_(None))
    return connection.scalars(query if role is None else query.where(_TABLE.c.role == role)).one()


def change(connection: Connection, id: str, **fields: Any) -> bool:  # noqa: A002 - the column's name
    """Sets columns; False when there is no such account."""
    return connection.execute(update(_TABLE).where(_TABLE.c.id == id).values(**fields)).rowcount > 0
