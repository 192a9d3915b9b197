"""What a house of a given size needs: arithmetic over measured costs, nothing is asked of any server.

People and messages are taken to be spread evenly over the rooms, one channel to a room and one socket to a person;
`docs/sizing.md` says what each of these assumptions hides.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil
from typing import NamedTuple

from commands.measured import Figure
from rooms import safety
from wechat.checking import MOST_A_MINUTE
from wechat.platform.limits import LIMITS

SOCKETS = 7_000
"""What a web process is planned for, of the 20,000 that it takes: its neighbours' people come to it when they die."""
WEB_BUSY, REDIS_BUSY, ARCHIVE_BUSY = 0.6, 0.5, 0.5
"""Of one core each, at the busiest second that was asked for."""
LEAST_PROCESSES, LEAST_MASTERS = 2, 3
HEARTBEAT_SECONDS = 25
HANDSHAKES_A_SECOND = 500
"""The default of TEAHOUSE_HANDSHAKES_PER_SECOND, of each process."""
GATHERING_SECONDS = 0.02
"""What comes within it is written together: the longest rest of a hot channel."""
DAY_SHARE = 0.25
"""The day's mean is this part of the busiest second."""
HOURS_OF_IDS = 36
KEPT, KEPT_AT_MOST = 1_000, 50_000
"""Entries of a channel that stay in Redis, however quiet or busy it is; between them an hour's."""
SHARD_GB = 8
SPARE_MEMORY = 1.5
"""Fragments, buffers of clients, and what is copied while the append-only file is rewritten."""
HEAD_BYTES = 60
"""TCP, IP and TLS around one frame that is sent by itself."""
ASKED_BYTES = 400
"""A `say` and its answer's acknowledgements, as they come in."""
CHECKS_A_DAY = 2_000_000
"""Texts of one mini-program that WeChat judges on one day (its page on content safety)."""
DAY_SECONDS, HOUR_SECONDS = 86_400, 3_600


class Wish(NamedTuple):
    rooms: int
    present: int
    """People with an open socket, in the whole house."""
    messages_per_second: int
    """In the whole house, in its busiest second."""
    followers: int = 0


class Need(NamedTuple):
    name: str
    value: float
    unit: str


class Plan(NamedTuple):
    needs: tuple[Need, ...]
    warnings: tuple[str, ...]

    def value(self, name: str) -> float:
        return next(need.value for need in self.needs if need.name == name)


def plan(wish: Wish, figures: Mapping[str, Figure]) -> Plan:
    """`wish` has at least one room."""
    cost = {name: figure.value for name, figure in figures.items()}
    deliveries = wish.messages_per_second * wish.present / wish.rooms
    processes, cores = _web(wish, cost, deliveries)
    shards, memory = _redis(wish, cost, processes)
    archivers = max(1, ceil(wish.messages_per_second / (cost["archived"] * ARCHIVE_BUSY)))
    out = deliveries * (cost["frame"] + HEAD_BYTES) * 8 / 1e6
    a_day = wish.messages_per_second * DAY_SHARE * DAY_SECONDS
    digests = wish.followers * cost["digests"]
    needs = (
        Need("deliveries", deliveries, "a second"),
        Need("web processes", processes, "one core each"),
        Need("web cores in use", cores, "at the busiest second"),
        Need("sockets", wish.present / processes, "a web process"),
        Need("web memory", cost["process"] + wish.present / processes * cost["socket"] / 1e3, "MB a process"),
        Need("coming back", _back_seconds(wish, cost, processes), "seconds for everybody at once"),
        Need("redis shards", shards, "masters, each with one replica"),
        Need("redis memory", memory / 1e9 / shards, "GB a shard"),
        Need("archive workers", archivers, "fast workers"),
        Need("sent", out, "Mbit a second"),
        Need("received", wish.messages_per_second * ASKED_BYTES * 8 / 1e6, "Mbit a second"),
        Need("sql rows", a_day, "a day"),
        Need("sql disk", a_day * cost["row"] * 365 / 1e9, "GB a year"),
        Need("digests", digests, "a day"),
        Need("official accounts", ceil(digests / LIMITS.customer_a_day), "by the day's quota of customer messages"),
        Need("mini-programs", _mini_programs(wish, a_day), "by the quota of content checks, where every text is"),
    )
    return Plan(needs, tuple(_warnings(wish, cost)))


def gathered(wish: Wish) -> float:
    """How many frames a socket is sent at once."""
    return max(1.0, wish.messages_per_second / wish.rooms * GATHERING_SECONDS)


def _web(wish: Wish, cost: Mapping[str, float], deliveries: float) -> tuple[int, float]:
    """Each process more must also hear of what its people's rooms say, so the number is looked for from below."""
    a_delivery = max(cost["delivery_gathered"], cost["delivery_alone"] / gathered(wish))
    fixed = (deliveries * a_delivery + wish.messages_per_second * cost["post_web"]
             + wish.present / HEARTBEAT_SECONDS * cost["heartbeat"]) / 1e6
    processes = max(LEAST_PROCESSES, ceil(wish.present / SOCKETS))
    while True:
        cores = fixed + wish.messages_per_second * _hearers(wish, processes) * cost["hearing"] / 1e6
        if (needed := ceil(cores / WEB_BUSY)) <= processes:
            return processes, cores
        processes = needed


def _hearers(wish: Wish, processes: int) -> float:
    """Web processes in which somebody of a room sits, where the gateway knows nothing of rooms."""
    people = max(1.0, wish.present / wish.rooms)
    return processes - processes * float((1 - 1 / processes) ** people)


def _redis(wish: Wish, cost: Mapping[str, float], processes: int) -> tuple[int, float]:
    """Masters, and the bytes that they hold together."""
    each = cost["post_redis"] + _hearers(wish, processes) * cost["telling"]
    an_hour = wish.messages_per_second * DAY_SHARE / wish.rooms * HOUR_SECONDS
    kept = wish.rooms * min(KEPT_AT_MOST, max(KEPT, an_hour))
    ids = wish.messages_per_second * DAY_SHARE * HOURS_OF_IDS * HOUR_SECONDS
    memory = (kept * cost["entry"] + ids * cost["client_id"] + wish.present * cost["seat"]) * SPARE_MEMORY
    shards = max(ceil(wish.messages_per_second * each / 1e6 / REDIS_BUSY), ceil(memory / 1e9 / SHARD_GB), 1)
    return (max(LEAST_MASTERS, shards) if shards > 1 else 1), memory


def _back_seconds(wish: Wish, cost: Mapping[str, float], processes: int) -> float:
    sockets = wish.present / processes
    return max(sockets * cost["coming_in"] / 1e3, sockets / HANDSHAKES_A_SECOND)


def _mini_programs(wish: Wish, a_day: float) -> int:
    a_minute = wish.messages_per_second * 60 / MOST_A_MINUTE[safety.TEXT]
    return ceil(max(a_minute, a_day / CHECKS_A_DAY))


def _warnings(wish: Wish, cost: Mapping[str, float]) -> list[str]:
    most = REDIS_BUSY * 1e6 / cost["post_redis_gathered"]
    a_room = wish.messages_per_second / wish.rooms
    if a_room > most:
        return [f"a room lives in one shard: {a_room:,.0f} messages a second in each is more than the {most:,.0f} that "
                f"half a core takes; spread them over more rooms"]
    return []
