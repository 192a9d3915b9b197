from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, select, update

from rooms.record import tables
from rooms.record.asking import add_new, columns


class Account(NamedTuple):
    """As it lies in the table: `secret`, `token` and `aes_key` are sealed (see `vault`) or empty."""

    appid: str
    organization: str
    kind: str
    gh_id: str
    secret: str
    token: str
    aes_key: str
    mode: str
    data_format: str
    created_at: int
    old_token: str | None = None
    old_aes_key: str | None = None
    old_until: int | None = None


_TABLE = tables.accounts
_COLUMNS = columns(_TABLE, Account._fields)


def add(connection: Connection, account: Account) -> bool:
    """False when the appid is taken, by whomever."""
    return add_new(connection, _TABLE, account._asdict())


def change(connection: Connection, account: Account) -> None:
    connection.execute(update(_TABLE).where(_TABLE.c.appid == account.appid).values(account._asdict()))


def one(connection: Connection, appid: str) -> Account | None:
    row = connection.execute(select(*_COLUMNS).where(_TABLE.c.appid == appid)).one_or_none()
    return Account._make(row) if row else None


def of_organization(connection: Connection, organization: str) -> Sequence[Account]:
    query = select(*_COLUMNS).where(_TABLE.c.organization == organization).order_by(_TABLE.c.created_at, _TABLE.c.appid)
    return [Account._make(row) for row in connection.execute(query)]


def every(connection: Connection) -> Sequence[Account]:
    return [Account._make(row) for row in connection.execute(select(*_COLUMNS).order_by(_TABLE.c.appid))]
