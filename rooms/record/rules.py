"""What channels hold people to, by name, where it differs from the default."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, select

from rooms.record import tables
from rooms.record.asking import put

_TABLE = tables.rules


def set_(connection: Connection, channel: str, values: Mapping[str, str]) -> None:
    put(connection, _TABLE, [{"channel": channel, "name": name, "value": value} for name, value in values.items()])


def in_organization(connection: Connection, organization: str, name: str) -> dict[str, str]:
    """channel → the rule's value, for the channels that have it."""
    channels = tables.channels
    query = (select(_TABLE.c.channel, _TABLE.c.value).join(channels, channels.c.id == _TABLE.c.channel)
             .where(channels.c.organization == organization, _TABLE.c.name == name))
    return {row.channel: row.value for row in connection.execute(query)}


def of_channel(connection: Connection, channel: str) -> dict[str, str]:
    query = select(_TABLE.c.name, _TABLE.c.value).where(_TABLE.c.channel == channel)
    return {row.name: row.value for row in connection.execute(query)}


def named(connection: Connection, channels: Sequence[str], name: str) -> dict[str, str]:
    """channel → the rule of this name, for those that have it."""
    query = select(_TABLE.c.channel, _TABLE.c.value).where(_TABLE.c.channel.in_(channels), _TABLE.c.name == name)
    return {row.channel: row.value for row in connection.execute(query)}


def of_channels(connection: Connection, channels: Sequence[str]) -> dict[str, dict[str, str]]:
    """channel → its rules, for those that have any."""
    query = select(_TABLE.c.channel, _TABLE.c.name, _TABLE.c.value).where(_TABLE.c.channel.in_(channels))
    found: dict[str, dict[str, str]] = {}
    for row in connection.execute(query):
        found.setdefault(row.channel, {})[row.name] = row.value
    return found
