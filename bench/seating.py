"""Who sits where: people in channels, over web processes."""

from __future__ import annotations

import random
from typing import NamedTuple

from bench.house import Guest, House
from bench.load import Load, LoadFailed

SEED = 20_261_126


class Seating(NamedTuple):
    channels: int
    process: tuple[int, ...]
    """Of each seat. Seat n is in channel n modulo the channels, so that the first seats are some of every channel."""

    def hearers(self, members: int) -> float:
        """Processes in which somebody sits, on average over the channels, when so many have come into each."""
        pairs = {(seat % self.channels, process) for seat, process in enumerate(self.process[:members * self.channels])}
        return len(pairs) / self.channels

    def rooms(self, home: House) -> tuple[list[str], list[Guest]]:
        """New channels, and a new person for each seat."""
        guests = home.guests(len(self.process))
        return home.channels([guests[number::self.channels] for number in range(self.channels)]), guests


def together(channels: int, members: int, processes: int) -> Seating:
    """All people of a channel in one process, the channels in turn."""
    return Seating(channels, tuple(seat % channels % processes for seat in range(channels * members)))


def at_random(channels: int, members: int, processes: int) -> Seating:
    """As a gateway that knows nothing of channels would have it; the same in every run."""
    chance = random.Random(SEED)
    return Seating(channels, tuple(chance.randrange(processes) for _ in range(channels * members)))


def evenly(channels: int, members: int, processes: int) -> Seating:
    """The people of each channel over all processes in turn."""
    return Seating(channels, tuple(seat // channels % processes for seat in range(channels * members)))


def come_in(home: House, load: Load, seating: Seating, names: list[str], guests: list[Guest], inside: int,
            members: int) -> None:
    """So many of each channel that have `inside` of theirs already, who stay. Raises LoadFailed."""
    seats = range(inside * seating.channels, members * seating.channels)
    for process, port in enumerate(home.ports):
        here = [[seat % seating.channels, guests[seat].token, None]
                for seat in seats if seating.process[seat] == process]
        answer = load.do("connect", dialect="house", port=port, channels=names, seats=here)
        if answer["failed"]:
            raise LoadFailed(f"{answer['failed']} sockets could not come in: {answer['troubles']}")
