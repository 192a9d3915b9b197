"""What spreading costs: a post, a hearing and a delivery, over more web processes and more shards of Redis.

A *hearing* is one message that comes to one web process in which somebody of its channel sits. What grows with the
processes is how often a message is heard, so a law is laid through all that was measured: so many µs a post, a hearing,
a delivery and a turn of Redis' loop (each of which ends with one write to its file, for all that came in it). How far
the points are from the law tells whether more processes or shards cost anything beside these.

A larger house has more channels, not busier ones: every web process brings the same number of them, with the same
messages on their way, so that each is as busy as the others leave it cores for, and gathers alike.
"""

from __future__ import annotations

from collections.abc import Callable
from statistics import fmean, median
from typing import NamedTuple

from bench import costs
from bench.book import IN_FLIGHT_OF_MANY, TEXT, Book
from bench.fanout import COST, HOUSE
from bench.house import House, house
from bench.law import NoLaw, fitted, foretold
from bench.load import Load, checked
from bench.seating import Seating, at_random, come_in, together

LAW = "the law of spreading"
PLACES: dict[str, Callable[[int, int, int], Seating]] = {"together": together, "at random": at_random}
WEB, REDIS = ("post", "hearing", "delivery"), ("post", "hearing", "turn")
BY_LAW = "measured / by the law"
FARTHEST = f"{BY_LAW}, the farthest point"


class Point(NamedTuple):
    """What was done in a second, and the µs of processor time which that took."""

    posts: float
    hearings: float
    deliveries: float
    turns: float
    web: float
    redis: float
    client: float

    @property
    def for_web(self) -> tuple[float, float, float]:
        return self.posts, self.hearings, self.deliveries

    @property
    def for_redis(self) -> tuple[float, float, float]:
        return self.posts, self.hearings, self.turns


class Case(NamedTuple):
    web: int
    redis: int
    members: int
    place: str

    @property
    def name(self) -> str:
        return f"{self.web} web, {self.redis} Redis, {self.members} in a channel {self.place}"


def run(book: Book) -> None:
    points: dict[Case, Point] = {}
    for shards in book.size.shards:
        for processes in book.size.processes:
            with house(processes, shards=shards) as home, Load() as load:
                points |= of_house(book, home, load)
    law(book, points)


def of_house(book: Book, home: House, load: Load) -> dict[Case, Point]:
    """In the most processes also with the people of a channel kept together."""
    found: dict[Case, Point] = {}
    for place in PLACES if len(home.ports) == book.size.processes[-1] else ["at random"]:
        found |= _grown(book, home, load, place)
    return found


def _grown(book: Book, home: House, load: Load, place: str) -> dict[Case, Point]:
    """Measured again each time that more people have come into the same channels."""
    size, found, inside = book.size, {}, 0
    channels, processes = size.spread_channels * len(home.ports), len(home.ports)
    seating = PLACES[place](channels, size.spread_members[-1], processes)
    names, guests = seating.rooms(home)
    for members in size.spread_members:
        come_in(home, load, seating, names, guests, inside, members)
        inside = members
        load.do("idle", seconds=size.seconds)
        load.do("hot", seconds=size.seconds / 2, in_flight=IN_FLIGHT_OF_MANY, text=TEXT)
        case, hearers = Case(processes, len(home.shards), members, place), seating.hearers(members)
        rounds = [_round(home, load, hearers, size.seconds) for _ in range(size.rounds)]
        found[case] = Point(*(median(values) for values in zip(*rounds, strict=True)))
        _note(book, case, found[case])
    return found


def _round(home: House, load: Load, hearers: float, seconds: float) -> Point:
    web, redis, turns = costs.cpu_seconds(home.web), costs.cpu_seconds(home.shards), home.turns()
    answer = checked(load.do("hot", seconds=seconds, in_flight=IN_FLIGHT_OF_MANY, text=TEXT))
    web, redis = costs.cpu_seconds(home.web) - web, costs.cpu_seconds(home.shards) - redis
    took, posts = answer["seconds"], answer["sent"] / answer["seconds"]
    return Point(posts, posts * hearers, answer["delivered"] / took, (home.turns() - turns) / took, web / took * 1e6,
                 redis / took * 1e6, answer["client_cpu_seconds"] / took * 1e6)


def _note(book: Book, case: Case, point: Point) -> None:
    for quantity, value in {
        "posts per second": point.posts, "hearings of a post": point.hearings / point.posts,
        "turns of Redis a post": point.turns / point.posts, "µs CPU of a post: web": point.web / point.posts,
        "µs CPU of a post: Redis": point.redis / point.posts, COST: (point.web + point.redis) / point.deliveries,
        "client's share of a core": point.client / 1e6,
        "all together, of the machine": (point.web + point.redis + point.client) / 1e6 / costs.CORES,
    }.items():
        book.note(case.name, HOUSE, quantity, value)


def law(book: Book, points: dict[Case, Point]) -> None:
    """Redis delivers nothing to sockets, so its law is another."""
    try:
        web = fitted([point.for_web for point in points.values()], [point.web for point in points.values()])
        redis = fitted([point.for_redis for point in points.values()], [point.redis for point in points.values()])
    except NoLaw:
        book.leave_out("the law of spreading: these points do not tell posts, hearings, deliveries and turns apart")
        return
    for part, kinds, found in (("web", WEB, web), ("Redis", REDIS, redis)):
        for kind, cost in zip(kinds, found, strict=True):
            book.note(LAW, HOUSE, f"µs CPU of a {kind}: {part}", cost)
    ratios = {case: (point.web + point.redis) / (foretold(web, point.for_web) + foretold(redis, point.for_redis))
              for case, point in points.items()}
    for case, ratio in ratios.items():
        book.note(case.name, HOUSE, BY_LAW, ratio)
    book.note(LAW, HOUSE, FARTHEST, max(max(ratio, 1 / ratio) for ratio in ratios.values()))
    for what in ("web", "redis"):
        for count in sorted({getattr(case, what) for case in ratios}):
            book.note(LAW, HOUSE, f"{count} {what.capitalize() if what == 'redis' else what}: {BY_LAW}",
                      fmean(ratio for case, ratio in ratios.items() if getattr(case, what) == count))
