"""What followers sent that is still to be fetched from WeChat."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, delete, select, update

from rooms.record import tables
from rooms.record.asking import add_new, columns


class Fetch(NamedTuple):
    """`due_at`: not before; whoever works on it moves it on first, so that nobody else does."""

    id: str
    appid: str
    openid: str
    channel: str
    type: str
    media_id: str
    tries: int
    at: int
    due_at: int


_TABLE = tables.fetches
_COLUMNS = columns(_TABLE, Fetch._fields)


def add(connection: Connection, fetch: Fetch) -> bool:
    """False when it is there already."""
    return add_new(connection, _TABLE, fetch._asdict())


def due(connection: Connection, now: int, limit: int) -> Sequence[Fetch]:
    query = select(*_COLUMNS).where(_TABLE.c.due_at <= now).order_by(_TABLE.c.due_at, _TABLE.c.id).limit(limit)
    return [Fetch._make(row) for row in connection.execute(query)]


def take(connection: Connection, fetch: Fetch, due_at: int) -> bool:
    """It is ours until then; False when somebody else was faster."""
    query = update(_TABLE).where(_TABLE.c.id == fetch.id, _TABLE.c.due_at == fetch.due_at)
    return connection.execute(query.values(due_at=due_at, tries=fetch.tries + 1)).rowcount > 0


def put_off(connection: Connection, id: str, due_at: int) -> None:  # noqa: A002 - the column's name
    connection.execute(update(_TABLE).where(_TABLE.c.id == id).values(due_at=due_at))


def remove(connection: Connection, id: str) -> None:  # noqa: A002 - the column's name
    connection.execute(delete(_TABLE).where(_TABLE.c.id == id))


def remove_of(connection: Connection, appid: str, openid: str) -> None:
    connection.execute(delete(_TABLE).where(_TABLE.c.appid == appid, _TABLE.c.openid == openid))
