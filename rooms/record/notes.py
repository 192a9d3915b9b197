"""Single facts about the record as a whole, by name."""

from __future__ import annotations

from sqlalchemy import Connection, select

from rooms.record.asking import put
from rooms.record.tables import meta


def get(connection: Connection, name: str) -> str | None:
    return connection.scalars(select(meta.c.value).where(meta.c.name == name)).one_or_none()


def set_(connection: Connection, name: str, value: str) -> None:
    put(connection, meta, [{"name": name, "value": value}])
