"""Many messages in the record: how they are searched, how a page of them is read, and what they take on the disk.

`search`: generated Chinese in twenty channels; 500 queries of two characters that somebody said, each compared with
what a walk over all texts finds. `history`: many more rows, over the months of a year; pages at random places. `disk`:
the same messages as they are, packed, and packed with repeats folded.
"""

from __future__ import annotations

import random
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec

from bench.archive import _mariadb
from bench.book import Book
from bench.chinese import Writer
from bench.house import Guest, House, house
from bench.load import LoadFailed
from bench.servers import LeftOut
from rooms import indexing, search
from rooms.record import Connection, bodies, channels, entries, partitions, tables
from rooms.record.entries import Row
from rooms.search import Query

CHANNELS, SPEAKERS, QUERIES, PAGES, TOGETHER = 20, 500, 500, 1_000, 2_000
SEED = 20_261_125
YEAR_MS = 365 * 86_400_000
READERS = 10
"""Who search by turns, because each may only so often."""
REPEATED = 0.2
"""How many of the messages whose disk is measured say once more what the same person said last in their channel."""
COPIES, COPIED = 100, 10
"""The pages are read from so many copies of a tenth of the messages, one after the other in numbers and in time."""


def run_search(book: Book) -> None:
    _on_both(book, "search", _search)


def run_history(book: Book) -> None:
    _on_both(book, "history", _history)


def run_disk(book: Book) -> None:
    _on_both(book, "disk", _disk)


def _on_both(book: Book, name: str, measure: Callable[[Book, str, House], None]) -> None:
    for kind in book.size.databases:
        try:
            with ExitStack() as stack:
                environ = {} if kind == "SQLite" else stack.enter_context(_mariadb())
                measure(book, kind, stack.enter_context(house(environ=environ)))
        except LeftOut as reason:
            book.leave_out(f"{name} on {kind}: {reason}")


class Said:
    """What was written into the record: every text, by channel, in the order of the numbers."""

    def __init__(self, home: House, readers: list[Guest], count: int, span_ms: int = YEAR_MS) -> None:
        self.home, self.texts = home, defaultdict[str, list[str]](list)
        self.channels = home.channels([readers for _ in range(CHANNELS)])
        self.plain = self.packed = 0
        self._chance, self._writer = random.Random(SEED), Writer(SEED)
        self._speakers = [f"u_{number:012d}" for number in range(SPEAKERS)]
        self._step = span_ms // count
        self._at = home.store.clock.now() - YEAR_MS
        self.seconds = _timed(lambda: self._write(count))

    def _write(self, count: int) -> None:
        store, left = self.home.store, count
        while left > 0:
            rows = list(self._rows(min(TOGETHER, left)))
            left -= len(rows)
            store.record.write(lambda c, rows=rows: entries.add_many(c, rows))  # type: ignore[misc]
        for channel, texts in self.texts.items():
            store.record.write(partial(_archived, channel=channel, last=len(texts)))

    def _rows(self, count: int) -> Iterator[Row]:
        for _ in range(count):
            channel, user, text = self._chance.choice(self.channels), self._chance.choice(self._speakers), (
                self._writer.message())
            self.texts[channel].append(text)
            seq = len(self.texts[channel])
            self._at += self._step
            frame = msgspec.json.encode({
                "op": "message", "channel": channel, "epoch": "e1", "seq": seq, "at": self._at,
                "from": {"id": user, "name": f"茶客{user[-4:]}", "door": "miniprogram"}, "type": "text",
                "body": {"text": text}, "client_id": f"{self._chance.getrandbits(128):032x}"})
            self.plain += len(frame)
            self.packed += len(bodies.packed(frame))
            yield Row(channel, seq, "e1", self._at, "message", user, "miniprogram", "text", f"k{seq}", seq, None, frame)

    def pair(self, chance: random.Random) -> str:
        """Two characters that stand side by side somewhere."""
        while True:
            text = chance.choice(self.texts[chance.choice(self.channels)])
            start = chance.randrange(max(1, len(text) - 1))
            pair = text[start:start + 2]
            if len(pair) == 2 and all("\u4e00" <= one <= "\u9fff" for one in pair):
                return pair

    def holding(self, pair: str) -> set[tuple[str, int]]:
        return {(channel, seq) for channel, texts in self.texts.items() for seq, text in enumerate(texts, 1)
                if pair in text}


