"""How far those have read who follow the logs to count them, or to tell others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, and_, func, select

from rooms.record import tables
from rooms.record.asking import locked, put


class Behind(NamedTuple):
    """A channel that holds more than the reader has read: entries above `seq` up to `archived`."""

    channel: str
    room: str
    organization: str
    seq: int
    archived: int


_TABLE = tables.readers


def behind(connection: Connection, reader: str, limit: int, organization: str = "") -> Sequence[Behind]:
    channels = tables.channels
    read = func.coalesce(_TABLE.c.seq, 0)
    query = (select(channels.c.id, channels.c.room, channels.c.organization, read, channels.c.archived_seq)
             .outerjoin(_TABLE, and_(_TABLE.c.reader == reader, _TABLE.c.thing == channels.c.id))
             .where(channels.c.archived_seq > read).limit(limit))
    if organization:
        query = query.where(channels.c.organization == organization)
    return [Behind._make(row) for row in connection.execute(query)]


def place(connection: Connection, reader: str, thing: str) -> int:
    """Locked, so that two at once do not read the same. 0 where it has read nothing yet. For writes."""
    return locked(connection, _TABLE, {"reader": reader, "thing": thing}, "seq")


def move(connection: Connection, reader: str, thing: str, seq: int) -> None:
    put(connection, _TABLE, [{"reader": reader, "thing": thing, "seq": seq}])
