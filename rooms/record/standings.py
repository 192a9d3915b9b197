"""Whose standing in many rooms has changed, and may not have reached every gate yet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, select, update

from rooms.record import tables
from rooms.record.asking import add_new, columns


class Standing(NamedTuple):
    organization: str
    user: str
    version: int
    wide: bool
    due: int | None


_TABLE = tables.standings
_COLUMNS = columns(_TABLE, Standing._fields)


def touch(connection: Connection, organization: str, user: str, at: int, wide: bool = False) -> int:
    """One more change that has to reach the gates; returns the new version. Under the organization's lock."""
    if not add_new(connection, _TABLE, Standing(organization, user, 1, wide, at)._asdict()):
        values = {"version": _TABLE.c.version + 1, "due": at} | ({"wide": True} if wide else {})
        connection.execute(update(_TABLE).where(_is(organization, user)).values(values))
    found = one(connection, organization, user)
    assert found is not None
    return found.version


def one(connection: Connection, organization: str, user: str) -> Standing | None:
    row = connection.execute(select(*_COLUMNS).where(_is(organization, user))).one_or_none()
    return Standing._make(row) if row else None


def reached(connection: Connection, standing: Standing) -> bool:
    """Every gate knows this version. False when there is a later one by now."""
    statement = update(_TABLE).where(
        _is(standing.organization, standing.user), _TABLE.c.version == standing.version).values(due=None)
    return connection.execute(statement).rowcount > 0


def due(connection: Connection, before: int, limit: int) -> Sequence[Standing]:
    query = select(*_COLUMNS).where(_TABLE.c.due <= before).order_by(_TABLE.c.due).limit(limit)
    return [Standing._make(row) for row in connection.execute(query)]


def wide(connection: Connection, organization: str) -> Sequence[Standing]:
    """Of those whom the organization itself has banned or muted, once at least."""
    query = select(*_COLUMNS).where(_TABLE.c.organization == organization, _TABLE.c.wide.is_(True))
    return [Standing._make(row) for row in connection.execute(query)]


def _is(organization: str, user: str) -> Any:
    return (_TABLE.c.organization == organization) & (_TABLE.c.user == user)
