"""Rooms that are closed up against a raid."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, delete, select

from rooms.record import tables
from rooms.record.asking import add_new, columns


class Shield(NamedTuple):
    """`before` is JSON: what the room was like."""

    room: str
    before: str
    by: str
    at: int


_TABLE = tables.shields


def add(connection: Connection, shield: Shield) -> bool:
    """False when it is up already."""
    return add_new(connection, _TABLE, shield._asdict())


def one(connection: Connection, room: str) -> Shield | None:
    row = connection.execute(select(*columns(_TABLE, Shield._fields)).where(_TABLE.c.room == room)).one_or_none()
    return Shield._make(row) if row else None


def remove(connection: Connection, room: str) -> None:
    connection.execute(delete(_TABLE).where(_TABLE.c.room == room))


def up(connection: Connection, organization: str) -> set[str]:
    """The rooms of the organization that are shielded."""
    rooms = tables.rooms
    query = select(_TABLE.c.room).join(rooms, rooms.c.id == _TABLE.c.room).where(rooms.c.organization == organization)
    return set(connection.scalars(query))
