"""The audit: acts of authority, one chain of hashes an organization."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, insert, select

from rooms.record import organizations, tables
from rooms.record.asking import columns

PAGE = 1_000
GENESIS = "0" * 64


class Act(NamedTuple):
    """Who did what to whom, where and why; `before` and `after` are what changed, as JSON."""

    at: int
    actor: str
    door: str
    act: str
    target: str
    room: str
    channel: str
    reason: str
    before: str
    after: str


class Row(NamedTuple):
    number: int
    act: Act
    hash: str


_TABLE = tables.audit
_COLUMNS = columns(_TABLE, Act._fields)


def add(connection: Connection, organization: str, act: Act) -> int:
    """Adds to the organization's chain, one after the other, and returns the number. For writes."""
    organizations.lock(connection, organization)
    query = select(_TABLE.c.number, _TABLE.c.hash).where(_TABLE.c.organization == organization)
    last = connection.execute(query.order_by(_TABLE.c.number.desc()).limit(1)).one_or_none()
    number, before = (last.number + 1, last.hash) if last else (1, GENESIS)
    row = {"organization": organization, "number": number, **act._asdict(), "hash": hash_of(before, number, act)}
    connection.execute(insert(_TABLE), row)
    return number


def page(connection: Connection, organization: str, after: int = 0, limit: int = PAGE) -> Sequence[Row]:
    query = select(_TABLE.c.number, _TABLE.c.hash, *_COLUMNS).where(
        _TABLE.c.organization == organization, _TABLE.c.number > after).order_by(_TABLE.c.number).limit(limit)
    return [Row(row[0], Act._make(row[2:]), row[1]) for row in connection.execute(query)]


def newest(connection: Connection, organization: str, chosen: Mapping[str, str], after: int | None, before: int | None,
           below: int, limit: int) -> Sequence[Row]:
    """Newest first, below the number `below` (0: from the end), of those with these actor, act, target, room or
    channel, at or after `after` and before `before` (ms)."""
    query = select(_TABLE.c.number, _TABLE.c.hash, *_COLUMNS).where(
        _TABLE.c.organization == organization, *(_TABLE.c[name] == value for name, value in chosen.items()))
    if below:
        query = query.where(_TABLE.c.number < below)
    if after is not None:
        query = query.where(_TABLE.c.at >= after)
    if before is not None:
        query = query.where(_TABLE.c.at < before)
    found = connection.execute(query.order_by(_TABLE.c.number.desc()).limit(limit))
    return [Row(row[0], Act._make(row[2:]), row[1]) for row in found]


def first_broken(connection: Connection, organization: str) -> int | None:
    """The number of the first row that does not fit its chain; None when all do."""
    expected, before = 1, GENESIS
    for row in every(connection, organization):
        if row.number != expected or row.hash != hash_of(before, row.number, row.act):
            return expected
        expected, before = expected + 1, row.hash
    return None


def every(connection: Connection, organization: str, after: int = 0) -> Iterator[Row]:
    while rows := page(connection, organization, after):
        yield from rows
        after = rows[-1].number


def hash_of(before: str, number: int, act: Act) -> str:
    return hashlib.sha256(json.dumps([before, number, *act], ensure_ascii=False).encode()).hexdigest()
