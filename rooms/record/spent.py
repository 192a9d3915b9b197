"""What may be used only so often a day."""

from __future__ import annotations

from sqlalchemy import Connection, delete, select, update

from rooms.record import tables
from rooms.record.asking import add_new

_TABLE = tables.spent


def spend(connection: Connection, day: int, kind: str, value: str, most: int) -> bool:
    """One more on this day. False when that would be more than `most`: then nothing is counted."""
    add_new(connection, _TABLE, {"day": day, "kind": kind, "value": value, "count": 0})
    statement = update(_TABLE).where(
        _TABLE.c.day == day, _TABLE.c.kind == kind, _TABLE.c.value == value, _TABLE.c.count < most)
    return connection.execute(statement.values(count=_TABLE.c.count + 1)).rowcount > 0


def count(connection: Connection, day: int, kind: str, value: str) -> int:
    query = select(_TABLE.c.count).where(_TABLE.c.day == day, _TABLE.c.kind == kind, _TABLE.c.value == value)
    return connection.scalars(query).one_or_none() or 0


def forget(connection: Connection, before: int) -> None:
    """Days before this one are over."""
    connection.execute(delete(_TABLE).where(_TABLE.c.day < before))
