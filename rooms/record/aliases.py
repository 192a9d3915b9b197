"""People who were found to be one. Their old ids stay in entries; here stands whom they mean."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, insert, select, update

from rooms.record import tables
from rooms.record.asking import columns


class Alias(NamedTuple):
    user: str
    organization: str
    kept: str
    at: int
    because: str


_TABLE = tables.aliases
_COLUMNS = columns(_TABLE, Alias._fields)


def add(connection: Connection, alias: Alias) -> None:
    """Whoever had become `user` before becomes `kept` as well, so that one step always leads to somebody."""
    connection.execute(update(_TABLE).where(_TABLE.c.kept == alias.user).values(kept=alias.kept))
    connection.execute(insert(_TABLE), alias._asdict())


def kept(connection: Connection, user: str) -> str:
    """Whom this id means: itself, unless they were found to be somebody else."""
    return connection.scalars(select(_TABLE.c.kept).where(_TABLE.c.user == user)).one_or_none() or user


def many(connection: Connection, users: Sequence[str]) -> dict[str, str]:
    """id → whom it means, for those among `users` that mean another."""
    query = select(_TABLE.c.user, _TABLE.c.kept).where(_TABLE.c.user.in_(users))
    return {row.user: row.kept for row in connection.execute(query)}


def of(connection: Connection, kept: str) -> Sequence[Alias]:
    """Everybody whom this person was, too."""
    query = select(*_COLUMNS).where(_TABLE.c.kept == kept).order_by(_TABLE.c.at, _TABLE.c.user)
    return [Alias._make(row) for row in connection.execute(query)]
