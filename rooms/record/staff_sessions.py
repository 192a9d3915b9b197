"""Who is signed in to the console."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, delete, insert, select, update

from rooms.record import tables
from rooms.record.asking import columns


class Session(NamedTuple):
    digest: str
    staff: str
    made_at: int
    seen_at: int
    expires_at: int
    address: str
    agent: str


_TABLE = tables.staff_sessions
_COLUMNS = columns(_TABLE, Session._fields)


def add(connection: Connection, session: Session) -> None:
    connection.execute(insert(_TABLE), session._asdict())


def one(connection: Connection, digest: str) -> Session | None:
    row = connection.execute(select(*_COLUMNS).where(_TABLE.c.digest == digest)).one_or_none()
    return Session._make(row) if row else None


def seen(connection: Connection, digest: str, at: int) -> None:
    connection.execute(update(_TABLE).where(_TABLE.c.digest == digest).values(seen_at=at))


def of_staff(connection: Connection, staff: str) -> Sequence[Session]:
    """The one that was used last first."""
    query = select(*_COLUMNS).where(_TABLE.c.staff == staff).order_by(_TABLE.c.seen_at.desc(), _TABLE.c.digest)
    return [Session._make(row) for row in connection.execute(query)]


def end(connection: Connection, staff: str, digest: str) -> bool:
    statement = delete(_TABLE).where(_TABLE.c.staff == staff, _TABLE.c.digest == digest)
    return connection.execute(statement).rowcount > 0


def end_all(connection: Connection, staff: str, but: str = "") -> int:
    statement = delete(_TABLE).where(_TABLE.c.staff == staff, _TABLE.c.digest != but)
    return connection.execute(statement).rowcount


def forget(connection: Connection, expired_before: int) -> int:
    return connection.execute(delete(_TABLE).where(_TABLE.c.expires_at < expired_before)).rowcount
