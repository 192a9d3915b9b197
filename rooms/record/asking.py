"""What the modules of questions share: columns by the names of a NamedTuple, and writes that say whether they won."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Any, cast

from sqlalchemy import Column, ColumnElement, Connection, Table, and_, func, insert, or_, select
from sqlalchemy.dialects import mysql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql.dml import Insert

Row = Mapping[str, Any]


def columns(table: Table, fields: Sequence[str]) -> list[Column[Any]]:
    return [table.c[field] for field in fields]


def in_places(connection: Connection, wanted: Mapping[str, Collection[int]]) -> tuple[str, tuple[str, ...]]:
    """What a statement asks for that wants these seqs of these channels, and its parameters. As text, because the
    expression language would take longer to write it than the database to answer it."""
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    parts = [f"channel = {mark} AND seq IN ({','.join(map(str, seqs))})" for seqs in wanted.values() if seqs]
    return " OR ".join(parts), tuple(channel for channel, seqs in wanted.items() if seqs)


def add_new(connection: Connection, table: Table, row: Row) -> bool:
    """False when a row with one of its unique keys is there already; the transaction goes on."""
    try:
        with connection.begin_nested():
            connection.execute(insert(table), row)
    except IntegrityError as error:
        if _is_duplicate(error):
            return False
        raise
    return True


def put(connection: Connection, table: Table, rows: Sequence[Row], newer: Sequence[str] = ()) -> None:
    """Inserts whole rows, or overwrites what has the same key.

    With `newer`, only a row that is greater in these columns, compared one after the other, overwrites: late and
    repeated writers change nothing.
    """
    if not rows:
        return
    connection.execute(_put(connection.dialect.name, table, tuple(rows[0]), tuple(newer)), rows)


def locked(connection: Connection, table: Table, key: Row, column: str) -> int:
    """A number that one at a time may move, locked until the transaction ends. Where there is no row yet it is made
    with 0 first: what is not there cannot be locked, and two who find nothing would both begin at it."""
    query = select(table.c[column]).where(*(table.c[name] == value for name, value in key.items())).with_for_update()
    found = connection.scalars(query).one_or_none()
    if found is None:
        put(connection, table, [{**key, column: 0}], newer=(column,))
        found = connection.scalars(query).one()
    return int(found)


def add_up(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Inserts rows, or adds their `amount` to what has the same key."""
    if not rows:
        return
    keys = [column.name for column in table.primary_key]
    if connection.dialect.name == "sqlite":
        small = sqlite.insert(table)
        sum_ = table.c.amount + small.excluded.amount
        connection.execute(small.on_conflict_do_update(index_elements=keys, set_={"amount": sum_}), rows)
    else:
        large = mysql.insert(table)
        connection.execute(large.on_duplicate_key_update(amount=table.c.amount + large.inserted.amount), rows)


@cache
def _put(dialect: str, table: Table, names: tuple[str, ...], newer: tuple[str, ...]) -> Insert:
    """Kept, because it takes longer to write than the database to do."""
    keys = [column.name for column in table.primary_key]
    replaced = [name for name in names if name not in keys and name not in newer]
    if dialect == "sqlite":
        return _put_in_sqlite(table, keys, [*replaced, *newer], newer)
    return _put_in_mysql(table, [*replaced, *reversed(newer)], newer)


def _put_in_sqlite(table: Table, keys: list[str], replaced: list[str], newer: Sequence[str]) -> Insert:
    statement = sqlite.insert(table)
    new = statement.excluded
    if not replaced:
        return statement.on_conflict_do_nothing(index_elements=keys)
    return statement.on_conflict_do_update(
        index_elements=keys, set_={name: new[name] for name in replaced},
        where=_greater(new, table.c, newer) if newer else None)


def _put_in_mysql(table: Table, replaced: list[str], newer: Sequence[str]) -> Insert:
    """The server sets columns from left to right and compares with those already set: so `newer` is last, reversed."""
    statement = mysql.insert(table)
    new, old = statement.inserted, table.c

    def value(name: str) -> Any:
        return func.IF(_greater(new, old, newer), new[name], old[name]) if newer else new[name]

    return statement.on_duplicate_key_update([(name, value(name)) for name in replaced])


def _greater(new: Any, old: Any, names: Sequence[str]) -> ColumnElement[bool]:
    first, rest = names[0], names[1:]
    if not rest:
        return cast(ColumnElement[bool], new[first] > old[first])
    return or_(new[first] > old[first], and_(new[first] == old[first], _greater(new, old, rest)))


def _is_duplicate(error: IntegrityError) -> bool:
    """A unique or primary key, not a foreign key and not a missing value."""
    code = getattr(error.orig, "sqlite_errorname", None)
    if code is not None:
        return code in ("SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY")
    return bool(error.orig and error.orig.args and error.orig.args[0] == 1062)
