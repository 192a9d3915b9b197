from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, insert, select, update

from rooms.record import aliases, tables
from rooms.record.asking import columns


class User(NamedTuple):
    """Tokens issued before `tokens_after` (ms) are revoked."""

    id: str
    organization: str
    name: str
    avatar: str
    tokens_after: int
    created_at: int
    erased_at: int | None = None


_TABLE = tables.users
_COLUMNS = columns(_TABLE, User._fields)


def add(connection: Connection, user: User) -> None:
    connection.execute(insert(_TABLE), user._asdict())


def one(connection: Connection, id: str) -> User | None:  # noqa: A002 - the column's name
    row = connection.execute(select(*_COLUMNS).where(_TABLE.c.id == id)).one_or_none()
    return User._make(row) if row else None


def many(connection: Connection, ids: Sequence[str]) -> dict[str, User]:
    query = select(*_COLUMNS).where(_TABLE.c.id.in_(ids))
    return {row.id: User._make(row) for row in connection.execute(query)}


def erased(connection: Connection, ids: Sequence[str]) -> set[str]:
    """Those of them who were erased, or were found to be somebody who was. For writes: an erasure that is under way is
    waited for, and one that comes waits."""
    kept = {id_: id_ for id_ in ids} | aliases.many(connection, ids)
    query = select(_TABLE.c.id, _TABLE.c.erased_at).where(_TABLE.c.id.in_(sorted(set(kept.values()))))
    gone = {row.id for row in connection.execute(query.with_for_update(read=True)) if row.erased_at is not None}
    return {id_ for id_, whom in kept.items() if whom in gone}


def change(connection: Connection, id: str, **fields: Any) -> bool:  # noqa: A002 - the column's name
    """Sets columns; False when there is no such user."""
    return connection.execute(update(_TABLE).where(_TABLE.c.id == id).values(**fields)).rowcount > 0


def remove(connection: Connection, id: str) -> None:  # noqa: A002 - the column's name
    """For one that lost the race to be somebody; others are erased, not removed."""
    connection.execute(_TABLE.delete().where(_TABLE.c.id == id))
