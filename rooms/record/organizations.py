from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, insert, select, update

from rooms.record import tables
from rooms.record.asking import columns


class Organization(NamedTuple):
    id: str
    name: str
    created_at: int


_COLUMNS = columns(tables.organizations, Organization._fields)


def add(connection: Connection, organization: Organization) -> None:
    connection.execute(insert(tables.organizations), organization._asdict())


def one(connection: Connection, id: str) -> Organization | None:  # noqa: A002 - the column's name
    row = connection.execute(select(*_COLUMNS).where(tables.organizations.c.id == id)).one_or_none()
    return Organization._make(row) if row else None


def ids(connection: Connection) -> list[str]:
    return list(connection.scalars(select(tables.organizations.c.id).order_by(tables.organizations.c.id)))


def rename(connection: Connection, id: str, name: str) -> None:  # noqa: A002 - the column's name
    connection.execute(update(tables.organizations).where(tables.organizations.c.id == id).values(name=name))


def lock(connection: Connection, id: str) -> bool:  # noqa: A002 - the column's name
    """Waits for others who count something of this organization; False when there is none. For writes."""
    query = select(tables.organizations.c.id).where(tables.organizations.c.id == id).with_for_update()
    return connection.scalars(query).one_or_none() is not None
