"""Who does not want to be disturbed, where, and until when."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, delete, select

from rooms.record import tables
from rooms.record.asking import add_new, columns, put


class Quiet(NamedTuple):
    """`place` is a room or a channel; `until` 0: no end is set."""

    user: str
    place: str
    until: int


_TABLE = tables.quiet
_COLUMNS = columns(_TABLE, Quiet._fields)


def set_(connection: Connection, quiet: Quiet) -> None:
    put(connection, _TABLE, [quiet._asdict()])


def end(connection: Connection, user: str, place: str) -> None:
    connection.execute(delete(_TABLE).where(_TABLE.c.user == user, _TABLE.c.place == place))


def at(connection: Connection, places: Sequence[str], users: Sequence[str] | None = None) -> list[Quiet]:
    """All that was asked for in these places, by these users or by anybody. Whether it has ended is the caller's."""
    query = select(*_COLUMNS).where(_TABLE.c.place.in_(places))
    if users is not None:
        query = query.where(_TABLE.c.user.in_(users))
    return [Quiet._make(row) for row in connection.execute(query)]


def of_user(connection: Connection, user: str) -> list[Quiet]:
    return [Quiet._make(row) for row in connection.execute(select(*_COLUMNS).where(_TABLE.c.user == user))]


def give(connection: Connection, user: str, to: str) -> None:
    """Where both asked for it, the one who is kept knows better."""
    for quiet in of_user(connection, user):
        add_new(connection, _TABLE, quiet._replace(user=to)._asdict())
    connection.execute(delete(_TABLE).where(_TABLE.c.user == user))
