"""How long words are kept: by channel, else by room, else by organization."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, delete, select

from rooms.record import media, tables
from rooms.record.asking import columns, put


class Kept(NamedTuple):
    """An empty `channel` means the room, an empty `room` the organization. `days` 0: for ever."""

    organization: str
    room: str
    channel: str
    days: int


class Owned(NamedTuple):
    id: str
    room: str
    organization: str


_TABLE = tables.retention
_COLUMNS = columns(_TABLE, Kept._fields)


def set_(connection: Connection, kept: Kept) -> None:
    put(connection, _TABLE, [kept._asdict()])


def lift(connection: Connection, organization: str, room: str, channel: str) -> bool:
    """What is above it holds again. False when there was nothing to lift."""
    return connection.execute(delete(_TABLE).where(
        _TABLE.c.organization == organization, _TABLE.c.room == room, _TABLE.c.channel == channel)).rowcount > 0


def of_organization(connection: Connection, organization: str) -> Sequence[Kept]:
    query = select(*_COLUMNS).where(_TABLE.c.organization == organization).order_by(_TABLE.c.room, _TABLE.c.channel)
    return [Kept._make(row) for row in connection.execute(query)]


def every(connection: Connection) -> Sequence[Kept]:
    return [Kept._make(row) for row in connection.execute(select(*_COLUMNS))]


def forget_below(connection: Connection, channel: str, seq: int) -> None:
    """What else is known of entries below `seq`, which are gone: how they stood, who was named, what they showed,
    and what they said while they were held."""
    for table, about in ((tables.marks, "of"), (tables.mentions, "seq"), (tables.reactions, "seq"),
                         (tables.held, "seq")):
        connection.execute(delete(table).where(table.c.channel == channel, table.c[about] < seq))
    uses = tables.media_uses
    shown = connection.scalars(select(uses.c.seq).distinct().where(
        uses.c.channel == channel, uses.c.seq > 0, uses.c.seq < seq)).all()
    for start in range(0, len(shown), 500):
        media.let_go(connection, media.drop(connection, channel, shown[start:start + 500]))


def channels(connection: Connection, after: str, limit: int) -> Sequence[Owned]:
    """All channels there are, by id above `after`."""
    table = tables.channels
    query = select(table.c.id, table.c.room, table.c.organization).where(table.c.id > after)
    return [Owned._make(row) for row in connection.execute(query.order_by(table.c.id).limit(limit))]


def of_owner(connection: Connection, organization: str) -> Sequence[Owned]:
    """The organization's channels."""
    table = tables.channels
    query = select(table.c.id, table.c.room, table.c.organization).where(table.c.organization == organization)
    return [Owned._make(row) for row in connection.execute(query)]
