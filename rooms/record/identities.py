from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, select, update

from rooms.record import tables
from rooms.record.asking import add_new, columns

UNIONID = "unionid"


class Identity(NamedTuple):
    """A person as one account knows them; `unionid` is empty where WeChat did not tell."""

    appid: str
    openid: str
    unionid: str
    user: str
    kind: str
    subscribed: bool
    subscribed_at: int | None
    unsubscribed_at: int | None
    created_at: int


_TABLE, _ANCHORS = tables.identities, tables.anchors
_COLUMNS = columns(_TABLE, Identity._fields)


def add(connection: Connection, identity: Identity) -> bool:
    """False when somebody has it."""
    return add_new(connection, _TABLE, identity._asdict())


def one(connection: Connection, appid: str, openid: str) -> Identity | None:
    row = connection.execute(select(*_COLUMNS).where(_is(appid, openid))).one_or_none()
    return Identity._make(row) if row else None


def of_user(connection: Connection, user: str) -> Sequence[Identity]:
    query = select(*_COLUMNS).where(_TABLE.c.user == user).order_by(_TABLE.c.created_at, _TABLE.c.appid)
    return [Identity._make(row) for row in connection.execute(query)]


def of_openid(connection: Connection, openid: str) -> str | None:
    """The user behind an openid, whichever account it is of: WeChat gives each to one account only."""
    return connection.scalars(select(_TABLE.c.user).where(_TABLE.c.openid == openid).limit(1)).one_or_none()


def change(connection: Connection, appid: str, openid: str, **fields: Any) -> bool:
    """Sets columns; False when there is no such identity."""
    return connection.execute(update(_TABLE).where(_is(appid, openid)).values(**fields)).rowcount > 0


def remove(connection: Connection, appid: str, openid: str) -> bool:
    return connection.execute(delete(_TABLE).where(_is(appid, openid))).rowcount > 0


def anchor(connection: Connection, organization: str, kind: str, value: str) -> str | None:
    """The user whom this unionid makes one person."""
    query = select(_ANCHORS.c.user).where(
        _ANCHORS.c.organization == organization, _ANCHORS.c.kind == kind, _ANCHORS.c.value == value)
    return connection.scalars(query).one_or_none()


def add_anchor(connection: Connection, organization: str, kind: str, value: str, user: str) -> bool:
    """False when somebody was faster: then the anchor is theirs."""
    row = {"organization": organization, "kind": kind, "value": value, "user": user}
    return add_new(connection, _ANCHORS, row)


def remove_anchors(connection: Connection, user: str) -> None:
    connection.execute(delete(_ANCHORS).where(_ANCHORS.c.user == user))


def give(connection: Connection, user: str, to: str) -> None:
    """All identities and what makes them one person are somebody else's from now on."""
    for table in (_TABLE, _ANCHORS):
        connection.execute(update(table).where(table.c.user == user).values(user=to))


def _is(appid: str, openid: str) -> Any:
    return (_TABLE.c.appid == appid) & (_TABLE.c.openid == openid)
