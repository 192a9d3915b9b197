"""Many people who say nothing: what a socket costs in memory, what coming in costs, and coming back after a loss."""

from __future__ import annotations

import resource
from typing import Any

from bench import costs
from bench.book import TEXT, Book
from bench.fanout import HOUSE
from bench.house import Guest, House, house
from bench.load import Load, LoadFailed

MISSED = 10
SPARE_FILES = 600
IDLE_SECONDS = 6.0


def run(book: Book) -> None:
    count = min(book.size.crowd, resource.getrlimit(resource.RLIMIT_NOFILE)[1] - SPARE_FILES)
    with house() as home, Load() as load:
        guests = home.guests(count + 1)
        [channel] = home.channels([guests])
        _come(home, load, channel, guests[:1])
        memory, redis = costs.memory_bytes(home.worker), costs.memory_bytes(home.redis)
        name = f"crowd of {count:,}"
        _coming_in(book, home, load, channel, guests[1:], name, "the first time")
        load.do("drop", politely=True, keep=1)
        load.do("idle", seconds=2 if not book.size.short else 0.5)
        _coming_in(book, home, load, channel, guests[1:], name, "again")
        _idle(book, home, load, count, name, memory, redis)
        _return(book, home, load, channel, guests[1:], name)


def _come(home: House, load: Load, channel: str, guests: list[Guest], since: list[Any] | None = None) -> dict[str, Any]:
    seats = [[0, guest.token, since] for guest in guests]
    answer = load.do("connect", dialect="house", port=home.settings.port, channels=[channel], seats=seats)
    if answer["failed"]:
        raise LoadFailed(f"{answer['failed']} of {len(guests)} could not come in: {answer['troubles']}")
    return answer


def _coming_in(book: Book, home: House, load: Load, channel: str, guests: list[Guest], name: str, when: str) -> None:
    cpu, sql = home.served.cpu_seconds(), home.sql_statements()
    answer = _come(home, load, channel, guests)
    book.note(name, HOUSE, f"ms CPU to come in, {when}", (home.served.cpu_seconds() - cpu) / len(guests) * 1000)
    book.note(name, HOUSE, f"seconds to come in, {when}", answer["seconds"])
    book.note(name, HOUSE, f"SQL statements, {when}", home.sql_statements() - sql)


def _idle(book: Book, home: House, load: Load, count: int, name: str, memory: int, redis: int) -> None:
    load.do("idle", seconds=2 if not book.size.short else 0.2)
    seconds = IDLE_SECONDS if not book.size.short else 0.5
    cpu = home.served.cpu_seconds()
    load.do("idle", seconds=seconds)
    book.note(name, HOUSE, "CPU while idle, % of a core", (home.served.cpu_seconds() - cpu) / seconds * 100)
    book.note(name, HOUSE, "KB per idle socket", (costs.memory_bytes(home.worker) - memory) / count / 1024)
    book.note(name, HOUSE, "KB of Redis per idle socket", (costs.memory_bytes(home.redis) - redis) / count / 1024)
    book.note(name, HOUSE, "MB of the web process", costs.memory_bytes(home.worker) / 1e6)


def _return(book: Book, home: House, load: Load, channel: str, guests: list[Guest], name: str) -> None:
    """All lose their sockets without a word, one stays and talks, all come back and get what they missed."""
    load.do("settle")
    load.do("drop", politely=False, keep=1)
    said = load.do("paced", seconds=1, per_second=MISSED, text=TEXT)
    epoch, tip = said["epoch"], said["tips"][0]
    since, sql, cpu = tip - said["sent"], home.sql_statements(), home.served.cpu_seconds()
    answer = _come(home, load, channel, guests, [epoch, since])
    got = load.do("missed", since=since, upto=tip, seconds=10)
    if got["got"] != (len(guests) + 1) * MISSED:
        raise LoadFailed(f"{got['got']} missed messages came, not {(len(guests) + 1) * MISSED}: {got['troubles']}")
    book.note(name, HOUSE, "seconds to come back", answer["seconds"])
    book.note(name, HOUSE, "SQL statements to come back", home.sql_statements() - sql)
    book.note(name, HOUSE, "ms CPU to come back", (home.served.cpu_seconds() - cpu) / len(guests) * 1000)
