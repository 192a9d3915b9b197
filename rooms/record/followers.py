"""What is remembered of a person as a follower of one Official Account."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, delete, select, update

from rooms.record import tables
from rooms.record.asking import add_new, columns


class Follower(NamedTuple):
    """`current_channel` is where plain text goes. `pushed_at`: their last push; `digests` were sent since, the last at
    `digest_at`. Not `reachable`: the platform said that nothing can be sent to them. Times in ms, 0 for never."""

    appid: str
    openid: str
    user: str
    current_channel: str | None
    quiet_until: int
    seen_at: int
    pushed_at: int = 0
    digests: int = 0
    digest_at: int = 0
    reachable: bool = True


_TABLE = tables.followers
_COLUMNS = columns(_TABLE, Follower._fields)


def add(connection: Connection, follower: Follower) -> bool:
    """False when the follower is known."""
    return add_new(connection, _TABLE, follower._asdict())


def one(connection: Connection, appid: str, openid: str) -> Follower | None:
    row = connection.execute(select(*_COLUMNS).where(_is(appid, openid))).one_or_none()
    return Follower._make(row) if row else None


def of_user(connection: Connection, user: str) -> Sequence[Follower]:
    query = select(*_COLUMNS).where(_TABLE.c.user == user).order_by(_TABLE.c.appid)
    return [Follower._make(row) for row in connection.execute(query)]


def of_users(connection: Connection, users: Sequence[str]) -> Sequence[Follower]:
    query = select(*_COLUMNS).where(_TABLE.c.user.in_(users)).order_by(_TABLE.c.user, _TABLE.c.appid)
    return [Follower._make(row) for row in connection.execute(query)]


def change(connection: Connection, appid: str, openid: str, **fields: Any) -> bool:
    """Sets columns; False when there is no such follower."""
    return connection.execute(update(_TABLE).where(_is(appid, openid)).values(**fields)).rowcount > 0


def saw(connection: Connection, several: Sequence[tuple[str, str]], at: int) -> None:
    """These (appid, openid) were here."""
    query = update(_TABLE).where(_TABLE.c.appid == bindparam("a"), _TABLE.c.openid == bindparam("o"))
    connection.execute(query.values(seen_at=bindparam("t")),
                       [{"a": appid, "o": openid, "t": at} for appid, openid in several])


def remove(connection: Connection, appid: str, openid: str) -> bool:
    return connection.execute(delete(_TABLE).where(_is(appid, openid))).rowcount > 0


def give(connection: Connection, user: str, to: str) -> None:
    connection.execute(update(_TABLE).where(_TABLE.c.user == user).values(user=to))


def _is(appid: str, openid: str) -> Any:
    return (_TABLE.c.appid == appid) & (_TABLE.c.openid == openid)
