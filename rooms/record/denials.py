"""What WeChat does not let an account do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, delete, select

from rooms.record import tables
from rooms.record.asking import columns, put


class Denial(NamedTuple):
    appid: str
    feature: str
    errcode: int
    detail: str
    at: int


_TABLE = tables.denials
_COLUMNS = columns(_TABLE, Denial._fields)


def add(connection: Connection, denial: Denial) -> None:
    put(connection, _TABLE, [denial._asdict()])


def of_account(connection: Connection, appid: str) -> Sequence[Denial]:
    query = select(*_COLUMNS).where(_TABLE.c.appid == appid).order_by(_TABLE.c.feature)
    return [Denial._make(row) for row in connection.execute(query)]


def lift(connection: Connection, appid: str, feature: str) -> bool:
    query = delete(_TABLE).where(_TABLE.c.appid == appid, _TABLE.c.feature == feature)
    return connection.execute(query).rowcount > 0
