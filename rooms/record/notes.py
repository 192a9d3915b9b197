"""Single facts about the record as a whole, by name."""

from __future__ import annotations

from sqlalchemy import Connection, select

from rooms.record.asking import add_new
from rooms.record.tables import meta


def get(connection: Connection, name: str) -> str | None:
    return connection.scalars(select(meta.c.value).where(meta.c.name == name)).one_or_none()


def claim(connection: Connection, name: str, value: str) -> bool:
    """False when it is written down already: of two at once one wins."""
    return add_new(connection, meta, {"name": name, "value": value})
