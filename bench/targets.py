"""What is aimed at (ratios within one run wherever machines would differ), and what the run says about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bench.book import Book
from bench.fanout import COST, HOUSE
from bench.spread import FARTHEST, LAW, MOST_REDIS, MOST_WEB

Measured = Callable[[Book], float | None]
KEPT_SECONDS = 15.0


@dataclass(frozen=True)
class Target:
    what: str
    limit: float
    most: bool
    """Whether `limit` is the most that is allowed, else the least."""
    measured: Measured

    def judged(self, book: Book) -> dict[str, Any] | None:
        """None where the run did not measure it."""
        value = self.measured(book)
        if value is None:
            return None
        met = value <= self.limit if self.most else value >= self.limit
        bound = f"{'≤' if self.most else '≥'} {self.limit:.3g}"
        return {"what": self.what, "measured": round(value, 3), "bound": bound, "met": met}


def _figure(measurement: str, subject: str, quantity: str) -> Measured:
    return lambda book: book.value(measurement, subject, quantity)


def _ratio(over: Measured, under: Measured) -> Measured:
    def found(book: Book) -> float | None:
        top, bottom = over(book), under(book)
        return top / bottom if top is not None and bottom else None
    return found


def _against(name: str, peer: str) -> Measured:
    """Our cost as a part of the peer's."""
    return _ratio(_figure(name, HOUSE, COST), _figure(name, peer, COST))


def _growth(measurement: str, quantity: str) -> Measured:
    """The costliest of a row over its first."""
    def found(book: Book) -> float | None:
        row = [value for name, value in book.figures.get(measurement, {}).get(HOUSE, {}).items() if quantity in name]
        return max(row[1:]) / row[0] if len(row) > 1 and row[0] else None
    return found


def targets(book: Book) -> list[Target]:
    """For the sizes of this run."""
    size = book.size
    many, isolated = f"many {size.many[0]} × {size.many[1]}", f"isolated 1 × {size.isolated:,}"
    crowd = next((name for name in book.figures if name.startswith("crowd of")), "crowd of")
    hot = [target for sockets in size.hot for target in _hot(f"hot 1 × {sockets:,}")]
    return [
        *hot,
        Target(f"{many}: ours / Socket.IO + Redis", 1 / 3, True, _against(many, "Socket.IO + Redis")),
        Target(f"{many}: ours / Nchan", 0.8, True, _against(many, "Nchan")),
        Target(f"{isolated}: ours / Socket.IO + Redis", 1 / 1.8, True, _against(isolated, "Socket.IO + Redis")),
        Target(f"{isolated}: ours / Nchan", 1, True, _against(isolated, "Nchan")),
        Target(f"{isolated}: ours / C, one send per message", 1.3, True, _against(isolated, "C, one send per message")),
        Target(f"{isolated}: the naive loop / ours", 2, False,
               _ratio(_figure(isolated, "naive flask-sock", COST), _figure(isolated, HOUSE, COST))),
        Target(f"50 messages/s to {size.isolated:,}: p99 until the last socket, ms", 30, True,
               _figure(f"50/s 1 × {size.isolated:,}", HOUSE, "the last socket p99 ms")),
        Target("KB per idle entered socket in the web process", 5, True, _figure(crowd, HOUSE, "KB per idle socket")),
        Target("ms CPU for connect, hello, enter (of people who were here before)", 1.0, True,
               _figure(crowd, HOUSE, "ms CPU to come in, again")),
        Target(f"seconds until {size.crowd:,} are back with resume", KEPT_SECONDS, True,
               _figure(crowd, HOUSE, "seconds to come back")),
        Target("SQL statements for that", 0, True, _figure(crowd, HOUSE, "SQL statements to come back")),
        Target("posts a second, one web process, durable", 14_000, False,
               _figure("posting", HOUSE, "posts per second")),
        Target("archive on SQLite, rows a second", 5_000, False, _figure("archive", "SQLite", "rows per second")),
        Target("archive on MariaDB, rows a second", 5_000, False, _figure("archive", "MariaDB", "rows per second")),
        *(Target(f"the archive behind 1,000 messages a second on {kind}: p99 ms", 3_000, True,
                 _figure("lag", kind, "p99 ms behind")) for kind in size.databases),
        Target("callbacks in safe mode, a CPU-second", 1_500, False,
               _figure("callbacks", HOUSE, "pushes per CPU-second")),
        Target("callbacks at half of what goes through: p99 ms", 100, True,
               _figure("callbacks at half", HOUSE, "a push p99 ms")),
        Target("µs for a message of 200 characters and 100,000 words", 50, True,
               _figure("words", "100,000 words", "µs a message of 200")),
        Target("cost per delivery with the most sockets / with the fewest", 1.25, True,
               _growth("growth with sockets", COST)),
        Target("MB of the web process with the most sockets", 300, True, _most_memory),
        Target("cost per delivery with the most channels / with 40", 1.25, True, _channels),
        Target("Redis' cost per post with the longest history / with none", 1.25, True,
               _growth("growth with history", "µs CPU of Redis")),
        Target("what spreading costs: the point farthest from the law, measured / by the law", 1.2, True,
               _figure(LAW, HOUSE, FARTHEST)),
        Target("the most web processes, measured / by the law of fewer", 1.2, True, _figure(LAW, HOUSE, MOST_WEB)),
        Target("the most shards, measured / by the law of fewer", 1.2, True, _figure(LAW, HOUSE, MOST_REDIS)),
        *(Target(f"search for two characters on {kind}: p95 ms", 100, True, _figure("search", kind, "p95 ms"))
          for kind in size.databases),
        *(Target(f"a page of history on {kind}: p99 ms", 20, True, _figure("history", kind, "p99 page ms"))
          for kind in size.databases),
    ]


def _hot(name: str) -> list[Target]:
    return [
        Target(f"{name}: ours / Socket.IO + Redis", 1 / 10, True, _against(name, "Socket.IO + Redis")),
        Target(f"{name}: ours / Nchan", 1 / 10, True, _against(name, "Nchan")),
        Target(f"{name}: ours / C, gathered writes", 2, True, _against(name, "C, gathered writes")),
        Target(f"{name}: the naive loop / ours", 25, False,
               _ratio(_figure(name, "naive flask-sock", COST), _figure(name, HOUSE, COST))),
    ]


def _most_memory(book: Book) -> float | None:
    row = book.figures.get("growth with sockets", {}).get(HOUSE, {})
    return max((value for name, value in row.items() if "MB" in name), default=None)


def _channels(book: Book) -> float | None:
    """A single channel gathers what many must send apart, so the row begins at the second."""
    row = list(book.figures.get("growth with channels", {}).get(HOUSE, {}).values())
    return row[-1] / row[1] if len(row) > 2 and row[1] else None
