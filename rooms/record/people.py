"""Questions about many people of an organization at once: lists for its staff. Never with an offset: each page begins
where the one before ended, so that the last of a hundred thousand costs as much as the first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, func, select

from rooms.record import sanctions, tables
from rooms.record.asking import columns
from rooms.record.sanctions import Sanction
from rooms.record.users import User


class InRoom(NamedTuple):
    """A member as the room's keepers see them."""

    user: str
    name: str
    avatar: str
    role: str
    joined_at: int
    free: bool


FEW = 2_000
"""So many people with a text in their name are taken out of the index; of more, a page is soon full anyway."""

_USERS, _MEMBERS, _FREE, _SANCTIONS = tables.users, tables.members, tables.free, tables.sanctions


def page(connection: Connection, organization: str, named: str, after: str, limit: int) -> Sequence[User]:
    """People whose name holds `named`, by id above `after`. Who was erased is left out."""
    query = select(*columns(_USERS, User._fields)).where(
        _USERS.c.organization == organization, _USERS.c.id > after, _USERS.c.erased_at.is_(None))
    query = _of_these(query, named, _called(connection, organization, named))
    return [User._make(row) for row in connection.execute(query.order_by(_USERS.c.id).limit(limit))]


def in_room(connection: Connection, room: str, named: str, role: str, free: bool | None, after: str,
            limit: int) -> Sequence[InRoom]:
    """Members of a room likewise; `role` and `free` (on the white list) choose among them."""
    listed = _FREE.c.user.is_not(None)
    query = (select(_MEMBERS.c.user, _USERS.c.name, _USERS.c.avatar, _MEMBERS.c.role, _MEMBERS.c.joined_at, listed)
             .join(_USERS, _USERS.c.id == _MEMBERS.c.user)
             .join(_FREE, (_FREE.c.room == _MEMBERS.c.room) & (_FREE.c.user == _MEMBERS.c.user), isouter=not free)
             .where(_MEMBERS.c.room == room, _MEMBERS.c.user > after))
    if role:
        query = query.where(_MEMBERS.c.role == role)
    if free is False:
        query = query.where(~listed)
    rooms = tables.rooms
    organization = connection.scalars(select(rooms.c.organization).where(rooms.c.id == room)).one_or_none() or ""
    query = _of_these(query, named, _called(connection, organization, named))
    found = connection.execute(query.order_by(_MEMBERS.c.user).limit(limit))
    return [InRoom._make(row)._replace(free=bool(row[-1])) for row in found]


def counts(connection: Connection, organization: str) -> dict[str, int]:
    """room → how many members it has."""
    rooms = tables.rooms
    query = (select(_MEMBERS.c.room, func.count().label("members")).join(rooms, rooms.c.id == _MEMBERS.c.room)
             .where(rooms.c.organization == organization).group_by(_MEMBERS.c.room))
    return {row.room: row.members for row in connection.execute(query)}


def sanctioned(connection: Connection, organization: str, kind: str, room: str, now: int, after: str,
               limit: int) -> Sequence[Sanction]:
    """Sanctions that stand at `now`, by `place_of` above `after`."""
    query = select(*columns(_SANCTIONS, Sanction._fields)).where(
        _SANCTIONS.c.organization == organization, (_SANCTIONS.c.until == 0) | (_SANCTIONS.c.until > now))
    if kind:
        query = query.where(_SANCTIONS.c.kind == kind)
    if room:
        query = query.where(_SANCTIONS.c.room == room)
    order = [_SANCTIONS.c.user, _SANCTIONS.c.room, _SANCTIONS.c.channel, _SANCTIONS.c.kind]
    if after:
        query = query.where(_above(order, after.split(".")))
    return [sanctions.opened(connection, row) for row in connection.execute(query.order_by(*order).limit(limit)).all()]


def place_of(sanction: Sanction) -> str:
    """Where a list of sanctions goes on."""
    return ".".join((sanction.user, sanction.room, sanction.channel, sanction.kind))


def _above(order: Sequence[Any], values: Sequence[str]) -> ColumnElement[bool]:
    (column, *rest), (value, *others) = order, [*values, *[""] * (len(order) - len(values))]
    above: ColumnElement[bool] = column > value
    return above | ((column == value) & _above(rest, others)) if rest else above


def _called(connection: Connection, organization: str, named: str) -> list[str] | None:
    """Ids of those whose name holds the text; None where they are many, so that walking through all finds enough of
    them soon. All names are looked through, in an index that holds nothing else."""
    if not named:
        return None
    query = select(_USERS.c.id).where(_USERS.c.organization == organization, _holds(named)).limit(FEW + 1)
    index = tables.NAMES_INDEX
    found = list(connection.scalars(query.with_hint(_USERS, f"INDEXED BY {index}", "sqlite")
                                    .with_hint(_USERS, f"FORCE INDEX ({index})", "mysql")
                                    .with_hint(_USERS, f"FORCE INDEX ({index})", "mariadb")))
    return found if len(found) <= FEW else None


def _of_these(query: Any, named: str, called: list[str] | None) -> Any:
    if called is not None:
        return query.where(_USERS.c.id.in_(called))
    return query.where(_holds(named)) if named else query


def _holds(named: str) -> ColumnElement[bool]:
    """The text itself, wherever it stands: what LIKE takes for a pattern is no pattern here."""
    escaped = named.replace("!", "!!").replace("%", "!%").replace("_", "!_")
    return func.lower(_USERS.c.name).like(f"%{escaped.lower()}%", escape="!")
