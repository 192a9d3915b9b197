"""Followers' places, as swept from Redis."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, delete, select

from rooms.record import tables
from rooms.record.asking import put
from rooms.record.epochs import number_of


class Cursor(NamedTuple):
    user: str
    epoch: str
    seq: int


_TABLE = tables.cursors


def put_many(connection: Connection, channel: str, places: Iterable[tuple[str, str, int]]) -> None:
    """(user, epoch, seq) each; a place never moves back, and a later epoch is ahead of an earlier one."""
    rows = [{"channel": channel, "user": user, "epoch": epoch, "number": number_of(epoch), "seq": seq}
            for user, epoch, seq in sorted(places)]
    put(connection, _TABLE, rows, newer=("number", "seq"))


def of_channel(connection: Connection, channel: str) -> Sequence[Cursor]:
    query = select(_TABLE.c.user, _TABLE.c.epoch, _TABLE.c.seq).where(_TABLE.c.channel == channel)
    return [Cursor._make(row) for row in connection.execute(query.order_by(_TABLE.c.user))]


def remove(connection: Connection, channel: str, user: str) -> None:
    """The follower no longer listens there."""
    connection.execute(delete(_TABLE).where(_TABLE.c.channel == channel, _TABLE.c.user == user))


def remove_user(connection: Connection, user: str) -> None:
    connection.execute(delete(_TABLE).where(_TABLE.c.user == user))


def give(connection: Connection, user: str, to: str) -> None:
    """The further place of the two counts, channel by channel."""
    query = select(_TABLE.c.channel, _TABLE.c.epoch, _TABLE.c.seq).where(_TABLE.c.user == user)
    for channel, epoch, seq in list(connection.execute(query)):
        put_many(connection, channel, [(to, epoch, seq)])
    remove_user(connection, user)
