"""The white lists of rooms."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, delete, select

from rooms.record import tables
from rooms.record.asking import add_new

_TABLE = tables.free


def add(connection: Connection, room: str, user: str, by: str, at: int) -> bool:
    """False when they are on it already."""
    return add_new(connection, _TABLE, {"room": room, "user": user, "by": by, "at": at})


def remove(connection: Connection, room: str, user: str) -> bool:
    return connection.execute(delete(_TABLE).where(_TABLE.c.room == room, _TABLE.c.user == user)).rowcount > 0


def has(connection: Connection, room: str, user: str) -> bool:
    query = select(_TABLE.c.user).where(_TABLE.c.room == room, _TABLE.c.user == user)
    return connection.scalars(query).one_or_none() is not None


def of_room(connection: Connection, room: str) -> Sequence[str]:
    return list(connection.scalars(select(_TABLE.c.user).where(_TABLE.c.room == room).order_by(_TABLE.c.user)))


def rooms_of(connection: Connection, user: str) -> list[str]:
    return list(connection.scalars(select(_TABLE.c.room).where(_TABLE.c.user == user).order_by(_TABLE.c.room)))


def give(connection: Connection, user: str, to: str, at: int) -> None:
    for room in rooms_of(connection, user):
        add(connection, room, to, "", at)
    connection.execute(delete(_TABLE).where(_TABLE.c.user == user))
