"""The audit: acts of authority, one chain of hashes an organization."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, func, insert, select

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
    if before is not None:
        below = min(below or 1 << 62, _first_since(connection, organization, before))
    if below:
        query = query.where(_TABLE.c.number < below)
    if after is not None:
        query = query.where(_TABLE.c.number >= _first_since(connection, organization, after))
    # what one person suffered is little: found by its own index, where the key's order would walk through all
    order = _TABLE.c.number + 0 if "target" in chosen else _TABLE.c.number
    found = connection.execute(query.order_by(order.desc()).limit(limit))
    return [Row(row[0], Act._make(row[2:]), row[1]) for row in found]


def _first_since(connection: Connection, organization: str, at: int) -> int:
    """The number of the first act at that time or later, or the next that there will be. Numbers have no holes and
    times go with them, so twenty looks find it among a million."""
    own = _TABLE.c.organization == organization
    low, high = 1, (connection.scalars(select(func.max(_TABLE.c.number)).where(own)).one() or 0) + 1
    while low < high:
        middle = (low + high) // 2
        if connection.scalars(select(_TABLE.c.at).where(own, _TABLE.c.number == middle)).one() < at:
            low = middle + 1
        else:
            high = middle
    return low


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
