"""Lists of words, each one row: they are read and written as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, insert, select, update

from rooms.record import tables
from rooms.record.asking import columns


class WordList(NamedTuple):
    """`words` one a line. No `room`: the organization's, which holds in every room."""

    id: str
    organization: str
    room: str
    name: str
    action: str
    exempt: str
    mute_seconds: int
    kind: str
    words: str
    version: int
    created_at: int


_TABLE = tables.word_lists
_COLUMNS = columns(_TABLE, WordList._fields)


def add(connection: Connection, row: WordList) -> None:
    connection.execute(insert(_TABLE), row._asdict())


def one(connection: Connection, id: str) -> WordList | None:  # noqa: A002 - the column's name
    row = connection.execute(select(*_COLUMNS).where(_TABLE.c.id == id)).one_or_none()
    return WordList._make(row) if row else None


def of_organization(connection: Connection, organization: str) -> Sequence[WordList]:
    """All of them, the organization's own first, each in the order of its making."""
    query = select(*_COLUMNS).where(_TABLE.c.organization == organization)
    return [WordList._make(row) for row in connection.execute(
        query.order_by(_TABLE.c.room, _TABLE.c.created_at, _TABLE.c.id))]


def versions(connection: Connection, organizations: Sequence[str]) -> dict[str, tuple[tuple[str, int], ...]]:
    """organization → (list, version) of all its lists: equal where nothing has changed."""
    query = select(_TABLE.c.organization, _TABLE.c.id, _TABLE.c.version).where(
        _TABLE.c.organization.in_(organizations)).order_by(_TABLE.c.id)
    found: dict[str, tuple[tuple[str, int], ...]] = dict.fromkeys(organizations, ())
    for organization, id_, version in connection.execute(query):
        found[organization] = (*found[organization], (id_, version))
    return found


def change(connection: Connection, id: str, **values: Any) -> None:  # noqa: A002 - the column's name
    connection.execute(update(_TABLE).where(_TABLE.c.id == id).values(version=_TABLE.c.version + 1, **values))


def remove(connection: Connection, id: str) -> None:  # noqa: A002 - the column's name
    connection.execute(delete(_TABLE).where(_TABLE.c.id == id))
