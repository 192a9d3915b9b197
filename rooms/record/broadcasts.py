"""Announcements to many: where each stands, and to whom it goes next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, exists, func, insert, or_, select, update

from rooms.record import envelopes, tables
from rooms.record.asking import columns


class Broadcast(NamedTuple):
    """To a `room`, or with an empty one to the organization; with `days` only to who acted within so many, with a `tag`
    only to who bears it. `text` lies sealed where there is a master key. `place` is how far its walk came: `r:` and a
    room, then `u:` and a user."""

    id: str
    organization: str
    room: str
    days: int
    text: str
    mass: bool
    state: str
    by: str
    at: int
    starts_at: int
    place: str = ""
    reached: int = 0
    ended_at: int | None = None
    problem: str = ""
    tag: str = ""


DAY_MS, CHINA_MS = 86_400_000, 8 * 3_600_000
_TABLE = tables.broadcasts
_COLUMNS = columns(_TABLE, Broadcast._fields)


def add(connection: Connection, broadcast: Broadcast) -> None:
    text = envelopes.close(connection, broadcast.organization, broadcast.text, _place(broadcast.id))
    connection.execute(insert(_TABLE), broadcast._asdict() | {"text": text})


def one(connection: Connection, id: str) -> Broadcast | None:  # noqa: A002 - the column's name
    row = connection.execute(select(*_COLUMNS).where(_TABLE.c.id == id)).one_or_none()
    return _opened(connection, row) if row else None


def of_organization(connection: Connection, organization: str, limit: int) -> Sequence[Broadcast]:
    """The newest first."""
    query = select(*_COLUMNS).where(_TABLE.c.organization == organization)
    rows = connection.execute(query.order_by(_TABLE.c.at.desc(), _TABLE.c.id).limit(limit)).all()
    return [_opened(connection, row) for row in rows]


def due(connection: Connection, states: Sequence[str], now: int) -> Sequence[Broadcast]:
    query = select(*_COLUMNS).where(_TABLE.c.state.in_(states), _TABLE.c.starts_at <= now).order_by(_TABLE.c.starts_at)
    return [_opened(connection, row) for row in connection.execute(query).all()]


def step(connection: Connection, before: Broadcast, **fields: Any) -> bool:
    """Moves it on; False when somebody else did, or it was paused or cancelled."""
    query = update(_TABLE).where(_TABLE.c.id == before.id, _TABLE.c.state == before.state,
                                 _TABLE.c.place == before.place)
    return connection.execute(query.values(**fields)).rowcount > 0


def recipients(connection: Connection, broadcast: Broadcast, since: int, after: str, limit: int) -> list[str]:
    """Followers whom the entries in the channels do not reach, because they listen to none of them."""
    query = _recipients(broadcast, since, tables.followers.c.user).where(tables.followers.c.user > after)
    return list(connection.scalars(query.distinct().order_by(tables.followers.c.user).limit(limit)))


def count(connection: Connection, broadcast: Broadcast, since: int) -> int:
    people = func.count(tables.followers.c.user.distinct())
    counted: int = connection.scalars(_recipients(broadcast, since, people)).one()
    return counted


def listeners(connection: Connection, broadcast: Broadcast) -> int:
    """Followers who hear it in the channel where they are."""
    followers, accounts = tables.followers, tables.accounts
    query = (select(func.count(followers.c.user.distinct())).join(accounts, accounts.c.appid == followers.c.appid)
             .where(accounts.c.organization == broadcast.organization, followers.c.current_channel.is_not(None)))
    if broadcast.room:
        query = query.where(followers.c.current_channel.like(f"c\\_{broadcast.room[2:]}%", escape="\\"))
    return connection.scalars(query).one()


def _opened(connection: Connection, row: Any) -> Broadcast:
    found = Broadcast._make(row)
    return found._replace(text=envelopes.opened(connection, found.text, _place(found.id)))


def _place(id_: str) -> str:
    return f"broadcasts/{id_}"


def _recipients(broadcast: Broadcast, since: int, what: Any) -> Any:
    followers, accounts, members = tables.followers, tables.accounts, tables.members
    query = (select(what).select_from(followers).join(accounts, accounts.c.appid == followers.c.appid)
             .where(accounts.c.organization == broadcast.organization, followers.c.reachable.is_(True)))
    if broadcast.room:
        inside = followers.c.current_channel.not_like(f"c\\_{broadcast.room[2:]}%", escape="\\")
        query = query.join(members, (members.c.user == followers.c.user) & (members.c.room == broadcast.room))
        query = query.where(or_(followers.c.current_channel.is_(None), inside))
    else:
        query = query.where(followers.c.current_channel.is_(None))
    if broadcast.tag:
        tags = tables.tags
        query = query.join(tags, (tags.c.user == followers.c.user) & (tags.c.tag == broadcast.tag)
                           & (tags.c.organization == broadcast.organization))
    if since:
        activity = tables.activity
        spoke = exists().where(activity.c.organization == broadcast.organization, activity.c.user == followers.c.user,
                               activity.c.day >= (since + CHINA_MS) // DAY_MS)
        query = query.where(or_(followers.c.pushed_at >= since, followers.c.seen_at >= since, spoke))
    return query
