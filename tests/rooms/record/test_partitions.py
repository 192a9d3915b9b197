"""Entries by month, on MariaDB; SQLite keeps them in one piece."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rooms import ids
from rooms.record import Record, entries, migrate, partitions
from rooms.record.entries import Row
from tests.needs import needs
from tests.servers import MariaServer


def ms(year: int, month: int, day: int = 1) -> int:
    return int(datetime(year, month, day, tzinfo=UTC).timestamp() * 1000)


def row(channel: str, seq: int, at: int, epoch: str = "e1") -> Row:
    frame = b'{"op":"message","seq":%d}' % seq
    return Row(channel, seq, epoch, at, "message", "u_a", "miniprogram", "text", f"k{seq}", seq, None, frame)


@pytest.fixture(scope="module")
def divided(maria: MariaServer) -> Iterator[Record]:
    """A record of its own, with today's months."""
    needs("mariadbd")
    url = maria.url
    migrate.upgrade(url)
    record = Record.open(url)
    yield record
    record.close()


@pytest.fixture
def channel() -> str:
    return ids.new_channel(ids.new("r"))


def names(record: Record) -> list[str]:
    return [partition.name for partition in record.read(partitions.listed)]


def test_months_are_made_ahead_once(divided: Record) -> None:
    last = datetime.fromtimestamp((divided.read(partitions.listed)[-2].before or 0) / 1000, UTC)
    later = ms(last.year, last.month, 15)
    assert any("ahead" in line for line in divided.read(lambda c: partitions.troubles(c, later)))
    made = divided.write(lambda c: partitions.make_ahead(c, later))
    assert len(made) == 4
    assert made[0] == f"m{last:%Y%m}"
    assert divided.write(lambda c: partitions.make_ahead(c, later)) == []
    assert divided.read(lambda c: partitions.troubles(c, later)) == []
    assert names(divided)[-5:] == [*made, "later"]


def test_a_page_of_history_crosses_months_in_order(divided: Record, channel: str) -> None:
    now = datetime.now(UTC)
    times = [ms(now.year - 1, 1), ms(now.year, now.month), ms(now.year, now.month, 20), ms(now.year + 5, 1)]
    rows = [row(channel, seq, at) for seq, at in enumerate(times, 1)]
    divided.write(lambda c: entries.add_many(c, rows))
    assert [e.seq for e in divided.read(lambda c: entries.page(c, channel))] == [1, 2, 3, 4]
    assert [e.seq for e in divided.read(lambda c: entries.page(c, channel, before=4, limit=2))] == [2, 3]
    assert any("after the last month" in line for line in divided.read(lambda c: partitions.troubles(c, times[1])))
    assert divided.read(lambda c: entries.between(c, channel, 1, 9)).keys() == {("e1", n) for n in range(1, 5)}


def test_old_months_are_dropped_with_what_is_in_them(divided: Record, channel: str) -> None:
    listed = divided.read(partitions.listed)
    month = next(partition for partition in listed if partition.name.startswith("m"))
    before = month.before
    assert before is not None
    rows = [row(channel, 1, before - 1), row(channel, 2, before)]
    divided.write(lambda c: entries.add_many(c, rows))
    assert divided.write(lambda c: partitions.drop_before(c, before - 1)) == []
    assert divided.write(lambda c: partitions.drop_before(c, before)) == [month.name]
    assert [e.seq for e in divided.read(lambda c: entries.page(c, channel))] == [2]
    assert month.name not in names(divided)


def test_sqlite_keeps_them_in_one_piece(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/record.db"
    migrate.upgrade(url)
    record = Record.open(url)
    now = ms(2026, 11)
    assert record.read(partitions.listed) == record.read(lambda c: partitions.troubles(c, now)) == []
    assert record.write(lambda c: partitions.make_ahead(c, now)) == []
    assert record.write(lambda c: partitions.drop_before(c, now)) == []
    record.close()
