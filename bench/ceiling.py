"""A single hot room's ceiling: how much is said in one channel before some process has no more to give.

More and more messages are put on their way, and the most that went through counts. The people of the channel sit evenly
over the web processes and speak in turn. What each process took of a core at that moment says which of them is the
bound; where together they took all cores of the machine, the machine is, and the cost of a post says what the channel's
one Redis would bear alone.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from bench import costs
from bench.book import TEXT, Book
from bench.fanout import HOUSE, RATE
from bench.house import House, house
from bench.load import Load, checked
from bench.seating import come_in, evenly

IN_FLIGHT = 32, 64, 128, 256
"""An outbox holds 256 frames: with more on their way, a slow reader would be spared some."""
AT = 0.8
"""Of what goes through: where the latencies are taken."""


class Round(NamedTuple):
    in_flight: int
    answer: dict[str, Any]
    web: list[float]
    """Of a core, for each web process; so are the next two."""
    redis: float
    client: float

    @property
    def posts(self) -> float:
        return float(self.answer["sent"] / self.answer["seconds"])


def run(book: Book) -> None:
    for processes in book.size.processes:
        with house(processes) as home, Load() as load:
            of_house(book, home, load)


def of_house(book: Book, home: House, load: Load) -> None:
    for sockets in book.size.hot:
        seating = evenly(1, sockets, len(home.ports))
        come_in(home, load, seating, *seating.rooms(home), inside=0, members=sockets)
        load.do("idle", seconds=book.size.seconds)
        _ceiling(book, home, load, f"ceiling of 1 × {sockets:,}, {len(home.ports)} web")


def _ceiling(book: Book, home: House, load: Load, name: str) -> None:
    best = max((_round(home, load, in_flight, book.size.seconds) for in_flight in IN_FLIGHT), key=lambda one: one.posts)
    web, deliveries = sum(best.web), best.answer["delivered"] / best.answer["seconds"]
    book.note(name, HOUSE, "messages in flight", best.in_flight)
    book.note(name, HOUSE, "posts per second", best.posts)
    book.note(name, HOUSE, RATE, deliveries)
    book.note(name, HOUSE, "the busiest web process, of a core", max(best.web))
    book.note(name, HOUSE, "Redis, of a core", best.redis)
    book.note(name, HOUSE, "client's share of a core", best.client)
    book.note(name, HOUSE, "all together, of the machine", (web + best.redis + best.client) / costs.CORES)
    book.note(name, HOUSE, "µs CPU of a post: Redis", best.redis / best.posts * 1e6)
    book.note(name, HOUSE, "µs CPU per delivery", (web + best.redis) / deliveries * 1e6)
    calm = checked(load.do("paced", seconds=book.size.seconds, per_second=best.posts * AT, text=TEXT))
    book.spread(name, HOUSE, f"at {AT:.0%} of it: a delivery", calm["each_ms"])
    book.spread(name, HOUSE, f"at {AT:.0%} of it: the last socket", calm["last_ms"])


def _round(home: House, load: Load, in_flight: int, seconds: float) -> Round:
    pids = home.web
    web, redis = [costs.cpu_seconds([pid]) for pid in pids], costs.cpu_seconds(home.shards)
    answer = checked(load.do("hot", seconds=seconds, in_flight=in_flight, text=TEXT))
    took = answer["seconds"]
    return Round(in_flight, answer,
                 [(costs.cpu_seconds([pid]) - before) / took for pid, before in zip(pids, web, strict=True)],
                 (costs.cpu_seconds(home.shards) - redis) / took, answer["client_cpu_seconds"] / took)
