"""The entries by month, on MySQL and MariaDB; SQLite has one table and no partitions.

Each partition holds the entries of one month (UTC). Months are made ahead. What lies before the first or after the
last has a place too, so that an entry with an odd time never stops the archive. A partition's column must be in every
unique key: the primary key there is (channel, seq, epoch, at). That one (channel, epoch, seq) has one entry is
therefore not the database's word alone: the archive compares with what is held, whatever its time, under the channel's
lock (see `filing`).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import Connection, text

from rooms.record import tables

AHEAD = 3
"""Months that are made before they begin."""

TABLE = tables.entries.name
EARLIER, LATER = "earlier", "later"


class Partition(NamedTuple):
    """Entries before `before` (ms), and not before that of the one before it; None: no end. `rows` is an estimate."""

    name: str
    before: int | None
    rows: int
    bytes: int


def partitioned(connection: Connection) -> bool:
    """Whether this database divides the entries at all."""
    return connection.dialect.name != "sqlite"


def listed(connection: Connection) -> list[Partition]:
    """In the order of time; empty on SQLite."""
    if not partitioned(connection):
        return []
    rows = connection.execute(text(
        "SELECT partition_name, partition_description, table_rows, data_length + index_length"
        " FROM information_schema.partitions WHERE table_schema = DATABASE() AND table_name = :name"
        " AND partition_name IS NOT NULL ORDER BY partition_ordinal_position"), {"name": TABLE})
    return [Partition(name, None if str(before) == "MAXVALUE" else int(before), rows, size)
            for name, before, rows, size in rows]


def divide(connection: Connection, now: int) -> None:
    """Divides a table that is in one piece, from the month of its first entry on."""
    first = connection.scalar(text(f"SELECT MIN(at) FROM {TABLE}")) or now  # noqa: S608 - a name of ours
    connection.execute(text(f"ALTER TABLE {TABLE} DROP PRIMARY KEY, ADD PRIMARY KEY (channel, seq, epoch, at)"
                            f" PARTITION BY RANGE (at) ({_definitions(_months(min(first, now), now), EARLIER)})"))


def make_ahead(connection: Connection, now: int) -> list[str]:
    """Makes the months that are missing up to three ahead of `now`; returns their names."""
    known = listed(connection)
    if not known:
        return []
    last = next((partition.before for partition in reversed(known) if partition.before is not None), now)
    missing = [month for month in _months(last, now) if _start_of_next(month) > last]
    if missing:
        connection.execute(text(
            f"ALTER TABLE {TABLE} REORGANIZE PARTITION {LATER} INTO ({_definitions(missing, None)})"))
    return [_name(month) for month in missing]


def drop_before(connection: Connection, at: int) -> list[str]:
    """Drops the months that lie wholly before `at` (ms), with everything in them; returns their names."""
    old = [partition.name for partition in listed(connection)
           if partition.before is not None and partition.before <= at and partition.name != EARLIER]
    if old:
        connection.execute(text(f"ALTER TABLE {TABLE} DROP PARTITION {', '.join(old)}"))
    return old


def troubles(connection: Connection, now: int) -> list[str]:
    """What is not as it should be, one line each."""
    known = listed(connection)
    if not known:
        return ["the entries are not partitioned: run `teahouse migrate`"] if partitioned(connection) else []
    found = []
    ends = [partition.before for partition in known if partition.before is not None]
    if not ends or ends[-1] <= _start_of_next(_month(now)):
        found.append("no month is made ahead: is the clock (worker and beat) running?")
    if known[-1].before is not None:
        found.append("there is no place for entries after the last month")
    stray = connection.scalar(text(
        f"SELECT COUNT(*) FROM (SELECT 1 FROM {TABLE} PARTITION ({known[-1].name}) LIMIT 1) AS some"))  # noqa: S608
    if stray:
        found.append("entries lie after the last month: compare the clocks of Redis and this host")
    return found


def _definitions(months: list[datetime], earlier: str | None) -> str:
    parts = [f"PARTITION {earlier} VALUES LESS THAN ({_ms(months[0])})"] if earlier else []
    parts += [f"PARTITION {_name(month)} VALUES LESS THAN ({_start_of_next(month)})" for month in months]
    return ", ".join([*parts, f"PARTITION {LATER} VALUES LESS THAN MAXVALUE"])


def _months(first: int, now: int) -> list[datetime]:
    """From the month of `first` to three after that of `now`."""
    months, month = [], _month(first)
    end = _month(now)
    for _ in range(AHEAD):
        end = _next(end)
    while month <= end:
        months.append(month)
        month = _next(month)
    return months


def _month(at: int) -> datetime:
    moment = datetime.fromtimestamp(at / 1000, UTC)
    return datetime(moment.year, moment.month, 1, tzinfo=UTC)


def _next(month: datetime) -> datetime:
    return month.replace(year=month.year + month.month // 12, month=month.month % 12 + 1)


def _start_of_next(month: datetime) -> int:
    return _ms(_next(month))


def _ms(month: datetime) -> int:
    return int(month.timestamp() * 1000)


def _name(month: datetime) -> str:
    return f"m{month:%Y%m}"
