"""Who is named in which message, as the entries say it; `*` for everybody."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import Connection, delete, select

from rooms.record import tables
from rooms.record.asking import columns, put


class Mention(NamedTuple):
    channel: str
    seq: int
    user: str
    by: str


_TABLE = tables.mentions


def add_many(connection: Connection, mentions: Iterable[Mention]) -> None:
    put(connection, _TABLE, [mention._asdict() for mention in mentions])


def above(connection: Connection, channel: str, seq: int, until: int) -> list[Mention]:
    query = select(*columns(_TABLE, Mention._fields)).where(
        _TABLE.c.channel == channel, _TABLE.c.seq > seq, _TABLE.c.seq <= until).order_by(_TABLE.c.seq)
    return [Mention._make(row) for row in connection.execute(query)]


def give(connection: Connection, user: str, to: str) -> None:
    query = select(*columns(_TABLE, Mention._fields)).where(_TABLE.c.user == user)
    add_many(connection, [Mention._make(row)._replace(user=to) for row in list(connection.execute(query))])
    remove_user(connection, user)


def remove_user(connection: Connection, user: str) -> None:
    connection.execute(delete(_TABLE).where(_TABLE.c.user == user))
