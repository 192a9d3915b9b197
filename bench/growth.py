"""What must not grow: a delivery's cost with sockets and with channels, a post's cost with what was said before."""

from __future__ import annotations

import resource

from bench import costs
from bench.book import IN_FLIGHT, Book
from bench.crowd import SPARE_FILES
from bench.fanout import COST, HOUSE, our_audience
from bench.house import house
from bench.posting import core

MEMBERS = 5
PER_SECOND = 400


def run(book: Book) -> None:
    _sockets(book)
    _channels(book)
    _history(book)


def _sockets(book: Book) -> None:
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1] - SPARE_FILES
    for wanted in book.size.growth_sockets:
        sockets = min(wanted, most)
        if sockets < wanted:
            book.leave_out(f"growth with {wanted:,} sockets: this machine lets a process open {most + SPARE_FILES:,} "
                           f"files, so {sockets:,} stand for them")
        with our_audience(1, sockets) as group:
            group.measure("hot", seconds=book.size.seconds, in_flight=IN_FLIGHT)
            rounds = [group.measure("hot", seconds=book.size.seconds, in_flight=IN_FLIGHT)
                      for _ in range(book.size.rounds)]
            book.note("growth with sockets", HOUSE, f"{sockets:,}: {COST}", [each["us"] for each in rounds])
            web = max(costs.memory_bytes(pid) for pid in group.served.pids()[1:])
            book.note("growth with sockets", HOUSE, f"{sockets:,}: MB of the web process", web / 1e6)


def _channels(book: Book) -> None:
    """The same messages a second, spread over more channels of as many members each."""
    for channels in book.size.growth_channels:
        with our_audience(channels, MEMBERS) as group:
            rounds = [group.measure("paced", seconds=book.size.seconds, per_second=PER_SECOND)
                      for _ in range(book.size.rounds)]
            name = f"{channels:,} × {MEMBERS}: {COST}"
            book.note("growth with channels", HOUSE, name, [each["us"] for each in rounds])


def _history(book: Book) -> None:
    """One channel in which so much was said before; nothing is archived meanwhile, so all of it lies in Redis."""
    with house() as home:
        guests = home.guests(1)
        names = home.channels([guests])
        said = 0
        with core(home, guests, names) as ask:
            for history in book.size.growth_history:
                if history > said:
                    said += ask(seconds=600, count=history - said)["posted"]
                web, redis = [], []
                for _ in range(book.size.rounds):
                    before = costs.cpu_seconds([home.redis])
                    answer = ask(seconds=book.size.seconds / 2, count=10**9)
                    said += answer["posted"]
                    web.append(answer["cpu_seconds"] / answer["posted"] * 1e6)
                    redis.append((costs.cpu_seconds([home.redis]) - before) / answer["posted"] * 1e6)
                book.note("growth with history", HOUSE, f"{history:,} before: µs CPU of a post", web)
                book.note("growth with history", HOUSE, f"{history:,} before: µs CPU of Redis", redis)
