"""Where organizations' own servers hear what happens, and what was told to them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, func, insert, select, update

from rooms.record import tables
from rooms.record.asking import columns

WAITING, CALLING, DONE, FAILED = "waiting", "calling", "done", "failed"


class Webhook(NamedTuple):
    """`secret` is sealed; `events` are words, one space between; `failures` in a row."""

    id: str
    organization: str
    url: str
    secret: str
    events: str
    by: str
    made_at: int
    failures: int = 0
    stopped_at: int | None = None


class Call(NamedTuple):
    id: str
    webhook: str
    organization: str
    event: str
    body: str
    state: str
    tries: int
    next_at: int
    status: int | None
    detail: str
    at: int
    settled_at: int | None


_TABLE, _CALLS = tables.webhooks, tables.webhook_calls
_COLUMNS, _CALL_COLUMNS = columns(_TABLE, Webhook._fields), columns(_CALLS, Call._fields)


def add(connection: Connection, hook: Webhook) -> None:
    connection.execute(insert(_TABLE), hook._asdict())


def one(connection: Connection, id: str) -> Webhook | None:  # noqa: A002 - the column's name
    row = connection.execute(select(*_COLUMNS).where(_TABLE.c.id == id)).one_or_none()
    return Webhook._make(row) if row else None


def of_organization(connection: Connection, organization: str) -> Sequence[Webhook]:
    query = select(*_COLUMNS).where(_TABLE.c.organization == organization).order_by(_TABLE.c.made_at, _TABLE.c.id)
    return [Webhook._make(row) for row in connection.execute(query)]


def listening(connection: Connection) -> Sequence[Webhook]:
    """Those that were not stopped, of all organizations."""
    query = select(*_COLUMNS).where(_TABLE.c.stopped_at.is_(None)).order_by(_TABLE.c.organization, _TABLE.c.id)
    return [Webhook._make(row) for row in connection.execute(query)]


def change(connection: Connection, id: str, **fields: Any) -> None:  # noqa: A002 - the column's name
    connection.execute(update(_TABLE).where(_TABLE.c.id == id).values(**fields))


def remove(connection: Connection, id: str) -> None:  # noqa: A002 - the column's name
    connection.execute(delete(_CALLS).where(_CALLS.c.webhook == id))
    connection.execute(delete(_TABLE).where(_TABLE.c.id == id))


def enqueue(connection: Connection, calls: Sequence[Call]) -> None:
    if calls:
        connection.execute(insert(_CALLS), [call._asdict() for call in calls])


def waiting(connection: Connection, webhook: str) -> int:
    query = select(func.count()).select_from(_CALLS).where(_CALLS.c.webhook == webhook, _CALLS.c.state == WAITING)
    return connection.scalars(query).one()


def take(connection: Connection, now: int, until: int, limit: int) -> Sequence[Call]:
    """Calls that are due, for one process alone until the time `until`; who dies meanwhile leaves them to others."""
    due = (_CALLS.c.state.in_((WAITING, CALLING))) & (_CALLS.c.next_at <= now)
    query = select(*_CALL_COLUMNS).where(due).order_by(_CALLS.c.next_at, _CALLS.c.id).limit(limit).with_for_update()
    calls = [Call._make(row) for row in connection.execute(query)]
    if calls:
        connection.execute(update(_CALLS).where(_CALLS.c.id.in_([call.id for call in calls])).values(
            state=CALLING, next_at=until, tries=_CALLS.c.tries + 1))
    return [call._replace(state=CALLING, tries=call.tries + 1) for call in calls]


def settle(connection: Connection, id: str, **fields: Any) -> None:  # noqa: A002 - the column's name
    connection.execute(update(_CALLS).where(_CALLS.c.id == id).values(**fields))


def calls_of(connection: Connection, webhook: str, before: int, limit: int) -> Sequence[Call]:
    """The newest first, those before the time `before`."""
    query = select(*_CALL_COLUMNS).where(_CALLS.c.webhook == webhook, _CALLS.c.at < before)
    return [Call._make(row) for row in connection.execute(query.order_by(_CALLS.c.at.desc(), _CALLS.c.id).limit(limit))]


def page(connection: Connection, webhook: str, after: str, limit: int) -> Sequence[Call]:
    """Calls of all states, by id above `after`."""
    query = select(*_CALL_COLUMNS).where(_CALLS.c.webhook == webhook, _CALLS.c.id > after)
    return [Call._make(row) for row in connection.execute(query.order_by(_CALLS.c.id).limit(limit))]


def forget(connection: Connection, before: int, limit: int) -> int:
    """What was settled before that time."""
    old = select(_CALLS.c.id).where(_CALLS.c.state.in_((DONE, FAILED)), _CALLS.c.next_at < before).limit(limit)
    gone = list(connection.scalars(old))
    if gone:
        connection.execute(delete(_CALLS).where(_CALLS.c.id.in_(gone)))
    return len(gone)