def _search(book: Book, kind: str, home: House) -> None:
    size = book.size
    readers = home.guests(READERS)
    said = Said(home, readers, size.kept)
    book.note("search", kind, "messages", size.kept)
    book.note("search", kind, "MiB of entries", _size(home, kind, "entries"))
    seconds = _timed(lambda: indexing.index(home.store))
    book.note("search", kind, "indexed per second", size.kept / seconds)
    book.note("search", kind, "MiB with the index", _size(home, kind, "entries", "search_grams", "search_blocks"))
    book.note("search", kind, "share left by packing", said.packed / said.plain)
    chance = random.Random(SEED)
    queries = [said.pair(chance) for _ in range(20 if size.short else QUERIES)]
    times, cpus, found, right = [], [], 0, 0
    for number, pair in enumerate(queries):
        begun, cpu = time.perf_counter(), time.process_time()
        page = search.search(home.store, readers[number % READERS].person, Query(pair))
        times.append((time.perf_counter() - begun) * 1000)
        cpus.append((time.process_time() - cpu) * 1000)
        hits = {(hit.channel, hit.entry.seq) for hit in page.hits}
        expected = said.holding(pair)
        found += bool(hits)
        right += hits <= expected and len(hits) == min(search.PAGE, len(expected))
    if right < len(queries):
        raise LoadFailed(f"{len(queries) - right} of {len(queries)} searches were not what the texts say")
    book.note("search", kind, "share of queries found", found / len(queries))
    _spread(book, "search", kind, "ms", times)
    _spread(book, "search", kind, "ms CPU of ours", cpus)


