"""Mass messages that were asked of WeChat: written down before the call, and what came of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, insert, select, update

from rooms.record import tables
from rooms.record.asking import columns

INTENT, ASKED, DONE, REFUSED, UNKNOWN = "intent", "asked", "done", "refused", "unknown"


class Job(NamedTuple):
    """To `people` of one account. `sent`, `filtered` and `failed` are WeChat's counts, told when it is done."""

    id: str
    broadcast: str
    appid: str
    state: str
    at: int
    people: int
    reference: str = ""
    sent: int = 0
    filtered: int = 0
    failed: int = 0
    detail: str = ""
    settled_at: int | None = None


_TABLE = tables.mass_jobs
_COLUMNS = columns(_TABLE, Job._fields)


def add(connection: Connection, job: Job) -> None:
    connection.execute(insert(_TABLE), job._asdict())


def of_broadcast(connection: Connection, broadcast: str) -> Sequence[Job]:
    query = select(*_COLUMNS).where(_TABLE.c.broadcast == broadcast).order_by(_TABLE.c.at, _TABLE.c.id)
    return [Job._make(row) for row in connection.execute(query)]


def by_reference(connection: Connection, appid: str, reference: str) -> Job | None:
    query = select(*_COLUMNS).where(_TABLE.c.appid == appid, _TABLE.c.reference == reference)
    row = connection.execute(query.order_by(_TABLE.c.at.desc()).limit(1)).one_or_none()
    return Job._make(row) if row else None


def change(connection: Connection, id: str, **fields: Any) -> None:  # noqa: A002 - the column's name
    connection.execute(update(_TABLE).where(_TABLE.c.id == id).values(**fields))


def stale(connection: Connection, before: int) -> Sequence[Job]:
    """Those whose call never told how it ended."""
    query = select(*_COLUMNS).where(_TABLE.c.state == INTENT, _TABLE.c.at < before)
    return [Job._make(row) for row in connection.execute(query)]
