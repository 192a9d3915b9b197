"""Read positions, as swept from Redis."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, delete, func, select, update

from rooms.record import tables
from rooms.record.asking import put


class Read(NamedTuple):
    """Read up to `seq`, which lies above `ordinal` counted entries; `own` of those above are the reader's."""

    user: str
    seq: int
    ordinal: int
    own: int


_TABLE = tables.reads


def put_many(connection: Connection, channel: str, positions: Iterable[tuple[str, int, int, int]]) -> None:
    """(user, seq, ordinal, own) each; a position never moves back, and at one place `own` only grows."""
    rows = [{"channel": channel, **Read._make(position)._asdict()} for position in sorted(positions)]
    put(connection, _TABLE, rows, newer=("seq", "own"))


def of_channel(connection: Connection, channel: str) -> Sequence[Read]:
    query = select(_TABLE.c.user, _TABLE.c.seq, _TABLE.c.ordinal, _TABLE.c.own).where(_TABLE.c.channel == channel)
    return [Read._make(row) for row in connection.execute(query.order_by(_TABLE.c.user))]


def cut(connection: Connection, channel: str, seq: int, talk: int) -> None:
    """What lay above `seq` was lost: nobody has read what will be said there."""
    lowest = func.min if connection.dialect.name == "sqlite" else func.least
    connection.execute(update(_TABLE).where(_TABLE.c.channel == channel, _TABLE.c.seq > seq).values(
        seq=seq, ordinal=lowest(_TABLE.c.ordinal, talk), own=0))


def remove_user(connection: Connection, user: str) -> None:
    connection.execute(delete(_TABLE).where(_TABLE.c.user == user))


def give(connection: Connection, user: str, to: str) -> None:
    """The further position of the two counts, channel by channel."""
    query = select(_TABLE.c.channel, _TABLE.c.seq, _TABLE.c.ordinal, _TABLE.c.own).where(_TABLE.c.user == user)
    for channel, *position in list(connection.execute(query)):
        put_many(connection, channel, [(to, *position)])
    remove_user(connection, user)