def _history(book: Book, kind: str, home: House) -> None:
    size = book.size
    copies, count = (COPIES // 10, size.kept) if size.short else (COPIES, size.kept // COPIED)
    store = home.store
    said = Said(home, home.guests(1), count, YEAR_MS // copies)
    if kind != "SQLite":
        store.record.write(lambda c: partitions.divide(c, store.clock.now()))  # anew: the year before today has months
    for number in range(1, copies):
        for channel in said.channels:
            store.record.write(partial(_again, channel=channel, number=number, shift=number * (YEAR_MS // copies)))
    book.note("history", kind, "rows", count * copies)
    chance, times, cpus = random.Random(SEED), [], []
    for _ in range(50 if size.short else PAGES):
        channel = chance.choice(said.channels)
        before = chance.randrange(60, len(said.texts[channel]) * copies)
        begun, cpu = time.perf_counter(), time.process_time()
        page = home.store.record.read(lambda c, id_=channel, seq=before: entries.page(c, id_, before=seq))  # type: ignore[misc]
        times.append((time.perf_counter() - begun) * 1000)
        cpus.append((time.process_time() - cpu) * 1000)
        if [entry.seq for entry in page] != list(range(before - 50, before)):
            raise LoadFailed(f"a page below {before} holds {[entry.seq for entry in page][:3]}…")
    known = store.record.read(partitions.listed)
    book.note("history", kind, "partitions", len(known))
    book.note("history", kind, "partitions with rows", sum(one.rows > 0 for one in known))
    _spread(book, "history", kind, "page ms", times)
    _spread(book, "history", kind, "page ms CPU of ours", cpus)


def _disk(book: Book, kind: str, home: House) -> None:
    """Each way in channels of its own; the index of the entries is counted, that of the search is not."""
    count, lying = book.size.kept, dict[str, float]()
    for way, folded, packs in (("plain", False, False), ("packed", False, True), ("packed and folded", True, True)):
        channels = home.channels([[] for _ in range(CHANNELS)])
        before = _size(home, kind, "entries")
        with ExitStack() as stack:
            if not packs:
                stack.enter_context(_unpacked())
            seconds = _timed(lambda: _say_again_and_again(home, channels, count, folded))  # noqa: B023 - done here
        lying[way] = _size(home, kind, "entries") - before
        book.note("disk", kind, f"MiB {way}", lying[way])
        book.note("disk", kind, f"rows written per second, {way}", count / seconds)
    book.note("disk", kind, "messages", count)
    book.note("disk", kind, "share left by packing", lying["packed"] / lying["plain"])
    book.note("disk", kind, "share left by packing and folding", lying["packed and folded"] / lying["plain"])


@contextmanager
def _unpacked() -> Iterator[None]:
    shortest, bodies.SHORTEST = bodies.SHORTEST, bodies.LARGEST
    try:
        yield
    finally:
        bodies.SHORTEST = shortest


def _say_again_and_again(home: House, channels: list[str], count: int, folded: bool) -> None:
    rows = _with_repeats(home.store.clock.now() - YEAR_MS, channels, count, folded)
    while part := list(islice(rows, TOGETHER)):
        home.store.record.write(lambda c, part=part: entries.add_many(c, part))  # type: ignore[misc]


def _with_repeats(at: int, channels: list[str], count: int, folded: bool) -> Iterator[Row]:
    chance, writer, step = random.Random(SEED), Writer(SEED), YEAR_MS // count
    tips, last = dict.fromkeys(channels, 0), dict[str, tuple[str, str, int]]()
    for _ in range(count):
        channel, client_id = chance.choice(channels), f"{chance.getrandbits(128):032x}"
        at, seq = at + step, tips[channel] + 1
        tips[channel] = seq
        repeats = channel in last and chance.random() < REPEATED
        user, text, first = last[channel] if repeats else (
            f"u_{chance.randrange(SPEAKERS):012d}", writer.message(), seq)
        last[channel] = user, text, first
        said = {"repeat_of": first} if repeats and folded else {"body": {"text": text}}
        frame = msgspec.json.encode({
            "op": "message", "channel": channel, "epoch": "e1", "seq": seq, "at": at,
            "from": {"id": user, "name": f"茶客{user[-4:]}", "door": "miniprogram"}, "type": "text", **said,
            "client_id": client_id})
        yield Row(channel, seq, "e1", at, "message", user, "miniprogram", "text", client_id, seq, None, frame)


def _again(connection: Connection, channel: str, number: int, shift: int) -> None:
    """The channel's first entries once more, with the numbers that follow, later by `shift` (ms)."""
    connection.exec_driver_sql(
        "INSERT INTO entries (channel, seq, epoch, at, op, user, door, type, client_id, ordinal, of, frame)"
        f" SELECT e.channel, e.seq + {number} * c.archived_seq, e.epoch, e.at + {shift}, e.op, e.user, e.door, e.type,"
        f" e.client_id, e.ordinal, e.of, e.frame FROM entries e JOIN channels c ON c.id = e.channel"
        f" WHERE e.channel = '{channel}' AND e.seq <= c.archived_seq")


def _archived(connection: Connection, channel: str, last: int) -> None:
    channels.move(connection, channel, last, last)


def _size(home: House, kind: str, *names: str) -> float:
    """MiB on the disk."""
    if kind == "SQLite":
        home.store.record.read(lambda c: c.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)").all())
        path = Path(str(home.settings.database_url).removeprefix("sqlite:///"))
        return path.stat().st_size / (1 << 20)

    def ask(connection: Connection) -> float:
        found = 0
        for name in names:
            assert name in tables.metadata.tables
            connection.exec_driver_sql(f"ANALYZE TABLE {name}")
            found += int(connection.exec_driver_sql(
                "SELECT data_length + index_length FROM information_schema.tables WHERE table_schema = DATABASE()"
                f" AND table_name = '{name}'").scalar() or 0)
        return found / (1 << 20)

    return home.store.record.read(ask)


def _spread(book: Book, measurement: str, kind: str, unit: str, times: list[float]) -> None:
    parts = statistics.quantiles(times, n=100)
    for name, value in (("p50", parts[49]), ("p95", parts[94]), ("p99", parts[98])):
        book.note(measurement, kind, f"{name} {unit}", value)


def _timed(work: Callable[[], Any]) -> float:
    begun = time.monotonic()
    work()
    return time.monotonic() - begun
