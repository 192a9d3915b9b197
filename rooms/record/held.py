"""Messages that wait for a review."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, func, select, update

from rooms.record import envelopes, tables
from rooms.record.asking import add_new, columns

WAITING, PASSING, PUBLISHED, REJECTED = "waiting", "passing", "published", "rejected"
NOTHING = "{}"
"""The body of what was decided, or whose key was erased."""


class HeldRow(NamedTuple):
    """`body` is JSON, which lies sealed where there is a master key, as `reason` does; `reply_to` and `seq` may be
    None; `list` is the one whose words it holds, or empty."""

    id: str
    organization: str
    room: str
    channel: str
    user: str
    name: str
    door: str
    client_id: str
    type: str
    body: str
    reply_to: int | None
    cause: str
    list: str
    state: str
    at: int
    decided_at: int | None = None
    by: str = ""
    reason: str = ""
    seq: int | None = None
    forwarded: str | None = None


_TABLE = tables.held
_COLUMNS = columns(_TABLE, HeldRow._fields)


def add(connection: Connection, row: HeldRow) -> HeldRow:
    """The row, or the one that stands there for the same message."""
    if add_new(connection, _TABLE, envelopes.closed_in(connection, _TABLE.c.body, row._asdict())):
        return row
    query = select(*_COLUMNS).where(
        _TABLE.c.channel == row.channel, _TABLE.c.user == row.user, _TABLE.c.client_id == row.client_id)
    return opened(connection, connection.execute(query).one())


def one(connection: Connection, id: str) -> HeldRow | None:  # noqa: A002 - the column's name
    row = connection.execute(select(*_COLUMNS).where(_TABLE.c.id == id)).one_or_none()
    return opened(connection, row) if row else None


def waiting(connection: Connection, organization: str, room: str, after: tuple[int, str],
            limit: int) -> Sequence[HeldRow]:
    """Oldest first, beyond (at, id); without `room` of the whole organization."""
    at, id_ = after
    query = select(*_COLUMNS).where(
        _TABLE.c.organization == organization, _TABLE.c.state == WAITING,
        (_TABLE.c.at > at) | ((_TABLE.c.at == at) & (_TABLE.c.id > id_)))
    if room:
        query = query.where(_TABLE.c.room == room)
    rows = connection.execute(query.order_by(_TABLE.c.at, _TABLE.c.id).limit(limit)).all()
    return [opened(connection, row) for row in rows]


def waiting_of(connection: Connection, user: str) -> Sequence[HeldRow]:
    """What one person said that still waits."""
    query = select(*_COLUMNS).where(_TABLE.c.user == user, _TABLE.c.state == WAITING)
    return [opened(connection, row) for row in connection.execute(query)]


def in_state(connection: Connection, state: str, before: int, limit: int, cause: str = "") -> Sequence[HeldRow]:
    """Those of any organization that were decided, or held where they wait, before then."""
    since = _TABLE.c.at if state == WAITING else _TABLE.c.decided_at
    query = select(*_COLUMNS).where(_TABLE.c.state == state, since < before)
    if cause:
        query = query.where(_TABLE.c.cause == cause)
    return [opened(connection, row) for row in connection.execute(query.order_by(_TABLE.c.at).limit(limit)).all()]


def move(connection: Connection, id: str, before: str, after: str, **values: Any) -> bool:  # noqa: A002
    """False when it was not in the state before."""
    statement = update(_TABLE).where(_TABLE.c.id == id, _TABLE.c.state == before).values(state=after, **values)
    return connection.execute(statement).rowcount > 0


def reject(connection: Connection, row: HeldRow, by: str, reason: str, at: int) -> bool:
    """What was said is forgotten. False when it waits no longer."""
    closed = envelopes.closed_in(connection, _TABLE.c.reason, row._replace(reason=reason)._asdict())
    return move(connection, row.id, WAITING, REJECTED, decided_at=at, by=by, reason=closed["reason"], body=NOTHING,
                name="")


def count(connection: Connection, organization: str, since: int) -> dict[tuple[str, str], int]:
    """(cause, state) → how many were held since then."""
    query = (select(_TABLE.c.cause, _TABLE.c.state, func.count())
             .where(_TABLE.c.organization == organization, _TABLE.c.at >= since)
             .group_by(_TABLE.c.cause, _TABLE.c.state))
    return {(cause, state): number for cause, state, number in connection.execute(query)}


def count_in_queue(connection: Connection, organization: str, most: int) -> int:
    """How many wait for a decision; not counted beyond `most`."""
    waiting = select(_TABLE.c.id).where(_TABLE.c.organization == organization, _TABLE.c.state == WAITING).limit(most)
    return connection.scalars(select(func.count()).select_from(waiting.subquery())).one()


def count_waiting(connection: Connection, channel: str, user: str) -> int:
    query = select(func.count()).where(_TABLE.c.user == user, _TABLE.c.state == WAITING, _TABLE.c.channel == channel)
    return connection.scalars(query).one()


def published(connection: Connection, channel: str, seqs: Sequence[int], cause: str) -> frozenset[int]:
    """Which of these entries were held for that cause."""
    query = select(_TABLE.c.seq).where(_TABLE.c.channel == channel, _TABLE.c.seq.in_(seqs), _TABLE.c.cause == cause)
    return frozenset(seq for seq in connection.scalars(query) if seq is not None)


def forget(connection: Connection, limit: int) -> int:
    """The words of what was decided while a version ran that kept them longer."""
    query = select(_TABLE.c.id).where(
        _TABLE.c.state.in_((PUBLISHED, REJECTED)), _TABLE.c.body != NOTHING).limit(limit)
    old = list(connection.scalars(query))
    if old:
        connection.execute(update(_TABLE).where(_TABLE.c.id.in_(old)).values(body=NOTHING, name=""))
    return len(old)


def give(connection: Connection, user: str, to: str) -> None:
    own = {(row.channel, row.client_id) for row in _of_user(connection, to)}
    for row in _of_user(connection, user):
        if (row.channel, row.client_id) in own:
            connection.execute(delete(_TABLE).where(_TABLE.c.id == row.id))
        else:
            connection.execute(update(_TABLE).where(_TABLE.c.id == row.id).values(user=to))


def remove_user(connection: Connection, user: str) -> None:
    connection.execute(delete(_TABLE).where(_TABLE.c.user == user))


def _of_user(connection: Connection, user: str) -> Sequence[HeldRow]:
    query = select(*_COLUMNS).where(_TABLE.c.user == user)
    return [HeldRow._make(row) for row in connection.execute(query)]


def opened(connection: Connection, row: Any) -> HeldRow:
    """A row of the table, with its words to read."""
    found = envelopes.opened_in(connection, _TABLE.c.reason, HeldRow._make(row))
    return envelopes.opened_in(connection, _TABLE.c.body, found, NOTHING)
