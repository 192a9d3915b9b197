"""Who was put out of a channel, and up to where they may read until they are let in again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, delete, select, update

from rooms.record import tables
from rooms.record.asking import add_new

_TABLE = tables.outside


def begin(connection: Connection, user: str, channels: Sequence[str], at: int) -> list[str]:
    """The user is about to be put out of these channels, and reads at most what is archived there by now; returns those
    of them where they were not out already. Who is out stays out at the entry that put them out."""
    archived = _archived(connection, channels)
    return [channel for channel in channels if add_new(connection, _TABLE, {
        "channel": channel, "user": user, "seq": archived.get(channel, 0), "at": at})]


def until(connection: Connection, user: str, seqs: Mapping[str, int]) -> None:
    """`seqs`: channel and the entry that put the user out. Who was let in again meanwhile is not put out by it."""
    for channel, seq in seqs.items():
        connection.execute(update(_TABLE).where(_TABLE.c.channel == channel, _TABLE.c.user == user).values(seq=seq))


def end(connection: Connection, channel: str, user: str) -> None:
    connection.execute(delete(_TABLE).where(_TABLE.c.channel == channel, _TABLE.c.user == user))


def of_channel(connection: Connection, channel: str) -> dict[str, int]:
    query = select(_TABLE.c.user, _TABLE.c.seq).where(_TABLE.c.channel == channel)
    return {row.user: row.seq for row in connection.execute(query)}


def forget(connection: Connection, user: str) -> None:
    connection.execute(delete(_TABLE).where(_TABLE.c.user == user))


def _archived(connection: Connection, channels: Sequence[str]) -> dict[str, int]:
    table = tables.channels
    query = select(table.c.id, table.c.archived_seq).where(table.c.id.in_(channels))
    return {row.id: row.archived_seq for row in connection.execute(query)}
