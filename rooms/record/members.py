from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, func, or_, select, update

from rooms.record import tables
from rooms.record.asking import add_new


class Member(NamedTuple):
    user: str
    role: str


class Named(NamedTuple):
    user: str
    name: str
    role: str
    joined_at: int


_TABLE = tables.members
TOGETHER = 500


def add(connection: Connection, room: str, user: str, role: str, at: int) -> bool:
    """False when they are a member already; their role stays."""
    return add_new(connection, _TABLE, {"room": room, "user": user, "role": role, "joined_at": at})


def remove(connection: Connection, room: str, user: str) -> bool:
    return connection.execute(delete(_TABLE).where(_is(room, user))).rowcount > 0


def role(connection: Connection, room: str, user: str) -> str | None:
    return connection.scalars(select(_TABLE.c.role).where(_is(room, user))).one_or_none()


def roles(connection: Connection, room: str, users: Iterable[str]) -> dict[str, str]:
    """user → role, of those of them who are members."""
    found: dict[str, str] = {}
    asked = sorted(users)
    for first in range(0, len(asked), TOGETHER):
        query = select(_TABLE.c.user, _TABLE.c.role).where(
            _TABLE.c.room == room, _TABLE.c.user.in_(asked[first:first + TOGETHER]))
        found |= {row.user: row.role for row in connection.execute(query)}
    return found


def set_role(connection: Connection, room: str, user: str, role: str) -> bool:
    """False when they are no member."""
    return connection.execute(update(_TABLE).where(_is(room, user)).values(role=role)).rowcount > 0


def may_belong(connection: Connection, room: str, user: str) -> bool:
    """Whether both are of the same organization."""
    rooms, users = tables.rooms, tables.users
    query = (select(users.c.id).join(rooms, rooms.c.organization == users.c.organization)
             .where(rooms.c.id == room, users.c.id == user, users.c.erased_at.is_(None)))
    return connection.scalars(query).one_or_none() is not None


def count(connection: Connection, room: str) -> int:
    return connection.scalars(select(func.count()).select_from(_TABLE).where(_TABLE.c.room == room)).one()


def of_room(connection: Connection, room: str) -> Sequence[Member]:
    query = select(_TABLE.c.user, _TABLE.c.role).where(_TABLE.c.room == room).order_by(_TABLE.c.user)
    return [Member._make(row) for row in connection.execute(query)]


def page(connection: Connection, room: str, after: str, limit: int) -> Sequence[Named]:
    """Members with their names, by user id above `after`."""
    users = tables.users
    query = (select(_TABLE.c.user, users.c.name, _TABLE.c.role, _TABLE.c.joined_at)
             .join(users, users.c.id == _TABLE.c.user)
             .where(_TABLE.c.room == room, _TABLE.c.user > after).order_by(_TABLE.c.user).limit(limit))
    return [Named._make(row) for row in connection.execute(query)]


def called(connection: Connection, room: str, spellings: Sequence[str], limit: int) -> Sequence[Named]:
    """Members whose name is one of these, whatever its case, or whose id is."""
    users, wanted = tables.users, [spelling.lower() for spelling in spellings]
    query = (select(_TABLE.c.user, users.c.name, _TABLE.c.role, _TABLE.c.joined_at)
             .join(users, users.c.id == _TABLE.c.user)
             .where(_TABLE.c.room == room, or_(func.lower(users.c.name).in_(wanted), users.c.id.in_(wanted)))
             .order_by(_TABLE.c.joined_at, _TABLE.c.user).limit(limit))
    return [Named._make(row) for row in connection.execute(query)]


def by_name(connection: Connection, room: str, organization: str, wanted: Sequence[str]) -> list[tuple[str, str]]:
    """(user, name) of the members who are called exactly so; by an index, however large the room is."""
    users = tables.users
    query = (select(users.c.id, users.c.name).join(_TABLE, _TABLE.c.user == users.c.id)
             .where(users.c.organization == organization, users.c.name.in_(wanted), _TABLE.c.room == room)
             .order_by(users.c.id))
    return [(row.id, row.name) for row in connection.execute(query)]


def rooms_of(connection: Connection, user: str) -> list[str]:
    return list(connection.scalars(select(_TABLE.c.room).where(_TABLE.c.user == user).order_by(_TABLE.c.room)))


def remove_user(connection: Connection, user: str) -> None:
    connection.execute(delete(_TABLE).where(_TABLE.c.user == user))


def of_user(connection: Connection, user: str) -> dict[str, str]:
    """room → role."""
    query = select(_TABLE.c.room, _TABLE.c.role).where(_TABLE.c.user == user).order_by(_TABLE.c.room)
    return {row.room: row.role for row in connection.execute(query)}


def _is(room: str, user: str) -> Any:
    return (_TABLE.c.room == room) & (_TABLE.c.user == user)
