from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, select

from rooms.record import tables
from rooms.record.asking import add_new, columns


class Staff(NamedTuple):
    id: str
    email: str
    organization: str
    role: str
    password_hash: str
    created_at: int


_TABLE = tables.staff
_COLUMNS = columns(_TABLE, Staff._fields)


def add(connection: Connection, staff: Staff) -> bool:
    """False when the address is taken; it opens one organization only."""
    return add_new(connection, _TABLE, staff._asdict())


def by_email(connection: Connection, email: str) -> Staff | None:
    row = connection.execute(select(*_COLUMNS).where(_TABLE.c.email == email)).one_or_none()
    return Staff._make(row) if row else None


def of_organization(connection: Connection, organization: str) -> Sequence[Staff]:
    query = select(*_COLUMNS).where(_TABLE.c.organization == organization).order_by(_TABLE.c.created_at, _TABLE.c.id)
    return [Staff._make(row) for row in connection.execute(query)]
