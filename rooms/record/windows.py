"""In which time how many customer-service messages may be sent to a follower, by the platform's rules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, select, update

from rooms.record import tables
from rooms.record.asking import columns, put


class Window(NamedTuple):
    """One bucket: `used` of `quota` are spent, until `ends_at` (ms)."""

    appid: str
    openid: str
    kind: str
    opened_at: int
    ends_at: int
    quota: int
    used: int


_TABLE = tables.windows
_COLUMNS = columns(_TABLE, Window._fields)


def open_(connection: Connection, *several: Window) -> None:
    """The follower acted: the bucket of that kind begins anew. A push that arrives late changes nothing."""
    put(connection, _TABLE, [window._asdict() for window in several], newer=("opened_at",))


def of_follower(connection: Connection, appid: str, openid: str) -> Sequence[Window]:
    query = select(*_COLUMNS).where(_TABLE.c.appid == appid, _TABLE.c.openid == openid)
    return [Window._make(row) for row in connection.execute(query.order_by(_TABLE.c.ends_at, _TABLE.c.kind))]


def spend(connection: Connection, appid: str, openid: str, kind: str, at: int) -> bool:
    """Takes one message out of the bucket; False when it is empty or over. Two at once never take the same one."""
    query = update(_TABLE).where(_is(appid, openid, kind), _TABLE.c.ends_at > at, _TABLE.c.used < _TABLE.c.quota)
    return connection.execute(query.values(used=_TABLE.c.used + 1)).rowcount > 0


def give_back(connection: Connection, appid: str, openid: str, kind: str, opened_at: int) -> None:
    """The message that was taken out was certainly not sent; the bucket may have begun anew since."""
    query = update(_TABLE).where(_is(appid, openid, kind), _TABLE.c.opened_at == opened_at, _TABLE.c.used > 0)
    connection.execute(query.values(used=_TABLE.c.used - 1))


def shut(connection: Connection, appid: str, openid: str, kind: str, at: int) -> None:
    """The platform says that the bucket opened before `at` is over."""
    query = update(_TABLE).where(_is(appid, openid, kind), _TABLE.c.opened_at <= at)
    connection.execute(query.values(used=_TABLE.c.quota))


def remove(connection: Connection, appid: str, openid: str) -> None:
    connection.execute(delete(_TABLE).where(_TABLE.c.appid == appid, _TABLE.c.openid == openid))


def _is(appid: str, openid: str, kind: str) -> Any:
    return (_TABLE.c.appid == appid) & (_TABLE.c.openid == openid) & (_TABLE.c.kind == kind)
