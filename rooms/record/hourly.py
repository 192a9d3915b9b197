"""What happened, counted by the hour, and who was active on which day. Sums that come again add up; samples and
recounts take the place of what was there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Label, distinct, func, select

from rooms.record import tables
from rooms.record.asking import add_up, columns, put


class Count(NamedTuple):
    """`hour` since 1970; no `room`: in the organization as a whole."""

    organization: str
    hour: int
    room: str
    measure: str
    part: str
    amount: int


class Sum(NamedTuple):
    hour: int
    room: str
    part: str
    amount: int


_TABLE, _ACTIVITY = tables.hourly, tables.activity


def add(connection: Connection, counts: Sequence[Count]) -> None:
    add_up(connection, _TABLE, [count._asdict() for count in counts])


def set_(connection: Connection, counts: Sequence[Count]) -> None:
    put(connection, _TABLE, [count._asdict() for count in counts])


def set_most(connection: Connection, counts: Sequence[Count]) -> None:
    """Only where it is more than what was there."""
    put(connection, _TABLE, [count._asdict() for count in counts], newer=("amount",))


def add_active(connection: Connection, organization: str, said: Mapping[tuple[int, str], int]) -> None:
    add_up(connection, _ACTIVITY, [{"organization": organization, "day": day, "user": user, "amount": amount}
                                   for (day, user), amount in said.items()])


def sums(connection: Connection, organization: str, measure: str, first: int, last: int, room: str | None = None,
         step: int = 1, by_room: bool = False) -> Sequence[Sum]:
    """Hours `first` up to and without `last`, in steps of so many hours from `first` on; `room` None for all."""
    slot: Label[Any] = ((_TABLE.c.hour - first) // step).label("slot")
    where = _TABLE.c.room.label("where") if by_room else func.max("").label("where")
    query = select(slot, where, _TABLE.c.part, func.sum(_TABLE.c.amount)).where(
        _TABLE.c.organization == organization, _TABLE.c.measure == measure, _TABLE.c.hour >= first,
        _TABLE.c.hour < last).group_by(slot, _TABLE.c.part)
    if by_room:
        query = query.group_by(_TABLE.c.room)
    if room is not None:
        query = query.where(_TABLE.c.room == room)
    return [Sum(first + int(row[0]) * step, row[1], row[2], int(row[3])) for row in connection.execute(query)]


def rows(connection: Connection, organization: str, first: int, last: int, limit: int) -> Sequence[Count]:
    """The counts themselves, in order."""
    query = select(*columns(_TABLE, Count._fields)).where(
        _TABLE.c.organization == organization, _TABLE.c.hour >= first, _TABLE.c.hour < last)
    order = (_TABLE.c.hour, _TABLE.c.room, _TABLE.c.measure, _TABLE.c.part)
    return [Count._make(row) for row in connection.execute(query.order_by(*order).limit(limit))]


def active(connection: Connection, organization: str, first: int, last: int) -> int:
    """How many different people said something on the days `first` up to and without `last`."""
    return connection.scalars(select(func.count(distinct(_ACTIVITY.c.user))).where(
        *_days(organization, first, last))).one()


def lost(connection: Connection, organization: str, first: int, middle: int, last: int) -> int:
    """Who said something on the days from `first` on, and nothing from `middle` up to `last`."""
    later = select(_ACTIVITY.c.user).where(*_days(organization, middle, last))
    return connection.scalars(select(func.count(distinct(_ACTIVITY.c.user))).where(
        *_days(organization, first, middle), _ACTIVITY.c.user.not_in(later))).one()


def new(connection: Connection, organization: str, first: int, last: int) -> int:
    """Who said something for the first time on these days."""
    begun = (select(_ACTIVITY.c.user).where(_ACTIVITY.c.organization == organization)
             .group_by(_ACTIVITY.c.user).having(func.min(_ACTIVITY.c.day).between(first, last - 1)).subquery())
    return connection.scalars(select(func.count()).select_from(begun)).one()


def cohorts(connection: Connection, organization: str, first: int, last: int, step: int) -> Mapping[
        tuple[int, int], int]:
    """(which step somebody began in, how many steps later) → how many of them said something then."""
    begun = (select(_ACTIVITY.c.user, func.min(_ACTIVITY.c.day).label("day"))
             .where(_ACTIVITY.c.organization == organization).group_by(_ACTIVITY.c.user)
             .having(func.min(_ACTIVITY.c.day) >= first).subquery())
    began, now = (begun.c.day - first) // step, (_ACTIVITY.c.day - first) // step
    query = (select(began, now, func.count(distinct(_ACTIVITY.c.user)))
             .join(begun, begun.c.user == _ACTIVITY.c.user)
             .where(*_days(organization, first, last)).group_by(began, now))
    return {(int(row[0]), int(row[1]) - int(row[0])): int(row[2]) for row in connection.execute(query)}


def delivered(connection: Connection, since: int) -> Sequence[Count]:
    """Deliveries since that time by hour, way and state."""
    deliveries, accounts = tables.deliveries, tables.accounts
    hour: Label[Any] = (deliveries.c.at // 3_600_000).label("hour")
    query = (select(accounts.c.organization, hour, deliveries.c.way, deliveries.c.state, func.count())
             .join(accounts, accounts.c.appid == deliveries.c.appid)
             .where(deliveries.c.state.in_(("intent", "sent", "failed", "unknown")), deliveries.c.at >= since)
             .group_by(accounts.c.organization, hour, deliveries.c.way, deliveries.c.state))
    return [Count(row[0], int(row[1]), "", "deliveries", f"{row[2]}.{row[3]}", int(row[4]))
            for row in connection.execute(query)]


def arrived(connection: Connection, since: int) -> Sequence[Count]:
    """People who came for the first time since then, by hour."""
    users = tables.users
    hour: Label[Any] = (users.c.created_at // 3_600_000).label("hour")
    query = (select(users.c.organization, hour, func.count()).where(users.c.created_at >= since)
             .group_by(users.c.organization, hour))
    return [Count(row[0], int(row[1]), "", "arrived", "", int(row[2])) for row in connection.execute(query)]


def _days(organization: str, first: int, last: int) -> tuple[Any, ...]:
    return _ACTIVITY.c.organization == organization, _ACTIVITY.c.day >= first, _ACTIVITY.c.day < last
