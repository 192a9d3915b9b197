"""Whom the clean-up took for a spammer, and what organizations want of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, insert, select, update

from rooms.record import tables
from rooms.record.asking import columns, put

OFF = "off"
PROPOSED, ACTED, DISMISSED, UNDONE = "proposed", "acted", "dismissed", "undone"


class Policy(NamedTuple):
    organization: str
    mode: str
    threshold: int
    mute_seconds: int


class Suspicion(NamedTuple):
    """`why` is JSON: each sign and what it adds to the score."""

    id: str
    organization: str
    user: str
    score: int
    why: str
    state: str
    at: int
    decided_at: int | None = None
    by: str = ""


_POLICIES, _TABLE = tables.spam_policies, tables.suspicions
_POLICY, _COLUMNS = columns(_POLICIES, Policy._fields), columns(_TABLE, Suspicion._fields)


def policy(connection: Connection, organization: str) -> Policy | None:
    row = connection.execute(select(*_POLICY).where(_POLICIES.c.organization == organization)).one_or_none()
    return Policy._make(row) if row else None


def policies(connection: Connection) -> Sequence[Policy]:
    return [Policy._make(row) for row in connection.execute(select(*_POLICY).where(_POLICIES.c.mode != OFF))]


def set_policy(connection: Connection, changed: Policy) -> None:
    put(connection, _POLICIES, [changed._asdict()])


def add(connection: Connection, row: Suspicion) -> None:
    connection.execute(insert(_TABLE), row._asdict())


def one(connection: Connection, id: str) -> Suspicion | None:  # noqa: A002 - the column's name
    row = connection.execute(select(*_COLUMNS).where(_TABLE.c.id == id)).one_or_none()
    return Suspicion._make(row) if row else None


def since(connection: Connection, organization: str, at: int, limit: int) -> Sequence[Suspicion]:
    """The newest first."""
    query = select(*_COLUMNS).where(_TABLE.c.organization == organization, _TABLE.c.at >= at)
    return [Suspicion._make(row) for row in connection.execute(
        query.order_by(_TABLE.c.at.desc(), _TABLE.c.id).limit(limit))]


def move(connection: Connection, id: str, before: Sequence[str], **values: Any) -> bool:  # noqa: A002
    """False when it was in none of the states before."""
    statement = update(_TABLE).where(_TABLE.c.id == id, _TABLE.c.state.in_(before)).values(**values)
    return connection.execute(statement).rowcount > 0


def give(connection: Connection, user: str, to: str) -> None:
    connection.execute(update(_TABLE).where(_TABLE.c.user == user).values(user=to))
