"""What one run found: figures by (measurement, subject, quantity), and what could not be measured."""

from __future__ import annotations

import os
import statistics
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Size:
    """How much is asked of the machine."""

    short: bool
    seconds: float
    rounds: int
    hot: tuple[int, ...]
    """Sockets in one channel."""
    many: tuple[int, int]
    """Channels, and sockets in each."""
    isolated: int
    """Sockets in the channel where messages come one by one."""
    posting: tuple[int, int]
    """Channels with one socket each, and messages in flight in each."""
    crowd: int
    followers: int
    rows: int
    growth_sockets: tuple[int, ...]
    growth_channels: tuple[int, ...]
    growth_history: tuple[int, ...]
    kept: int
    """Messages that are searched."""
    processes: tuple[int, ...]
    shards: tuple[int, ...]
    """Over which the same load is spread."""
    spread_channels: int
    """For each web process."""
    spread_members: tuple[int, ...]
    """In each channel: first so many, then more."""
    databases: tuple[str, ...] = ("SQLite", "MariaDB")


FULL = Size(short=False, seconds=2.0, rounds=3, hot=(1_000, 5_000), many=(200, 25), isolated=1_000, posting=(200, 4),
            crowd=5_000, followers=200, rows=60_000, growth_sockets=(1_000, 5_000, 20_000),
            growth_channels=(1, 40, 200, 1_000), growth_history=(0, 20_000, 100_000),
            kept=1_000_000, processes=(1, 2, 4), shards=(1, 3),
            spread_channels=80, spread_members=(2, 6, 16))
SHORT = Size(short=True, seconds=0.2, rounds=1, hot=(20,), many=(4, 5), isolated=20, posting=(8, 2), crowd=20,
             followers=4, rows=500, growth_sockets=(20,), growth_channels=(4,), growth_history=(0, 100),
             kept=2_000, processes=(2,), shards=(3,),
             spread_channels=2, spread_members=(8,), databases=("SQLite",))

IN_FLIGHT = 32
"""Messages that not everybody has yet, in a hot channel."""
IN_FLIGHT_OF_MANY = 2
"""The same in each of many channels."""
ISOLATED_PER_SECOND = 60
TEXT = "今天的茶不错，再来一壶吧"


@dataclass
class Book:
    size: Size
    figures: dict[str, Any] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)
    load_before: float = field(default_factory=lambda: os.getloadavg()[0])
    """What else ran on the machine: above 0.5 the latencies are not to be believed."""

    def note(self, measurement: str, subject: str, quantity: str, values: float | list[float]) -> None:
        """Keeps the median and says it."""
        several = values if isinstance(values, list) else [values]
        middle = statistics.median(several)
        self.figures.setdefault(measurement, {}).setdefault(subject, {})[quantity] = round(middle, 4)
        shown = f" of {' '.join(_short(value) for value in several)}" if len(several) > 1 else ""
        print(f"  {measurement:<24} {subject:<26} {quantity:<26} {_short(middle)}{shown}", flush=True)

    def spread(self, measurement: str, subject: str, quantity: str, spread: dict[str, float] | None) -> None:
        for part in ("p50", "p99") if spread else ():
            assert spread is not None
            self.note(measurement, subject, f"{quantity} {part} ms", spread[part])

    def client(self, measurement: str, subject: str, rounds: list[dict[str, Any]]) -> None:
        """How busy the load client was: near 1, it and not the server is what was measured."""
        self.note(measurement, subject, "client's share of a core",
                  [each["client_cpu_seconds"] / each["seconds"] for each in rounds])

    def value(self, measurement: str, subject: str, quantity: str) -> float | None:
        found = self.figures.get(measurement, {}).get(subject, {}).get(quantity)
        return None if found is None else float(found)

    def leave_out(self, line: str) -> None:
        if line not in self.left_out:
            self.left_out.append(line)
            print(f"  left out: {line}", flush=True)


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
