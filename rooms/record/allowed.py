"""The lists of people who may see, enter or post in a channel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, delete, select

from rooms.record import tables
from rooms.record.asking import add_new, columns


class Allowed(NamedTuple):
    channel: str
    right: str
    user: str


_TABLE = tables.allowed
_COLUMNS = columns(_TABLE, Allowed._fields)


def replace(connection: Connection, channel: str, right: str, users: Sequence[str], by: str, at: int) -> None:
    """These and nobody else."""
    connection.execute(delete(_TABLE).where(_TABLE.c.channel == channel, _TABLE.c.right == right))
    for user in users:
        add_new(connection, _TABLE, {"channel": channel, "right": right, "user": user, "by": by, "at": at})


def of_channel(connection: Connection, channel: str) -> Sequence[Allowed]:
    query = select(*_COLUMNS).where(_TABLE.c.channel == channel).order_by(_TABLE.c.right, _TABLE.c.user)
    return [Allowed._make(row) for row in connection.execute(query)]


def of_user(connection: Connection, user: str, right: str | None = None) -> Sequence[Allowed]:
    query = select(*_COLUMNS).where(_TABLE.c.user == user).order_by(_TABLE.c.channel, _TABLE.c.right)
    if right is not None:
        query = query.where(_TABLE.c.right == right)
    return [Allowed._make(row) for row in connection.execute(query)]


def of_channels(connection: Connection, channels: Sequence[str]) -> Sequence[Allowed]:
    query = select(*_COLUMNS).where(_TABLE.c.channel.in_(channels)).order_by(_TABLE.c.channel, _TABLE.c.user)
    return [Allowed._make(row) for row in connection.execute(query)]


def lists(connection: Connection, channel: str, user: str) -> bool:
    """Whether the user is on one of the channel's lists: of a channel of two, whether they are one of the two."""
    query = select(_TABLE.c.user).where(_TABLE.c.channel == channel, _TABLE.c.user == user).limit(1)
    return connection.scalars(query).one_or_none() is not None


def pairs(connection: Connection, room: str) -> dict[str, str]:
    """channel → those who may see it, with a space between, for the channels of two members in the room."""
    channels = tables.channels
    query = (select(_TABLE.c.channel, _TABLE.c.user).join(channels, channels.c.id == _TABLE.c.channel)
             .where(channels.c.room == room, channels.c.direct.is_(True), _TABLE.c.right == "see")
             .order_by(_TABLE.c.channel, _TABLE.c.user))
    found: dict[str, str] = {}
    for channel, user in connection.execute(query):
        found[channel] = f"{found[channel]} {user}" if channel in found else user
    return found


def give(connection: Connection, user: str, to: str, at: int) -> None:
    for channel, right, _ in of_user(connection, user):
        add_new(connection, _TABLE, {"channel": channel, "right": right, "user": to, "by": "", "at": at})
    connection.execute(delete(_TABLE).where(_TABLE.c.user == user))
