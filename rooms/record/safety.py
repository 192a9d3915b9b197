"""What organizations have judged by WeChat, and what it is asked about messages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, exists, func, insert, or_, select, update

from rooms.record import envelopes, held, tables
from rooms.record.asking import columns, put
from rooms.record.held import WAITING as HELD_WAITING
from rooms.record.held import HeldRow

WAITING, ASKED, DONE = "waiting", "asked", "done"
PEOPLE = "people"
"""Somebody has to look at it."""
NAME, AVATAR = "name", "avatar"
OFF = "off"


class Policy(NamedTuple):
    organization: str
    text: str
    media: str
    outage: str
    version: int = 0


class Check(NamedTuple):
    """Of the entry `seq`, or of the held message `held`. `content` is the text, which lies sealed where there is a
    master key, or the id of a media."""

    id: str
    organization: str
    channel: str
    seq: int | None
    held: str
    user: str
    kind: str
    content: str
    state: str
    verdict: str
    label: str
    detail: str
    trace: str
    tries: int
    due: int
    at: int


_POLICIES, _CHECKS, _HELD = tables.safety, tables.checks, tables.held
_POLICY, _CHECK = columns(_POLICIES, Policy._fields), columns(_CHECKS, Check._fields)


def policy(connection: Connection, organization: str) -> Policy | None:
    row = connection.execute(select(*_POLICY).where(_POLICIES.c.organization == organization)).one_or_none()
    return Policy._make(row) if row else None


def policies(connection: Connection) -> Sequence[Policy]:
    """Those that have something judged."""
    query = select(*_POLICY).where(or_(_POLICIES.c.text != OFF, _POLICIES.c.media != OFF))
    return [Policy._make(row) for row in connection.execute(query)]


def versions(connection: Connection, organizations: Sequence[str]) -> dict[str, int]:
    query = select(_POLICIES.c.organization, _POLICIES.c.version).where(_POLICIES.c.organization.in_(organizations))
    return {row[0]: row[1] for row in connection.execute(query)}


def set_policy(connection: Connection, changed: Policy) -> None:
    put(connection, _POLICIES, [changed._asdict()])


def add_many(connection: Connection, rows: Sequence[Check]) -> None:
    if rows:
        connection.execute(insert(_CHECKS), [row._asdict() | {"content": envelopes.close(
            connection, row.organization, row.content, _place(row.id))} for row in rows])


def held_unasked(connection: Connection, cause: str, limit: int) -> Sequence[HeldRow]:
    """Held messages for whose sake nobody was asked yet."""
    query = select(*columns(_HELD, HeldRow._fields)).where(
        _HELD.c.state == HELD_WAITING, _HELD.c.cause == cause, ~exists().where(_CHECKS.c.held == _HELD.c.id))
    return [held.opened(connection, row) for row in connection.execute(query.order_by(_HELD.c.at).limit(limit)).all()]


def due(connection: Connection, now: int, limit: int) -> Sequence[Check]:
    query = select(*_CHECK).where(_CHECKS.c.state.in_((WAITING, ASKED)), _CHECKS.c.due <= now)
    return [_opened(connection, row) for row in connection.execute(query.order_by(_CHECKS.c.due).limit(limit)).all()]


def claim(connection: Connection, check: Check, until: int) -> bool:
    """False when somebody else has it. Until then it is nobody else's."""
    statement = update(_CHECKS).where(
        _CHECKS.c.id == check.id, _CHECKS.c.state == check.state, _CHECKS.c.due == check.due)
    return connection.execute(statement.values(due=until, tries=_CHECKS.c.tries + 1)).rowcount > 0


def change(connection: Connection, id: str, **values: Any) -> None:  # noqa: A002 - the column's name
    connection.execute(update(_CHECKS).where(_CHECKS.c.id == id, _CHECKS.c.state != DONE).values(**values))


def of_trace(connection: Connection, organization: str, trace: str) -> Check | None:
    query = select(*_CHECK).where(_CHECKS.c.trace == trace, _CHECKS.c.organization == organization,
                                  _CHECKS.c.state == ASKED).limit(1)
    row = connection.execute(query).one_or_none()
    return _opened(connection, row) if row else None


def one(connection: Connection, id: str) -> Check | None:  # noqa: A002 - the column's name
    row = connection.execute(select(*_CHECK).where(_CHECKS.c.id == id)).one_or_none()
    return _opened(connection, row) if row else None


def doubtful(connection: Connection, organization: str, kind: str, after: tuple[int, str],
             limit: int) -> Sequence[Check]:
    """Names, or pictures, that people have to look at, the longest waiting first, beyond (at, id)."""
    at, id_ = after
    query = select(*_CHECK).where(_are_doubtful(organization), _CHECKS.c.kind == kind, (_CHECKS.c.at > at) | (
        (_CHECKS.c.at == at) & (_CHECKS.c.id > id_)))
    found = connection.execute(query.order_by(_CHECKS.c.at, _CHECKS.c.id).limit(limit)).all()
    return [_opened(connection, row) for row in found]


def count_doubtful(connection: Connection, organization: str, most: int) -> int:
    """Not counted beyond `most`."""
    found = select(_CHECKS.c.id).where(_are_doubtful(organization)).limit(most)
    return connection.scalars(select(func.count()).select_from(found.subquery())).one()


def end_doubtful(connection: Connection, id: str) -> bool:  # noqa: A002 - the column's name
    """False when nobody has to look at it (any more)."""
    statement = update(_CHECKS).where(_CHECKS.c.id == id, _CHECKS.c.state == PEOPLE).values(state=DONE)
    return connection.execute(statement).rowcount > 0


def end_doubtful_of(connection: Connection, user: str, kind: str) -> None:
    """They took another one."""
    connection.execute(update(_CHECKS).where(
        _CHECKS.c.user == user, _CHECKS.c.kind == kind, _CHECKS.c.state == PEOPLE).values(state=DONE))


def count(connection: Connection, organization: str, since: int) -> dict[tuple[str, str], int]:
    """(kind, verdict) → how many since then; an empty verdict is still to come."""
    query = (select(_CHECKS.c.kind, _CHECKS.c.verdict, func.count()).where(
        _CHECKS.c.organization == organization, _CHECKS.c.at >= since).group_by(_CHECKS.c.kind, _CHECKS.c.verdict))
    return {(row[0], row[1]): row[2] for row in connection.execute(query)}


def forget(connection: Connection, before: int, limit: int) -> int:
    """What was decided before then."""
    query = select(_CHECKS.c.id).where(_CHECKS.c.state == DONE, _CHECKS.c.at < before).limit(limit)
    old = list(connection.scalars(query))
    if old:
        connection.execute(_CHECKS.delete().where(_CHECKS.c.id.in_(old)))
    return len(old)


def give(connection: Connection, user: str, to: str) -> None:
    connection.execute(update(_CHECKS).where(_CHECKS.c.user == user).values(user=to))


def remove_user(connection: Connection, user: str) -> None:
    """What they said is asked about no more."""
    connection.execute(delete(_CHECKS).where(_CHECKS.c.user == user))


def _opened(connection: Connection, row: Any) -> Check:
    found = Check._make(row)
    return found._replace(content=envelopes.opened(connection, found.content, _place(found.id)))


def _place(id_: str) -> str:
    return f"checks/{id_}"


def _are_doubtful(organization: str) -> Any:
    return (_CHECKS.c.organization == organization) & (_CHECKS.c.state == PEOPLE)
