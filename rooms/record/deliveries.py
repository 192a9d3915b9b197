"""What was sent to followers, written down before it is sent: an intent whose outcome never came is `unknown`, and
is not sent again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, insert, select, update

from rooms.record import tables
from rooms.record.asking import columns

INTENT, SENT, FAILED, UNKNOWN = "intent", "sent", "failed", "unknown"


class Delivery(NamedTuple):
    """Entries `from_seq` … `to_seq` of a channel, or of no channel notices, to one follower, by one way. `detail` says
    why or what went wrong; `reference` is WeChat's number of the message."""

    id: str
    appid: str
    openid: str
    user: str
    way: str
    channel: str | None
    epoch: str
    from_seq: int
    to_seq: int
    state: str
    errcode: int | None
    at: int
    settled_at: int | None
    detail: str
    kind: str = "unread"
    reference: str = ""


_TABLE = tables.deliveries
_COLUMNS = columns(_TABLE, Delivery._fields)


def intend(connection: Connection, delivery: Delivery) -> None:
    """In the same transaction as `windows.spend`."""
    connection.execute(insert(_TABLE), delivery._asdict())


def settle(connection: Connection, id: str, state: str, at: int, errcode: int | None = None,  # noqa: A002
           detail: str = "", reference: str = "") -> bool:
    """The outcome of an intent; False when it was settled before."""
    query = update(_TABLE).where(_TABLE.c.id == id, _TABLE.c.state == INTENT)
    fields = {"state": state, "settled_at": at, "errcode": errcode, "reference": reference[:64]}
    if detail:
        fields["detail"] = detail[:255]
    return connection.execute(query.values(**fields)).rowcount > 0


def give_up(connection: Connection, before: int, at: int) -> int:
    """Intents older than `before` whose outcome will not come any more become unknown; returns how many."""
    query = update(_TABLE).where(_TABLE.c.state == INTENT, _TABLE.c.at < before)
    return connection.execute(query.values(state=UNKNOWN, settled_at=at)).rowcount


def late_word(connection: Connection, appid: str, reference: str, state: str, at: int, detail: str) -> bool:
    """WeChat tells later what became of a message; False for one that we do not know."""
    query = update(_TABLE).where(_TABLE.c.appid == appid, _TABLE.c.reference == reference)
    return connection.execute(query.values(state=state, settled_at=at, detail=detail[:255])).rowcount > 0


def number(connection: Connection, id: str, reference: str) -> None:  # noqa: A002 - the column's name
    connection.execute(update(_TABLE).where(_TABLE.c.id == id).values(reference=reference))


def newest_by(connection: Connection, appid: str, openid: str, way: str) -> Delivery | None:
    """The newest to one address by one way."""
    query = select(*_COLUMNS).where(_TABLE.c.appid == appid, _TABLE.c.openid == openid, _TABLE.c.way == way)
    row = connection.execute(query.order_by(_TABLE.c.at.desc(), _TABLE.c.id).limit(1)).one_or_none()
    return Delivery._make(row) if row else None


def one(connection: Connection, id: str) -> Delivery | None:  # noqa: A002 - the column's name
    row = connection.execute(select(*_COLUMNS).where(_TABLE.c.id == id)).one_or_none()
    return Delivery._make(row) if row else None


def of_user(connection: Connection, user: str, limit: int = 50) -> Sequence[Delivery]:
    """The newest first."""
    query = select(*_COLUMNS).where(_TABLE.c.user == user).order_by(_TABLE.c.at.desc(), _TABLE.c.id).limit(limit)
    return [Delivery._make(row) for row in connection.execute(query)]


def of_follower(connection: Connection, appid: str, openid: str, since: int = 0) -> Sequence[Delivery]:
    """Since then, the newest first."""
    query = select(*_COLUMNS).where(_TABLE.c.appid == appid, _TABLE.c.openid == openid, _TABLE.c.at >= since)
    return [Delivery._make(row) for row in connection.execute(query.order_by(_TABLE.c.at.desc(), _TABLE.c.id))]
