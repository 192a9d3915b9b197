"""Words that lie outside of the log: held messages, announcements to many, what WeChat is asked about, what webhooks
are told, notices, requests to be let in, the reasons of sanctions and reports. With a master key they are sealed under
their organization's data key, as entries are; else they lie as they are.

What is sealed begins with a character that no words begin with, then base64. It is bound to its place (table and row),
so that it cannot be moved to another.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any, TypeVar

from sqlalchemy import Column, ColumnElement, Connection, FromClause, Table, select, update

from rooms.record import bodies, keyring, tables

MARK = "\x02"
_LYING = ((tables.held.c.body, "{}"), (tables.held.c.reason, ""), (tables.broadcasts.c.text, ""),
          (tables.checks.c.content, ""), (tables.notices.c.facts, "{}"), (tables.sanctions.c.reason, ""),
          (tables.reports.c.reason, ""), (tables.requests.c.text, ""), (tables.requests.c.reason, ""))
"""What may lie open from before there was a master key, and what it is where nothing is left of it."""


T = TypeVar("T", bound=tuple[Any, ...])


def closed_in(connection: Connection, column: Column[Any], row: Mapping[str, Any]) -> dict[str, Any]:
    """A whole row with the words of this column closed, bound to the row. Raises NoKeyError."""
    words = row[column.name]
    return {**row, column.name: close(connection, row["organization"], words, place(column, row)) if words else words}


def opened_in(connection: Connection, column: Column[Any], row: T, erased: str = "") -> T:
    """A whole row of the table, as a NamedTuple, with the words of this column to read. Raises Misconfigured."""
    told: dict[str, Any] = row._asdict()  # type: ignore[attr-defined]
    kept = told[column.name]
    if not kept.startswith(MARK):
        return row
    words = opened(connection, kept, place(column, told), erased)
    return row._replace(**{column.name: words})  # type: ignore[attr-defined, no-any-return]


def place(column: Column[Any], row: Mapping[str, Any]) -> str:
    """Where words lie: the table and the row, and the column where there are several."""
    table = column.table
    assert isinstance(table, Table)
    parts = [table.name, *(str(row[key.name]) for key in table.primary_key)]
    return "/".join([*parts, column.name] if column in _SECONDS else parts)


_SECONDS = frozenset({tables.held.c.reason, tables.requests.c.reason})
"""Of a table that has another such column."""


def close(connection: Connection, organization: str, words: str, place: str) -> str:
    """Raises NoKeyError where the organization has no data key yet: the record makes it and asks again."""
    words = words.lstrip(MARK)
    keys = keyring.of(connection)
    if not keys.seals or not words:
        return words
    key = keys.current(connection, organization)
    if key is None:
        raise keyring.NoKeyError(organization)
    sealed = keyring.seal(key, bodies.packed(words.encode()), place)
    return MARK + b64encode(sealed).decode()


def opened(connection: Connection, kept: str, place: str, erased: str = "") -> str:
    """The words, however they lie; `erased` where their key was erased. Raises Misconfigured."""
    if not kept.startswith(MARK):
        return kept
    try:
        return bodies.unpacked(keyring.unseal(connection, b64decode(kept[1:]), place)).decode()
    except keyring.ErasedError:
        return erased


def open_still(connection: Connection) -> list[str]:
    """The organizations of which words lie open."""
    found: set[str] = set()
    for column, nothing in _LYING:
        found.update(connection.scalars(select(_organization(column.table)).distinct().where(
            ~column.startswith(MARK), column != nothing)))
    return sorted(found)


def close_older(connection: Connection, organization: str, limit: int) -> int:
    """Seals some of an organization's words that lie open; returns how many. For writes."""
    changed = 0
    for column, nothing in _LYING:
        table = column.table
        assert isinstance(table, Table)
        owner = _organization(table)
        query = select(*dict.fromkeys([*table.primary_key, owner, column])).where(
            owner == organization, ~column.startswith(MARK), column != nothing).limit(limit)
        for row in connection.execute(query).mappings().all():
            closed = closed_in(connection, column, dict(row))
            connection.execute(update(table).where(*(key == row[key.name] for key in table.primary_key)).values(
                {column.name: closed[column.name]}))
            changed += 1
    return changed


def _organization(table: FromClause) -> ColumnElement[str]:
    """Whose a row is; where it does not say so itself, its room's."""
    if "organization" in table.c:
        return table.c.organization
    rooms = tables.rooms.c
    return select(rooms.organization).where(rooms.id == table.c.room).scalar_subquery().label("organization")
