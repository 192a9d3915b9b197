"""Who asked to be let into a room."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, select, update

from rooms.record import envelopes, tables
from rooms.record.asking import columns, put


class Request(NamedTuple):
    """`text` and `reason` lie sealed where there is a master key."""

    room: str
    user: str
    state: str
    text: str
    at: int
    answered_at: int | None = None
    by: str = ""
    reason: str = ""


class Asked(NamedTuple):
    """A request with the name of who asks."""

    request: Request
    name: str


_TABLE = tables.requests
_COLUMNS = columns(_TABLE, Request._fields)


def put_(connection: Connection, request: Request) -> None:
    """In place of the one that the person made before for this room."""
    put(connection, _TABLE, [_closed(connection, request)])


def one(connection: Connection, room: str, user: str) -> Request | None:
    row = connection.execute(select(*_COLUMNS).where(_is(room, user))).one_or_none()
    return _opened(connection, row) if row else None


def answer(connection: Connection, request: Request) -> bool:
    """False when it waits no longer: somebody was faster."""
    statement = update(_TABLE).where(_is(request.room, request.user), _TABLE.c.state == "waiting")
    return connection.execute(statement.values(_closed(connection, request))).rowcount > 0


def waiting(connection: Connection, room: str, limit: int) -> Sequence[Asked]:
    """Oldest first."""
    users = tables.users
    query = (select(*_COLUMNS, users.c.name).join(users, users.c.id == _TABLE.c.user)
             .where(_TABLE.c.room == room, _TABLE.c.state == "waiting")
             .order_by(_TABLE.c.at, _TABLE.c.user).limit(limit))
    return [Asked(_opened(connection, row[:-1]), row[-1]) for row in connection.execute(query).all()]


def of_user(connection: Connection, user: str) -> Sequence[Request]:
    """Newest first."""
    query = select(*_COLUMNS).where(_TABLE.c.user == user).order_by(_TABLE.c.at.desc(), _TABLE.c.room)
    return [_opened(connection, row) for row in connection.execute(query).all()]


def give(connection: Connection, user: str, to: str) -> None:
    """Who has asked for the same room keeps their own request."""
    own = {request.room for request in of_user(connection, to)}
    for request in of_user(connection, user):
        if request.room not in own:
            put_(connection, request._replace(user=to))
    remove_user(connection, user)


def remove_user(connection: Connection, user: str) -> None:
    connection.execute(_TABLE.delete().where(_TABLE.c.user == user))


def _closed(connection: Connection, request: Request) -> dict[str, Any]:
    organization = connection.scalar(select(tables.rooms.c.organization).where(tables.rooms.c.id == request.room))
    row = {**request._asdict(), "organization": organization}
    for column in (_TABLE.c.text, _TABLE.c.reason):
        row = envelopes.closed_in(connection, column, row)
    del row["organization"]
    return row


def _opened(connection: Connection, row: Any) -> Request:
    request = envelopes.opened_in(connection, _TABLE.c.text, Request._make(row))
    return envelopes.opened_in(connection, _TABLE.c.reason, request)


def _is(room: str, user: str) -> Any:
    return (_TABLE.c.room == room) & (_TABLE.c.user == user)
