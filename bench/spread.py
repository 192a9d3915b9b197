"""What a post and a delivery cost when the same people are spread over more web processes and more shards of Redis.

Each message is heard by every process in which somebody of its channel sits: what grows with the processes is the
hearing. The load is the same for all; where processes, shards and the load client together have more to do than the
machine has cores, the rate says nothing, and the processor time does.
"""

from __future__ import annotations

from typing import Any

from bench import costs
from bench.book import IN_FLIGHT_OF_MANY, TEXT, Book
from bench.fanout import HOUSE
from bench.house import House, house
from bench.load import Load, checked

MEMBERS = 5


def run(book: Book) -> None:
    for shards in book.size.shards:
        for processes in book.size.processes:
            with house(processes, shards=shards) as home, Load() as load:
                _measure(book, home, load, f"{processes} web, {shards} Redis")


def _measure(book: Book, home: House, load: Load, name: str) -> None:
    size = book.size
    channels = size.many[0]
    guests = home.guests(channels * MEMBERS)
    names = home.channels([guests[number::channels] for number in range(channels)])
    seats = [[number % channels, guest.token, None] for number, guest in enumerate(guests)]
    load.do("connect", dialect="house", port=home.settings.port, channels=names, seats=seats)
    load.do("hot", seconds=size.seconds / 2, in_flight=IN_FLIGHT_OF_MANY, text=TEXT)
    rounds = [_round(home, load, size.seconds) for _ in range(size.rounds)]
    for quantity in ("posts per second", "µs CPU of a post: web", "µs CPU of a post: Redis", "µs CPU per delivery"):
        book.note(f"spread over {name}", HOUSE, quantity, [each[quantity] for each in rounds])
    book.client(f"spread over {name}", HOUSE, rounds)


def _round(home: House, load: Load, seconds: float) -> dict[str, Any]:
    web, redis = costs.cpu_seconds(home.web), costs.cpu_seconds(home.shards)
    answer = checked(load.do("hot", seconds=seconds, in_flight=IN_FLIGHT_OF_MANY, text=TEXT))
    web, redis = costs.cpu_seconds(home.web) - web, costs.cpu_seconds(home.shards) - redis
    sent = answer["sent"]
    return {**answer, "posts per second": sent / answer["seconds"], "µs CPU of a post: web": web / sent * 1e6,
            "µs CPU of a post: Redis": redis / sent * 1e6,
            "µs CPU per delivery": (web + redis) / answer["delivered"] * 1e6}
