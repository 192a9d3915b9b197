"""The network log, hour by hour."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from rooms.record import tables
from rooms.record.asking import columns


class Seen(NamedTuple):
    """`times` in the hour that began at `hour` (ms) somebody did `what` from the address."""

    organization: str
    user: str
    hour: int
    what: str
    address: str
    first_at: int
    last_at: int
    times: int


_TABLE = tables.network
_COLUMNS = columns(_TABLE, Seen._fields)


def add_up(connection: Connection, seen: Sequence[Seen]) -> None:
    """Adds to what is known of the same hour. For one writer at a time."""
    for one in seen:
        same = _same(one)
        known = connection.execute(select(*_COLUMNS).where(same).with_for_update()).one_or_none()
        if known is None:
            connection.execute(insert(_TABLE), one._asdict())
        else:
            connection.execute(update(_TABLE).where(same).values(
                first_at=min(one.first_at, known.first_at), last_at=max(one.last_at, known.last_at),
                times=known.times + one.times))


def of_user(connection: Connection, organization: str, user: str, limit: int) -> Sequence[Seen]:
    """The newest first."""
    query = select(*_COLUMNS).where(_TABLE.c.organization == organization, _TABLE.c.user == user)
    return [Seen._make(row) for row in connection.execute(query.order_by(_TABLE.c.last_at.desc()).limit(limit))]


def rename(connection: Connection, organization: str, user: str, to: str) -> None:
    """Under another name, which nobody else has."""
    connection.execute(update(_TABLE).where(
        _TABLE.c.organization == organization, _TABLE.c.user == user).values(user=to))


def remove_before(connection: Connection, hour: int, limit: int) -> int:
    query = select(*_TABLE.primary_key.columns).where(_TABLE.c.hour < hour).order_by(_TABLE.c.hour).limit(limit)
    old = connection.execute(query).all()
    for organization, user, at, what, address in old:
        connection.execute(delete(_TABLE).where(_same(Seen(organization, user, at, what, address, 0, 0, 0))))
    return len(old)


def _same(one: Seen) -> ColumnElement[bool]:
    return ((_TABLE.c.organization == one.organization) & (_TABLE.c.user == one.user) & (_TABLE.c.hour == one.hour)
            & (_TABLE.c.what == one.what) & (_TABLE.c.address == one.address))
