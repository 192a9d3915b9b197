"""What spreading costs: a post, a hearing and a delivery, over more web processes and more shards of Redis.

A *hearing* is one message that comes to one web process in which somebody of its channel sits. What grows with the
processes is how often a message is heard, so a law is laid through all that was measured: so many µs a post, a hearing,
a delivery and a turn of Redis' loop (each of which ends with one write to its file, for all that came in it). How far
the points are from the law tells whether more processes or shards cost anything beside these.

A larger house has more channels, not busier ones: every web process brings the same number of them, with the same
messages on their way, so that each is as busy as the others leave it cores for, and gathers alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
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
WEB = "post: web", "hearing: web", "delivery: web"
REDIS = "post: Redis", "hearing: Redis", "turn: Redis"
BY_LAW = "measured / by the law"
FARTHEST = f"{BY_LAW}, the farthest point"
MOST_WEB = "most web processes: measured / by the law of fewer"
MOST_REDIS = "most shards: measured / by the law of fewer"


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
        load.do("idle", seconds=size.seconds / 2)
        load.do("hot", seconds=size.seconds / 4, in_flight=IN_FLIGHT_OF_MANY, text=TEXT)
        case, hearers = Case(processes, len(home.shards), members, place), seating.hearers(members)
        rounds = [_round(home, load, hearers, size.seconds / 2) for _ in range(size.rounds)]
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


class Law(NamedTuple):
    """What one of each costs. Redis delivers nothing to sockets, so its law is another."""

    web: list[float]
    redis: list[float]

    def ratio(self, point: Point) -> float:
        """What the point cost, over what it should have cost."""
        return (point.web + point.redis) / (foretold(self.web, point.for_web) + foretold(self.redis, point.for_redis))


def laid(points: Iterable[Point]) -> Law:
    """Raises NoLaw."""
    through = list(points)
    return Law(fitted([point.for_web for point in through], [point.web for point in through]),
               fitted([point.for_redis for point in through], [point.redis for point in through]))


def law(book: Book, points: dict[Case, Point]) -> None:
    try:
        found = laid(points.values())
        for kind, cost in zip((*WEB, *REDIS), (*found.web, *found.redis), strict=True):
            book.note(LAW, HOUSE, f"µs CPU of a {kind}", cost)
        ratios = {case: found.ratio(point) for case, point in points.items()}
        for case, ratio in ratios.items():
            book.note(case.name, HOUSE, BY_LAW, ratio)
        book.note(LAW, HOUSE, FARTHEST, max(max(ratio, 1 / ratio) for ratio in ratios.values()))
        book.note(LAW, HOUSE, MOST_WEB, _by_the_smaller(points, [case.web for case in points]))
        book.note(LAW, HOUSE, MOST_REDIS, _by_the_smaller(points, [case.redis for case in points]))
    except NoLaw:
        book.leave_out("the law of spreading: these points do not tell posts, hearings, deliveries and turns apart")


def _by_the_smaller(points: dict[Case, Point], sizes: list[int]) -> float:
    """What the largest houses cost on average, over what the law of all smaller ones says they should."""
    most = max(sizes)
    smaller = laid(point for point, size in zip(points.values(), sizes, strict=True) if size < most)
    return fmean(smaller.ratio(point) for point, size in zip(points.values(), sizes, strict=True) if size == most)
