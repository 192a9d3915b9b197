from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select, update

from rooms.record import tables
from rooms.record.asking import add_new, columns


class Room(NamedTuple):
    """`name_key` is the name as it is compared: one spelling of it in an organization."""

    id: str
    organization: str
    name: str
    name_key: str
    password_hash: str | None
    capacity: int
    private: bool
    state: str
    position: int
    created_at: int
    listed: bool = True
    by_request: bool = False
    verified: bool = False
    white_only: bool = False
    direct: bool = False


class Seen(NamedTuple):
    """A room as one person sees it; `role` is empty for who is no member."""

    room: Room
    role: str


_TABLE = tables.rooms
_COLUMNS = columns(_TABLE, Room._fields)
_ORDER = (_TABLE.c.position, _TABLE.c.id)


def add(connection: Connection, room: Room) -> bool:
    """False when the name is taken in this organization."""
    return add_new(connection, _TABLE, room._asdict())


def one(connection: Connection, id: str) -> Room | None:  # noqa: A002 - the column's name
    row = connection.execute(select(*_COLUMNS).where(_TABLE.c.id == id)).one_or_none()
    return Room._make(row) if row else None


def locked(connection: Connection, id: str) -> Room | None:  # noqa: A002 - the column's name
    """The room, which nobody else changes until this transaction ends. For writes."""
    row = connection.execute(select(*_COLUMNS).where(_TABLE.c.id == id).with_for_update()).one_or_none()
    return Room._make(row) if row else None


def by_name(connection: Connection, organization: str, name_key: str) -> Room | None:
    query = select(*_COLUMNS).where(_TABLE.c.organization == organization, _TABLE.c.name_key == name_key)
    row = connection.execute(query).one_or_none()
    return Room._make(row) if row else None


def count(connection: Connection, organization: str) -> int:
    query = select(func.count()).select_from(_TABLE).where(_TABLE.c.organization == organization)
    return connection.scalars(query).one()


def of_organization(connection: Connection, organization: str) -> Sequence[Room]:
    query = select(*_COLUMNS).where(_TABLE.c.organization == organization).order_by(*_ORDER)
    return [Room._make(row) for row in connection.execute(query)]


def change(connection: Connection, id: str, **fields: Any) -> bool:  # noqa: A002 - the column's name
    """Sets columns; False when there is no such room."""
    return connection.execute(update(_TABLE).where(_TABLE.c.id == id).values(**fields)).rowcount > 0


def ids(connection: Connection, organization: str) -> list[str]:
    return list(connection.scalars(select(_TABLE.c.id).where(_TABLE.c.organization == organization)))


def seen_by(connection: Connection, organization: str, user: str, unlisted: bool = False) -> Sequence[Seen]:
    """The organization's rooms that are not private, and the private ones in which the user is a member.

    Rooms that are not listed are shown to members only, or to everybody with `unlisted`, for who knows the name.
    """
    role = tables.members.c.role
    shown: ColumnElement[bool] = _TABLE.c.private.is_(False)
    if not unlisted:
        shown = and_(shown, _TABLE.c.listed.is_(True))
    joined = _TABLE.outerjoin(
        tables.members, (tables.members.c.room == _TABLE.c.id) & (tables.members.c.user == user))
    query = (select(*_COLUMNS, func.coalesce(role, "")).select_from(joined)
             .where(_TABLE.c.organization == organization, or_(shown, role.is_not(None)))
             .order_by(*_ORDER))
    return [Seen(Room._make(row[:-1]), row[-1]) for row in connection.execute(query)]
