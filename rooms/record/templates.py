"""Which of an account's templates tells what."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, delete, select, update

from rooms.record import tables
from rooms.record.asking import columns, put


class Template(NamedTuple):
    """`fields` is JSON: the template's field → what stands in it. Not `on`: WeChat refused it, `problem` says why."""

    appid: str
    way: str
    kind: str
    template_id: str
    fields: str
    page: str
    on: bool
    problem: str
    at: int


_TABLE = tables.templates
_COLUMNS = columns(_TABLE, Template._fields)


def set_(connection: Connection, template: Template) -> None:
    put(connection, _TABLE, [template._asdict()])


def of_account(connection: Connection, appid: str) -> Sequence[Template]:
    query = select(*_COLUMNS).where(_TABLE.c.appid == appid).order_by(_TABLE.c.kind, _TABLE.c.way)
    return [Template._make(row) for row in connection.execute(query)]


def one(connection: Connection, appid: str, way: str, kind: str) -> Template | None:
    query = select(*_COLUMNS).where(_TABLE.c.appid == appid, _TABLE.c.way == way, _TABLE.c.kind == kind)
    row = connection.execute(query).one_or_none()
    return Template._make(row) if row else None


def of_accounts(connection: Connection, appids: Sequence[str], kind: str) -> Sequence[Template]:
    """Those of a kind that are on."""
    query = select(*_COLUMNS).where(_TABLE.c.appid.in_(appids), _TABLE.c.kind == kind, _TABLE.c.on.is_(True))
    return [Template._make(row) for row in connection.execute(query)]


def switch_off(connection: Connection, appid: str, template_id: str, problem: str) -> None:
    query = update(_TABLE).where(_TABLE.c.appid == appid, _TABLE.c.template_id == template_id)
    connection.execute(query.values(on=False, problem=problem[:255]))


def remove(connection: Connection, appid: str, way: str, kind: str) -> bool:
    query = delete(_TABLE).where(_TABLE.c.appid == appid, _TABLE.c.way == way, _TABLE.c.kind == kind)
    return connection.execute(query).rowcount > 0
