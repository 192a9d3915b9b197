"""What was sent to followers, written down before it is sent: an intent whose outcome never came is `unknown`, and
is not sent again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, func, insert, select, update

from rooms.record import tables
from rooms.record.asking import columns

TOGETHER = 500
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


def intend_many(connection: Connection, several: Sequence[Delivery]) -> None:
    """The parts of one message to many, which share a `reference`."""
    if several:
        connection.execute(insert(_TABLE), [one._asdict() for one in several])


def settle_all(connection: Connection, appid: str, shared: str, state: str, at: int, reference: str) -> None:
    """The outcome of all that share a reference; they bear WeChat's from now on, where it told one."""
    query = update(_TABLE).where(_TABLE.c.appid == appid, _TABLE.c.reference == shared)
    connection.execute(query.values(state=state, settled_at=at, reference=(reference or shared)[:64]))


def users_of(connection: Connection, appid: str, reference: str) -> list[str]:
    query = select(_TABLE.c.user).where(_TABLE.c.appid == appid, _TABLE.c.reference == reference)
    return list(connection.scalars(query.order_by(_TABLE.c.user)))


def counts(connection: Connection, appid: str, openids: Sequence[str], way: str, since: int) -> dict[str, int]:
    """How many went, or may have gone, to each by that way since then."""
    found: dict[str, int] = {}
    for start in range(0, len(openids), TOGETHER):
        query = select(_TABLE.c.openid, func.count().label("sent")).where(
            _TABLE.c.appid == appid, _TABLE.c.openid.in_(openids[start:start + TOGETHER]), _TABLE.c.way == way,
            _TABLE.c.at >= since, _TABLE.c.state != FAILED).group_by(_TABLE.c.openid)
        found |= {row.openid: row.sent for row in connection.execute(query)}
    return found


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


def failed_since(connection: Connection, organization: str, since: int) -> dict[str, int]:
    """appid → how many did not arrive, or nobody knows whether they did."""
    accounts = tables.accounts
    query = (select(_TABLE.c.appid, func.count()).join(accounts, accounts.c.appid == _TABLE.c.appid)
             .where(accounts.c.organization == organization, _TABLE.c.state.in_((FAILED, UNKNOWN)),
                    _TABLE.c.at >= since).group_by(_TABLE.c.appid))
    return {row[0]: int(row[1]) for row in connection.execute(query)}


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
