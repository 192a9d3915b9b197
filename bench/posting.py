"""Posts per second of one web process, durable: over real sockets, and the core alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from bench import costs
from bench.book import TEXT, Book
from bench.fanout import HOUSE
from bench.house import Guest, House, house
from bench.load import Load, LoadFailed, checked


def run(book: Book) -> None:
    size = book.size
    channels, in_flight = size.posting
    with house() as home, Load() as load:
        guests = home.guests(channels)
        names = home.channels([[guest] for guest in guests])
        load.do("connect", dialect="house", port=home.settings.port, channels=names,
                seats=[[number, guest.token, None] for number, guest in enumerate(guests)])
        _over_sockets(book, home, load, in_flight)
        load.do("drop", politely=False, keep=0)
        _core(book, home, guests, names, "posting, core alone")
        _core(book, home, guests, home.channels([guests]) * channels, "posting, core alone, in one channel")


def _over_sockets(book: Book, home: House, load: Load, in_flight: int) -> None:
    """Every post is answered with `said` and comes back to its author, who is alone."""
    size, rounds = book.size, []
    load.do("hot", seconds=size.seconds / 2, in_flight=in_flight, text=TEXT)
    for _ in range(size.rounds):
        web, redis = costs.cpu_seconds(home.web), costs.cpu_seconds([home.redis])
        answer = checked(load.do("hot", seconds=size.seconds, in_flight=in_flight, text=TEXT))
        if answer["said"] != answer["sent"]:
            raise LoadFailed(f"{answer['sent']} were sent, {answer['said']} were answered")
        answer["web_us"] = (costs.cpu_seconds(home.web) - web) / answer["sent"] * 1e6
        answer["redis_us"] = (costs.cpu_seconds([home.redis]) - redis) / answer["sent"] * 1e6
        rounds.append(answer)
    rate = [each["sent"] / each["seconds"] for each in rounds]
    book.note("posting", HOUSE, "posts per second", rate)
    book.note("posting", HOUSE, "µs CPU of the web process", [each["web_us"] for each in rounds])
    book.note("posting", HOUSE, "µs CPU of Redis", [each["redis_us"] for each in rounds])
    book.client("posting", HOUSE, rounds)
    half = checked(load.do("paced", seconds=size.seconds, per_second=sorted(rate)[len(rate) // 2] / 2, text=TEXT))
    book.spread("posting at half", HOUSE, "until one's own is back", half["each_ms"])


def _core(book: Book, home: House, guests: list[Guest], names: list[str], title: str) -> None:
    size, rounds, rate = book.size, [], []
    with core(home, guests, names) as ask:
        ask(seconds=size.seconds / 2, count=10**9)
        for _ in range(size.rounds):
            redis = costs.cpu_seconds([home.redis])
            answer = ask(seconds=size.seconds, count=10**9)
            answer["redis_us"] = (costs.cpu_seconds([home.redis]) - redis) / answer["posted"] * 1e6
            rounds.append(answer)
            rate.append(answer["posted"] / answer["seconds"])
    book.note(title, HOUSE, "posts per second", rate)
    book.note(title, HOUSE, "µs CPU of the process",
              [each["cpu_seconds"] / each["posted"] * 1e6 for each in rounds])
    book.note(title, HOUSE, "µs CPU of Redis", [each["redis_us"] for each in rounds])


class Core:
    """A process that only posts."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def __call__(self, seconds: float, count: int) -> dict[str, Any]:
        """Raises LoadFailed when something was refused."""
        answer = self.tell({"seconds": seconds, "count": count, "text": TEXT})
        if answer["refused"]:
            raise LoadFailed(f"refused: {answer['refused']}")
        return answer

    def tell(self, line: dict[str, Any]) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(line) + "\n")
        self._process.stdin.flush()
        answered = self._process.stdout.readline()
        if not answered:
            raise LoadFailed("the core's process ended")
        found: dict[str, Any] = json.loads(answered)
        return found


@contextmanager
def core(home: House, guests: list[Guest], names: list[str], more: dict[str, str] | None = None) -> Iterator[Core]:
    """Ready to post, each guest in the channel beside."""
    environ = {**os.environ, "TEAHOUSE_VAR": str(home.settings.var), "TEAHOUSE_SAY_PER_SECOND": "0", **(more or {})}
    process = subprocess.Popen([sys.executable, "-m", "bench.core"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               text=True, env=environ)
    try:
        asked = Core(process)
        asked.tell({"organization": home.organization, "channels": names, "users": [each.person.id for each in guests]})
        yield asked
    finally:
        process.terminate()
        process.wait()
