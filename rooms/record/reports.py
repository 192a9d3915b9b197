"""Who reported which message, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, func, select, update

from rooms.record import envelopes, tables
from rooms.record.asking import add_new, columns

OPEN = "open"


class Report(NamedTuple):
    """The reason lies sealed where there is a master key."""

    channel: str
    seq: int
    user: str
    organization: str
    room: str
    epoch: str
    author: str
    reason: str
    state: str
    at: int
    decided_at: int | None = None
    by: str = ""


class Reported(NamedTuple):
    """A message with open reports: how many, and when the first came."""

    channel: str
    seq: int
    room: str
    author: str
    reports: int
    at: int


_TABLE = tables.reports
_COLUMNS = columns(_TABLE, Report._fields)


def add(connection: Connection, report: Report) -> bool:
    """False when they have reported it already."""
    return add_new(connection, _TABLE, envelopes.closed_in(connection, _TABLE.c.reason, report._asdict()))


def of_entry(connection: Connection, channel: str, seq: int) -> Sequence[Report]:
    query = select(*_COLUMNS).where(_TABLE.c.channel == channel, _TABLE.c.seq == seq).order_by(_TABLE.c.at)
    return [_opened(connection, row) for row in connection.execute(query).all()]


def open_ones(connection: Connection, organization: str, room: str, after: tuple[int, str, int],
              limit: int) -> Sequence[Reported]:
    """Messages with open reports, the longest waiting first, beyond (at, channel, seq)."""
    first = func.min(_TABLE.c.at)
    query = (select(_TABLE.c.channel, _TABLE.c.seq, func.min(_TABLE.c.room), func.min(_TABLE.c.author), func.count(),
                    first)
             .where(_TABLE.c.organization == organization, _TABLE.c.state == OPEN)
             .group_by(_TABLE.c.channel, _TABLE.c.seq)
             .having((first > after[0]) | ((first == after[0]) & (
                 (_TABLE.c.channel > after[1]) | ((_TABLE.c.channel == after[1]) & (_TABLE.c.seq > after[2])))))
             .order_by(first, _TABLE.c.channel, _TABLE.c.seq).limit(limit))
    if room:
        query = query.where(_TABLE.c.room == room)
    return [Reported._make(row) for row in connection.execute(query)]


def close(connection: Connection, channel: str, seq: int, state: str, by: str, at: int) -> Sequence[Report]:
    """The open ones, which are open no more."""
    found = [one for one in of_entry(connection, channel, seq) if one.state == OPEN]
    connection.execute(update(_TABLE).where(
        _TABLE.c.channel == channel, _TABLE.c.seq == seq, _TABLE.c.state == OPEN).values(
            state=state, by=by, decided_at=at))
    return found


def count(connection: Connection, organization: str, since: int) -> dict[str, int]:
    """state → how many reports since then."""
    query = (select(_TABLE.c.state, func.count()).where(
        _TABLE.c.organization == organization, _TABLE.c.at >= since).group_by(_TABLE.c.state))
    return {row[0]: row[1] for row in connection.execute(query)}


def count_in_queue(connection: Connection, organization: str, most: int) -> int:
    """How many messages have open reports; not counted beyond `most`."""
    reported = (select(_TABLE.c.channel, _TABLE.c.seq).where(
        _TABLE.c.organization == organization, _TABLE.c.state == OPEN).distinct().limit(most))
    return connection.scalars(select(func.count()).select_from(reported.subquery())).one()


def against(connection: Connection, organization: str, since: int) -> dict[str, int]:
    """author → how many people reported them since then, except for what was dismissed."""
    query = (select(_TABLE.c.author, func.count(_TABLE.c.user.distinct())).where(
        _TABLE.c.organization == organization, _TABLE.c.at >= since, _TABLE.c.state != "dismissed")
             .group_by(_TABLE.c.author))
    return {row[0]: row[1] for row in connection.execute(query)}


def give(connection: Connection, user: str, to: str) -> None:
    """What one reported, the other did; what was reported of one, is of the other."""
    connection.execute(update(_TABLE).where(_TABLE.c.author == user).values(author=to))
    for row in connection.execute(select(*_COLUMNS).where(_TABLE.c.user == user)).all():
        add(connection, _opened(connection, row)._replace(user=to))
    connection.execute(delete(_TABLE).where(_TABLE.c.user == user))


def _opened(connection: Connection, row: Any) -> Report:
    return envelopes.opened_in(connection, _TABLE.c.reason, Report._make(row))
