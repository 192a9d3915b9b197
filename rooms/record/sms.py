"""SMS that were asked for. A row stands before anything is sent, and says what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, insert, select, update

from rooms.record import tables
from rooms.record.asking import columns

WAITING, SENDING, SENT, FAILED, UNKNOWN = "waiting", "sending", "sent", "failed", "unknown"


class Sms(NamedTuple):
    id: str
    organization: str
    user: str
    purpose: str
    digest: str
    sealed: str
    code: str
    state: str
    provider: str
    reference: str
    detail: str
    at: int
    settled_at: int | None = None


_TABLE = tables.sms
_COLUMNS = columns(_TABLE, Sms._fields)


def add(connection: Connection, sms: Sms) -> None:
    connection.execute(insert(_TABLE), sms._asdict())


def one(connection: Connection, id: str) -> Sms | None:  # noqa: A002 - the column's name
    row = connection.execute(select(*_COLUMNS).where(_TABLE.c.id == id)).one_or_none()
    return Sms._make(row) if row else None


def take(connection: Connection, id: str, provider: str) -> bool:  # noqa: A002 - the column's name
    """True for the one who sends it."""
    return _from(connection, id, (WAITING,), state=SENDING, provider=provider)


def settle(connection: Connection, id: str, state: str, at: int, reference: str, detail: str) -> bool:  # noqa: A002
    return _from(connection, id, (SENDING,), state=state, settled_at=at, reference=reference, detail=detail, code="")


def waiting(connection: Connection, before: int, limit: int) -> Sequence[str]:
    query = select(_TABLE.c.id).where(_TABLE.c.state == WAITING, _TABLE.c.at <= before)
    return list(connection.scalars(query.order_by(_TABLE.c.at).limit(limit)))


def give_up(connection: Connection, before: int, at: int) -> int:
    """Those that are under way for too long may have been sent and are not sent again; those that waited so long are
    of no use any more."""
    ended = 0
    for state, outcome in ((SENDING, UNKNOWN), (WAITING, FAILED)):
        statement = update(_TABLE).where(_TABLE.c.state == state, _TABLE.c.at <= before)
        ended += connection.execute(statement.values(state=outcome, settled_at=at, code="", detail="too late")).rowcount
    return ended


def remove_user(connection: Connection, user: str) -> None:
    connection.execute(delete(_TABLE).where(_TABLE.c.user == user))


def _from(connection: Connection, id: str, states: Sequence[str], **values: Any) -> bool:  # noqa: A002
    statement = update(_TABLE).where(_TABLE.c.id == id, _TABLE.c.state.in_(states)).values(**values)
    return connection.execute(statement).rowcount > 0
