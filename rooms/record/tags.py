"""Words that staff put on people."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, delete, func, insert, select

from rooms.record import tables
from rooms.record.asking import add_new

_TABLE = tables.tags


def of_user(connection: Connection, user: str) -> list[str]:
    return list(connection.scalars(select(_TABLE.c.tag).where(_TABLE.c.user == user).order_by(_TABLE.c.tag)))


def of_organization(connection: Connection, organization: str) -> dict[str, int]:
    """tag → how many people bear it."""
    query = select(_TABLE.c.tag, func.count().label("people")).where(
        _TABLE.c.organization == organization)
    rows = connection.execute(query.group_by(_TABLE.c.tag).order_by(_TABLE.c.tag))
    return {row.tag: row.people for row in rows}


def replace(connection: Connection, organization: str, user: str, wanted: Sequence[str]) -> None:
    """These and no others."""
    remove_user(connection, user)
    if wanted:
        connection.execute(insert(_TABLE), [{"organization": organization, "tag": tag, "user": user} for tag in wanted])


def remove_user(connection: Connection, user: str) -> None:
    connection.execute(delete(_TABLE).where(_TABLE.c.user == user))


def give(connection: Connection, organization: str, user: str, to: str) -> None:
    """What is on `user` is on `to` as well, and on `user` no longer."""
    for tag in of_user(connection, user):
        add_new(connection, _TABLE, {"organization": organization, "tag": tag, "user": to})
    remove_user(connection, user)
