"""People whom somebody does not want to read."""

from __future__ import annotations

from sqlalchemy import Connection, delete, func, select

from rooms.record import tables
from rooms.record.asking import add_new

_TABLE = tables.blocks


def add(connection: Connection, user: str, blocked: str, at: int) -> bool:
    """False when they are blocked already."""
    return add_new(connection, _TABLE, {"user": user, "blocked": blocked, "at": at})


def remove(connection: Connection, user: str, blocked: str) -> bool:
    return connection.execute(delete(_TABLE).where(_TABLE.c.user == user, _TABLE.c.blocked == blocked)).rowcount > 0


def of(connection: Connection, user: str) -> list[str]:
    return list(connection.scalars(select(_TABLE.c.blocked).where(_TABLE.c.user == user).order_by(_TABLE.c.blocked)))


def of_many(connection: Connection, users: list[str]) -> dict[str, list[str]]:
    """user → whom they block, for those of the users who block anybody."""
    found: dict[str, list[str]] = {}
    query = select(_TABLE.c.user, _TABLE.c.blocked).where(_TABLE.c.user.in_(users))
    for user, blocked in connection.execute(query):
        found.setdefault(user, []).append(blocked)
    return found


def count(connection: Connection, user: str) -> int:
    return connection.scalars(select(func.count()).select_from(_TABLE).where(_TABLE.c.user == user)).one()


def give(connection: Connection, user: str, to: str, at: int) -> None:
    """Whom they did not want to read, and who did not want to read them; oneself, one always reads."""
    for blocked in of(connection, user):
        if blocked != to:
            add(connection, to, blocked, at)
    for blocker in list(connection.scalars(select(_TABLE.c.user).where(_TABLE.c.blocked == user))):
        if blocker != to:
            add(connection, blocker, to, at)
    remove_user(connection, user)


def remove_user(connection: Connection, user: str) -> None:
    connection.execute(delete(_TABLE).where((_TABLE.c.user == user) | (_TABLE.c.blocked == user)))
