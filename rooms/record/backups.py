"""The backups that were made, and how they ended."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, insert, select

from rooms.record import tables
from rooms.record.asking import columns


class Backup(NamedTuple):
    """Begun `at` (ms), over at `until`; `detail` is the file, or what went wrong."""

    at: int
    until: int
    state: str
    bytes: int
    detail: str


GOOD, FAILED = "good", "failed"
_TABLE = tables.backups
_COLUMNS = columns(_TABLE, Backup._fields)


def add(connection: Connection, backup: Backup) -> None:
    connection.execute(insert(_TABLE), backup._asdict())


def last(connection: Connection, state: str) -> Backup | None:
    query = select(*_COLUMNS).where(_TABLE.c.state == state).order_by(_TABLE.c.at.desc()).limit(1)
    row = connection.execute(query).one_or_none()
    return Backup._make(row) if row else None
