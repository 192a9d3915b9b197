from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, select, update

from rooms.record import tables
from rooms.record.asking import add_new, columns


class Channel(NamedTuple):
    """`epoch` is empty until the channel's log was first opened; `archived_seq` is the last entry that the record
    holds, `talk` the ordinal of the last counted one among them. A `direct` one is of two members (`rooms.direct`)."""

    id: str
    room: str
    organization: str
    name: str
    name_key: str
    capacity: int
    slow_seconds: int
    state: str
    position: int
    created_at: int
    epoch: str = ""
    archived_seq: int = 0
    talk: int = 0
    direct: bool = False


_TABLE = tables.channels
_COLUMNS = columns(_TABLE, Channel._fields)
_ORDER = (_TABLE.c.position, _TABLE.c.id)


def add(connection: Connection, channel: Channel) -> bool:
    """False when the name is taken in this room."""
    return add_new(connection, _TABLE, channel._asdict())


def one(connection: Connection, id: str) -> Channel | None:  # noqa: A002 - the column's name
    row = connection.execute(select(*_COLUMNS).where(_TABLE.c.id == id)).one_or_none()
    return Channel._make(row) if row else None


def locked(connection: Connection, id: str) -> Channel | None:  # noqa: A002 - the column's name
    """The channel, which nobody else changes until this transaction ends. For writes."""
    row = connection.execute(select(*_COLUMNS).where(_TABLE.c.id == id).with_for_update()).one_or_none()
    return Channel._make(row) if row else None


def locked_many(connection: Connection, ids: Sequence[str]) -> Sequence[Channel]:
    """Those that there are, locked in the order of their ids, so that two who want several cannot deadlock."""
    query = select(*_COLUMNS).where(_TABLE.c.id.in_(ids)).order_by(_TABLE.c.id).with_for_update()
    return [Channel._make(row) for row in connection.execute(query)]


def archived(connection: Connection, ids: Sequence[str]) -> dict[str, int]:
    """channel → archived_seq, for those that there are."""
    query = select(_TABLE.c.id, _TABLE.c.archived_seq).where(_TABLE.c.id.in_(ids)).order_by(_TABLE.c.id)
    return {row.id: row.archived_seq for row in connection.execute(query)}


def with_entries_since(connection: Connection, ids: Sequence[str], since: int) -> list[str]:
    """Those of these channels whose last archived entry is not older than `since` (ms)."""
    entries = tables.entries
    query = (select(_TABLE.c.id).distinct()
             .join(entries, (entries.c.channel == _TABLE.c.id) & (entries.c.seq == _TABLE.c.archived_seq))
             .where(_TABLE.c.id.in_(ids), entries.c.at >= since))
    return list(connection.scalars(query))


def move(connection: Connection, id: str, archived_seq: int, talk: int) -> None:  # noqa: A002 - the column's name
    """The archive's cursor. The channel is locked."""
    connection.execute(update(_TABLE).where(_TABLE.c.id == id).values(archived_seq=archived_seq, talk=talk))


def by_name(connection: Connection, room: str, name_key: str) -> Channel | None:
    query = select(*_COLUMNS).where(_TABLE.c.room == room, _TABLE.c.name_key == name_key)
    row = connection.execute(query).one_or_none()
    return Channel._make(row) if row else None


def count(connection: Connection, room: str, direct: bool = False) -> int:
    query = select(func.count()).select_from(_TABLE).where(_TABLE.c.room == room, _TABLE.c.direct.is_(direct))
    return connection.scalars(query).one()


def of_room(connection: Connection, room: str) -> Sequence[Channel]:
    """Those that the room shows; of two members' own nobody is told here."""
    query = select(*_COLUMNS).where(_TABLE.c.room == room, _TABLE.c.direct.is_(False)).order_by(*_ORDER)
    return [Channel._make(row) for row in connection.execute(query)]


def of_organization(connection: Connection, organization: str) -> Sequence[Channel]:
    """All that its rooms show, in the order in which each room shows its own."""
    query = (select(*_COLUMNS).where(_TABLE.c.organization == organization, _TABLE.c.direct.is_(False))
             .order_by(_TABLE.c.room, *_ORDER))
    return [Channel._make(row) for row in connection.execute(query)]


def direct_of(connection: Connection, user: str, room: str = "") -> Sequence[Channel]:
    """Those of this user and one other member each, in one room or in all, the newest first."""
    listed = tables.allowed
    query = (select(*_COLUMNS).join(listed, (listed.c.channel == _TABLE.c.id) & (listed.c.right == "see"))
             .where(listed.c.user == user, _TABLE.c.direct.is_(True))
             .order_by(_TABLE.c.room, _TABLE.c.created_at.desc(), _TABLE.c.id))
    if room:
        query = query.where(_TABLE.c.room == room)
    return [Channel._make(row) for row in connection.execute(query)]


def direct_in(connection: Connection, room: str) -> Sequence[Channel]:
    query = select(*_COLUMNS).where(_TABLE.c.room == room, _TABLE.c.direct.is_(True)).order_by(_TABLE.c.id)
    return [Channel._make(row) for row in connection.execute(query)]


def set_direct(connection: Connection, room: str, state: str) -> None:
    """Opens or closes all channels of two in the room."""
    connection.execute(update(_TABLE).where(_TABLE.c.room == room, _TABLE.c.direct.is_(True)).values(state=state))


def every_of_organization(connection: Connection, organization: str) -> Sequence[Channel]:
    """All there are, those of two members among them."""
    query = select(*_COLUMNS).where(_TABLE.c.organization == organization).order_by(_TABLE.c.id)
    return [Channel._make(row) for row in connection.execute(query)]


def change(connection: Connection, id: str, **fields: Any) -> bool:  # noqa: A002 - the column's name
    """Sets columns; False when there is no such channel."""
    return connection.execute(update(_TABLE).where(_TABLE.c.id == id).values(**fields)).rowcount > 0


def page(connection: Connection, after: str, limit: int) -> list[str]:
    """Ids of all channels there are, above `after`, in their own order."""
    return list(connection.scalars(select(_TABLE.c.id).where(_TABLE.c.id > after).order_by(_TABLE.c.id).limit(limit)))
