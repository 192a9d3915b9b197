"""Who was put out of a channel, and up to where they may read until they are let in again."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, delete, select

from rooms.record import tables
from rooms.record.asking import put

_TABLE = tables.outside


def set_(connection: Connection, user: str, seqs: Mapping[str, int], at: int) -> None:
    """`seqs`: channel and the entry that put the user out."""
    put(connection, _TABLE, [{"channel": channel, "user": user, "seq": seq, "at": at} for channel, seq in seqs.items()])


def end(connection: Connection, channel: str, user: str) -> None:
    connection.execute(delete(_TABLE).where(_TABLE.c.channel == channel, _TABLE.c.user == user))


def of_channel(connection: Connection, channel: str) -> dict[str, int]:
    query = select(_TABLE.c.user, _TABLE.c.seq).where(_TABLE.c.channel == channel)
    return {row.user: row.seq for row in connection.execute(query)}


def forget(connection: Connection, user: str) -> None:
    connection.execute(delete(_TABLE).where(_TABLE.c.user == user))
