"""What a message costs for each socket that gets it, here and elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from bench.book import IN_FLIGHT, IN_FLIGHT_OF_MANY, ISOLATED_PER_SECOND, TEXT, Book
from bench.house import house
from bench.load import Load, LoadFailed, checked
from bench.peers.floor import floor
from bench.peers.naive import naive
from bench.peers.nchan import nchan
from bench.peers.socketio import socketio
from bench.servers import LeftOut, Served

COST, RATE = "µs CPU per delivery", "deliveries per second"
HOUSE = "teahouse"


class Audience:
    """A server with sockets in channels, ready to be measured."""

    def __init__(self, served: Served, load: Load, sockets: int) -> None:
        self.served, self.load, self.sockets = served, load, sockets

    def measure(self, command: str, **arguments: Any) -> dict[str, float]:
        """One phase: what the client counted, and the server's µs for each delivery. Raises LoadFailed."""
        before = self.served.cpu_seconds()
        answer = checked(self.load.do(command, text=TEXT, **arguments))
        cpu = self.served.cpu_seconds() - before
        return {**answer, "cpu_seconds": cpu, "us": cpu / answer["delivered"] * 1e6,
                "rate": answer["delivered"] / answer["seconds"], "posts": answer["sent"] / answer["seconds"]}


@contextmanager
def audience(start: Callable[[], AbstractContextManager[Served]], channels: int, sockets: int) -> Iterator[Audience]:
    """A peer with `sockets` in each of `channels`."""
    with start() as served, Load() as load:
        names = [f"c{number}" for number in range(channels)]
        seats = [[number % channels, "", None] for number in range(channels * sockets)]
        _connect(load, served, names, seats)
        load.do("idle", seconds=0.5)  # the naive loop seats people a little after it has shaken hands
        yield Audience(served, load, channels * sockets)


@contextmanager
def our_audience(channels: int, sockets: int) -> Iterator[Audience]:
    """The same in the house."""
    with house() as home, Load() as load:
        guests = home.guests(channels * sockets)
        names = home.channels([guests[number::channels] for number in range(channels)])
        seats = [[number % channels, guest.token, None] for number, guest in enumerate(guests)]
        _connect(load, home.served, names, seats)
        load.do("idle", seconds=1.5)
        yield Audience(home.served, load, channels * sockets)


def _connect(load: Load, served: Served, names: list[str], seats: list[list[Any]]) -> None:
    answer = load.do("connect", dialect=served.dialect, port=served.port, channels=names, seats=seats)
    if answer["failed"]:
        raise RuntimeError(f"{answer['failed']} sockets could not come in: {answer['troubles']}")


def servers(short: bool) -> dict[str, Callable[[], AbstractContextManager[Served]] | None]:
    """All that are compared; None stands for the house."""
    return {
        "C, gathered writes": lambda: floor("gathered"), HOUSE: None,
        "C, one send per message": lambda: floor("single"), "Nchan": nchan,
        "Socket.IO + Redis": lambda: socketio(install=not short), "naive flask-sock": naive,
    }


def run(book: Book) -> None:
    size = book.size
    for sockets in size.hot:
        _shape(book, f"hot 1 × {sockets:,}", 1, sockets, IN_FLIGHT, isolated=sockets == size.isolated)
    channels, sockets = size.many
    _shape(book, f"many {channels} × {sockets}", channels, sockets, IN_FLIGHT_OF_MANY, isolated=False)


def _shape(book: Book, name: str, channels: int, sockets: int, in_flight: int, isolated: bool) -> None:
    for subject, start in servers(book.size.short).items():
        try:
            with (our_audience if start is None else _peer(start))(channels, sockets) as group:
                rate = _hot(book, name, subject, group, in_flight)
                if isolated:
                    _isolated(book, subject, group)
                if subject == HOUSE:
                    _at_half(book, name, group, rate / 2)
        except LeftOut as reason:
            book.leave_out(str(reason))
        except LoadFailed as reason:
            if start is None:
                raise
            book.leave_out(f"{subject} did not stand {name}: {str(reason)[:200]}")


def _peer(start: Callable[[], AbstractContextManager[Served]]) -> Callable[[int, int], Any]:
    return lambda channels, sockets: audience(start, channels, sockets)


def _hot(book: Book, name: str, subject: str, group: Audience, in_flight: int) -> float:
    """As much as goes through; returns messages a second."""
    size = book.size
    group.measure("hot", seconds=size.seconds / 2, in_flight=in_flight)
    rounds = [group.measure("hot", seconds=size.seconds, in_flight=in_flight) for _ in range(size.rounds)]
    book.note(name, subject, COST, [each["us"] for each in rounds])
    book.note(name, subject, RATE, [each["rate"] for each in rounds])
    book.note(name, subject, "deliveries per CPU-second",
              [each["delivered"] / max(each["cpu_seconds"], 0.01) for each in rounds])
    book.client(name, subject, rounds)
    return sorted(each["posts"] for each in rounds)[len(rounds) // 2]


def _isolated(book: Book, subject: str, group: Audience) -> None:
    """One message at a time, as people talk."""
    name = f"isolated 1 × {group.sockets:,}"
    rounds = [group.measure("paced", seconds=book.size.seconds, per_second=ISOLATED_PER_SECOND)
              for _ in range(book.size.rounds)]
    book.note(name, subject, COST, [each["us"] for each in rounds])
    _latency(book, name, subject, rounds)
    if subject == HOUSE:
        _latency(book, f"50/s 1 × {group.sockets:,}", subject,
                 [group.measure("paced", seconds=book.size.seconds, per_second=50) for _ in range(book.size.rounds)])


def _at_half(book: Book, name: str, group: Audience, per_second: float) -> None:
    rounds = [group.measure("paced", seconds=book.size.seconds, per_second=per_second)
              for _ in range(book.size.rounds)]
    _latency(book, f"half of {name}", HOUSE, rounds)


def _latency(book: Book, name: str, subject: str, rounds: list[dict[str, Any]]) -> None:
    for what, key in (("a delivery", "each_ms"), ("the last socket", "last_ms")):
        for part in ("p50", "p99"):
            values = [each[key][part] for each in rounds if each[key]]
            if values:
                book.note(name, subject, f"{what} {part} ms", values)
