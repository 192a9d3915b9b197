"""Phones that people have shown to be theirs: one a person, one person a number in an organization."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, delete, select, update

from rooms.record import tables
from rooms.record.asking import columns, put


class Phone(NamedTuple):
    user: str
    organization: str
    digest: str
    sealed: str
    verified_at: int


_TABLE = tables.phones
_COLUMNS = columns(_TABLE, Phone._fields)


def of_user(connection: Connection, user: str) -> Phone | None:
    row = connection.execute(select(*_COLUMNS).where(_TABLE.c.user == user)).one_or_none()
    return Phone._make(row) if row else None


def holder(connection: Connection, organization: str, digest: str) -> Phone | None:
    query = select(*_COLUMNS).where(_TABLE.c.organization == organization, _TABLE.c.digest == digest)
    row = connection.execute(query).one_or_none()
    return Phone._make(row) if row else None


def set_(connection: Connection, phone: Phone) -> None:
    """In place of the person's number before. Whoever holds the number must have been parted from it."""
    put(connection, _TABLE, [phone._asdict()])


def remove(connection: Connection, user: str) -> None:
    connection.execute(delete(_TABLE).where(_TABLE.c.user == user))


def give(connection: Connection, user: str, to: str) -> None:
    """The number goes with the person; who has one already keeps the one that was verified last."""
    theirs, own = of_user(connection, user), of_user(connection, to)
    if theirs is None:
        return
    if own is not None and own.verified_at >= theirs.verified_at:
        remove(connection, user)
        return
    remove(connection, to)
    connection.execute(update(_TABLE).where(_TABLE.c.user == user).values(user=to))
