"""The console's long lists: a hundred thousand people in one room, a million acts in the audit log, asked for a page at
a time as its routes ask. What is measured is the question to the record, on a thread of its own.
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from functools import partial
from itertools import islice
from typing import Any

from sqlalchemy import Table, insert

from bench.archive import _mariadb
from bench.book import Book
from bench.house import House, house
from bench.servers import LeftOut
from rooms import ids, rooms
from rooms.errors import Refused
from rooms.record import Connection, Record, audit, people, tables

PEOPLE, ACTS, TOGETHER, TIMES, LIMIT = 100_000, 1_000_000, 20_000, 30, 50
SURNAMES, GIVEN = "王李张刘陈杨黄赵吴周徐孙马朱胡林郭何高罗", "静墨若浩雨思佳明晓志小立阿知云听青南一半"
KINDS = ("mute", "ban", "recall", "rules", "announce", "role", "invite", "pin")
SEED = 20_261_126


def run(book: Book) -> None:
    for kind in ("SQLite",) if book.size.short else ("SQLite", "MariaDB"):
        try:
            with ExitStack() as stack:
                environ = {} if kind == "SQLite" else stack.enter_context(_mariadb())
                _measure(book, kind, stack.enter_context(house(environ=environ)))
        except (LeftOut, Refused) as reason:
            book.leave_out(f"pages on {kind}: {reason}")


def _measure(book: Book, kind: str, home: House) -> None:
    size = 100 if book.size.short else 1
    chance, record = random.Random(SEED), home.store.record
    organization = home.organization
    room = rooms.add(home.store, organization, "long list")
    users = sorted(ids.new("u") for _ in range(PEOPLE // size))
    members = [{"room": room, "user": user, "role": "member", "joined_at": 1_700_000_000_000} for user in users]
    _fill(record, tables.users, _people(users, organization, chance))
    _fill(record, tables.members, members)
    first = record.read(lambda c: audit.newest(c, organization, {}, None, None, 0, 1))
    _fill(record, tables.audit, _acts(
        organization, room, users, chance, first[0].number if first else 0, ACTS // size))
    book.note("pages", kind, "people", len(users))
    book.note("pages", kind, "acts", ACTS // size)
    middle = users[len(users) // 2]
    newest = record.read(lambda c: audit.newest(c, organization, {}, None, None, 0, 1))[0]

    def acts_of(chosen: Mapping[str, str], below: int = 0, before: int | None = None) -> Callable[[Connection], Any]:
        return lambda c: audit.newest(c, organization, chosen, None, before, below, LIMIT)

    questions: dict[str, Callable[[Connection], Any]] = {
        "people": lambda c: people.page(c, organization, "", "", LIMIT),
        "people, from the middle": lambda c: people.page(c, organization, "", middle, LIMIT),
        "people called 王": lambda c: people.page(c, organization, "王", "", LIMIT),
        "people called one name": lambda c: people.page(c, organization, "王静墨0777", "", LIMIT),
        "people called like nobody": lambda c: people.page(c, organization, "没有这个人", "", LIMIT),
        "members": lambda c: people.in_room(c, room, "", "", None, middle, LIMIT),
        "members called one name": lambda c: people.in_room(c, room, "王静墨0777", "", None, "", LIMIT),
        "moderators among members": lambda c: people.in_room(c, room, "", "moderator", None, "", LIMIT),
        "acts": acts_of({}), "acts, from the middle": acts_of({}, newest.number // 2),
        "acts of a day in the middle": acts_of({}, 0, newest.act.at - ACTS // size * 500),
        "acts of one kind": acts_of({"act": "ban"}), "acts of a rare kind": acts_of({"act": "never"}),
        "acts on one person": acts_of({"target": users[7]}), "acts by one": acts_of({"actor": "s_steward3"}),
        "acts in a room": acts_of({"room": room}),
    }
    for name, question in questions.items():
        record.read(question)
        times, worked = zip(*(_timed(partial(record.read, question)) for _ in range(TIMES)), strict=True)
        book.note("pages", kind, f"{name} p50 ms", statistics.median(times) * 1000)
        book.note("pages", kind, f"{name} worst of {TIMES} ms", max(times) * 1000)
        book.note("pages", kind, f"{name} p50 of our own CPU ms", statistics.median(worked) * 1000)


def _people(users: list[str], organization: str, chance: random.Random) -> Iterator[dict[str, Any]]:
    for number, user in enumerate(users):
        name = f"{chance.choice(SURNAMES)}{chance.choice(GIVEN)}{chance.choice(GIVEN)}{number % 10_000:04}"
        yield {"id": user, "organization": organization, "name": name, "avatar": "", "tokens_after": 0,
               "created_at": 1_700_000_000_000 + number, "erased_at": None}


def _acts(organization: str, room: str, users: list[str], chance: random.Random, last: int,
          count: int) -> Iterator[dict[str, Any]]:
    """Without a chain: nobody verifies them."""
    for number in range(last + 1, last + 1 + count):
        yield {"organization": organization, "number": number, "at": 1_700_000_000_000 + number * 1000,
               "actor": f"s_steward{chance.randrange(10)}", "door": "console", "act": chance.choice(KINDS),
               "target": chance.choice(users), "room": room if number % 3 else "", "channel": "", "reason": "",
               "before": "{}", "after": "{}", "hash": "0" * 64}


def _fill(record: Record, table: Table, rows: Iterable[dict[str, Any]]) -> None:
    """Many in each transaction: what is measured is reading them."""
    left = iter(rows)
    while part := list(islice(left, TOGETHER)):
        record.write(partial(_insert, table, part))


def _insert(table: Table, rows: list[dict[str, Any]], connection: Connection) -> None:
    connection.execute(insert(table), rows)


def _timed(work: Callable[[], Any]) -> tuple[float, float]:
    """Seconds that passed, and seconds of this process's CPU: SQLite works in it, and on a busy machine the clock tells
    more of others than of the question."""
    begun, worked = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - begun, time.process_time() - worked
