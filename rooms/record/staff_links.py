"""Which follower signs in to which console account by scanning."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, delete, select

from rooms.record import tables
from rooms.record.asking import add_new, columns


class Link(NamedTuple):
    staff: str
    appid: str
    openid: str
    at: int


_TABLE = tables.staff_links
_COLUMNS = columns(_TABLE, Link._fields)


def set_(connection: Connection, link: Link) -> bool:
    """In place of the one before. False when the follower is linked to another account."""
    remove(connection, link.staff)
    return add_new(connection, _TABLE, link._asdict())


def one(connection: Connection, staff: str) -> Link | None:
    row = connection.execute(select(*_COLUMNS).where(_TABLE.c.staff == staff)).one_or_none()
    return Link._make(row) if row else None


def of_openid(connection: Connection, appid: str, openid: str) -> Link | None:
    row = connection.execute(select(*_COLUMNS).where(_TABLE.c.appid == appid, _TABLE.c.openid == openid)).one_or_none()
    return Link._make(row) if row else None


def remove(connection: Connection, staff: str) -> bool:
    return connection.execute(delete(_TABLE).where(_TABLE.c.staff == staff)).rowcount > 0
