"""How many messages of a template somebody has said yes to. WeChat counts for itself; its word is the last."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, delete, select, update

from rooms.record import tables
from rooms.record.asking import add_new

MOST = 100
"""Nobody needs more yeses than that, and a client may claim them."""

_TABLE = tables.consents


def left(connection: Connection, appid: str, openid: str) -> dict[str, int]:
    """template → how many."""
    query = select(_TABLE.c.template_id, _TABLE.c.left).where(_TABLE.c.appid == appid, _TABLE.c.openid == openid)
    return {row.template_id: row.left for row in connection.execute(query)}


def add(connection: Connection, appid: str, openid: str, template_id: str, at: int) -> None:
    """One more yes."""
    row = {"appid": appid, "openid": openid, "template_id": template_id, "left": 1, "at": at}
    if not add_new(connection, _TABLE, row):
        query = update(_TABLE).where(_is(appid, openid, template_id), _TABLE.c.left < MOST)
        connection.execute(query.values(left=_TABLE.c.left + 1, at=at))


def spend(connection: Connection, appid: str, openid: str, template_id: str) -> bool:
    """Takes one; False when none is left."""
    query = update(_TABLE).where(_is(appid, openid, template_id), _TABLE.c.left > 0)
    return connection.execute(query.values(left=_TABLE.c.left - 1)).rowcount > 0


def give_back(connection: Connection, appid: str, openid: str, template_id: str) -> None:
    query = update(_TABLE).where(_is(appid, openid, template_id))
    connection.execute(query.values(left=_TABLE.c.left + 1))


def end(connection: Connection, appid: str, openid: str, template_id: str) -> None:
    """They said no, or WeChat says that none is left."""
    connection.execute(update(_TABLE).where(_is(appid, openid, template_id)).values(left=0))


def holders_in(connection: Connection, room: str, limit: int) -> list[tuple[str, str]]:
    """Members of the room, with their names, who have said yes to something."""
    identities, users, members = tables.identities, tables.users, tables.members
    query = (select(users.c.id, users.c.name).distinct()
             .join(identities, identities.c.user == users.c.id)
             .join(_TABLE, (_TABLE.c.appid == identities.c.appid) & (_TABLE.c.openid == identities.c.openid))
             .join(members, members.c.user == users.c.id)
             .where(members.c.room == room, _TABLE.c.left > 0).limit(limit))
    return [(row.id, row.name) for row in connection.execute(query)]


def remove(connection: Connection, appid: str, openid: str) -> None:
    connection.execute(delete(_TABLE).where(_TABLE.c.appid == appid, _TABLE.c.openid == openid))


def _is(appid: str, openid: str, template_id: str) -> Any:
    return (_TABLE.c.appid == appid) & (_TABLE.c.openid == openid) & (_TABLE.c.template_id == template_id)
