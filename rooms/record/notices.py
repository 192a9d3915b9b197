"""What people have to be told, each once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, insert, select, update

from rooms.record import envelopes, tables
from rooms.record.asking import columns

WAITING, TELLING, TOLD, EXPIRED, CANCELLED = "waiting", "telling", "told", "expired", "cancelled"
PAUSED, MASS = "paused", "mass"
"""Not told until a broadcast goes on; waiting for a mass message."""
NOTHING = "{}"
"""The facts of what has none, or whose key was erased."""
STATES = (WAITING, TELLING, TOLD, EXPIRED, CANCELLED, PAUSED, MASS)


class Notice(NamedTuple):
    """`facts` is JSON, which lies sealed where there is a master key; `room`, `channel` and `source` may be empty.
    `way` is that by which it was told, or is about to be since `settled_at`."""

    id: str
    organization: str
    user: str
    kind: str
    room: str
    channel: str
    source: str
    facts: str
    at: int
    expires_at: int
    state: str = WAITING
    way: str = ""
    settled_at: int | None = None


_TABLE = tables.notices
_COLUMNS = columns(_TABLE, Notice._fields)


def add_many(connection: Connection, notices: Sequence[Notice]) -> None:
    if notices:
        connection.execute(insert(_TABLE), [
            envelopes.closed_in(connection, _TABLE.c.facts, notice._asdict()) if notice.facts != NOTHING
            else notice._asdict() for notice in notices])


def waiting(connection: Connection, user: str, limit: int) -> Sequence[Notice]:
    """The oldest first, also those that are over."""
    query = (select(*_COLUMNS).where(_TABLE.c.user == user, _TABLE.c.state == WAITING)
             .order_by(_TABLE.c.at, _TABLE.c.id).limit(limit))
    return [_opened(connection, row) for row in connection.execute(query).all()]


def of_user(connection: Connection, user: str, limit: int) -> Sequence[Notice]:
    """The newest first."""
    query = select(*_COLUMNS).where(_TABLE.c.user == user).order_by(_TABLE.c.at.desc(), _TABLE.c.id).limit(limit)
    return [_opened(connection, row) for row in connection.execute(query).all()]


def move(connection: Connection, wanted: Sequence[str], before: str, after: str, way: str, at: int | None) -> int:
    """From one state to the next; returns how many were still in the one before."""
    if not wanted:
        return 0
    query = update(_TABLE).where(_TABLE.c.id.in_(wanted), _TABLE.c.state == before)
    return connection.execute(query.values(state=after, way=way, settled_at=at)).rowcount


def who_waits(connection: Connection, before: int, limit: int) -> list[str]:
    """Users with something that waits since before then."""
    query = select(_TABLE.c.user).where(_TABLE.c.state == WAITING, _TABLE.c.at < before).distinct().limit(limit)
    return list(connection.scalars(query))


def expire(connection: Connection, now: int, limit: int) -> int:
    """What nobody needs to hear any more."""
    query = select(_TABLE.c.id).where(_TABLE.c.state == WAITING, _TABLE.c.expires_at <= now).limit(limit)
    over = list(connection.scalars(query))
    return move(connection, over, WAITING, EXPIRED, "", now) if over else 0


def of_source(connection: Connection, source: str) -> dict[tuple[str, str], int]:
    """(state, way) → how many."""
    query = (select(_TABLE.c.state, _TABLE.c.way, func.count()).where(_TABLE.c.source == source)
             .group_by(_TABLE.c.state, _TABLE.c.way))
    return {(state, way): count for state, way, count in connection.execute(query)}


def turn(connection: Connection, source: str, before: str, after: str) -> None:
    """All of a source that are in one state are in another from now on."""
    query = update(_TABLE).where(_TABLE.c.source == source, _TABLE.c.state == before)
    connection.execute(query.values(state=after))


def cancel(connection: Connection, source: str, now: int) -> int:
    """What waits of a source is told no more."""
    query = update(_TABLE).where(_TABLE.c.source == source, _TABLE.c.state.in_((WAITING, PAUSED, MASS)))
    return connection.execute(query.values(state=CANCELLED, settled_at=now)).rowcount


def remove_user(connection: Connection, user: str) -> None:
    connection.execute(_TABLE.delete().where(_TABLE.c.user == user))


def give(connection: Connection, user: str, to: str) -> None:
    connection.execute(update(_TABLE).where(_TABLE.c.user == user).values(user=to))


def give_up(connection: Connection, before: int, way: str, now: int) -> int:
    """Those that were about to be told before then, of which nobody knows any more, are told by that way."""
    query = update(_TABLE).where(_TABLE.c.state == TELLING, _TABLE.c.way != "mass", _TABLE.c.settled_at < before)
    return connection.execute(query.values(state=TOLD, way=way, settled_at=now)).rowcount


def for_mass(connection: Connection, source: str, limit: int) -> list[str]:
    """Users of a broadcast who wait for a mass message, in order."""
    query = select(_TABLE.c.user).where(_TABLE.c.source == source, _TABLE.c.state == MASS)
    return list(connection.scalars(query.order_by(_TABLE.c.user).limit(limit)))


def sources_for_mass(connection: Connection) -> list[str]:
    """Broadcasts of whose people some wait for a mass message."""
    return list(connection.scalars(select(_TABLE.c.source).where(_TABLE.c.state == MASS).distinct()))


def move_users(connection: Connection, source: str, users: Sequence[str], before: str, after: str, way: str,
               at: int | None) -> int:
    """These people's notice of a broadcast goes from one state to the next; returns how many were in the one before."""
    query = update(_TABLE).where(_TABLE.c.source == source, _TABLE.c.user.in_(users), _TABLE.c.state == before)
    return connection.execute(query.values(state=after, way=way, settled_at=at)).rowcount


def page_of_source(connection: Connection, source: str, after: str, limit: int) -> Sequence[Any]:
    """Its notices by id above `after`."""
    query = select(*_COLUMNS).where(_TABLE.c.source == source, _TABLE.c.id > after).order_by(_TABLE.c.id).limit(limit)
    return [_opened(connection, row) for row in connection.execute(query).all()]


def _opened(connection: Connection, row: Any) -> Notice:
    return envelopes.opened_in(connection, _TABLE.c.facts, Notice._make(row), NOTHING)
