"""All that a verb needs: the live state, the record, the clock, and the limits."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from rooms.aside import Aside
from rooms.errors import Misconfigured
from rooms.live.live import Live
from rooms.record import Record, generations
from rooms.sealing import Sealing
from rooms.shelf import Shelf

if TYPE_CHECKING:
    from settings import Settings


class Clock(Protocol):
    def now(self) -> int:
        """Milliseconds since 1970 UTC."""
        ...


class SystemClock:
    def now(self) -> int:
        return int(time.time() * 1000)


@dataclass(frozen=True)
class Limits:
    """What the core holds people to. A rate of 0 means none."""

    say_per_second: int = 5
    channel_say_per_second: int = 0
    organization_say_per_second: int = 0
    room_password_tries_per_minute: int = 100
    channel_enters_per_second: int = 0
    sms_per_day: int = 1_000
    organization_sms_per_day: int = 500
    address_sms_per_hour: int = 20
    uploads_per_day: int = 200
    follower_idle_ms: int = 30 * 60_000
    lease_ms: int = 15_000


@dataclass(frozen=True)
class Store:
    live: Live
    record: Record
    clock: Clock
    limits: Limits
    compared: set[str] = field(default_factory=set)
    """Channels that fold repeats or guard against duplicates, as far as this process was told."""
    reopening: dict[str, list[Any]] = field(default_factory=dict)
    """Rooms that this process is making ready, and what waits for each (see `gate`)."""
    shares: dict[str, Any] = field(default_factory=dict)
    """What this process has in hand of each organization's rate (see `shares`)."""
    shelf: Shelf = field(default_factory=Shelf)
    """The lists of words that this process has read."""
    aside: Aside = field(default_factory=Aside)
    """What messages bring about that has to wait for the record."""
    sealing: Sealing = field(default_factory=Sealing)
    """How words lie in Redis."""

    def __post_init__(self) -> None:
        self.sealing.begin(self.record)
        self.live.opened = self.sealing.opened

    def close(self) -> None:
        self.shelf.close()
        self.aside.close()
        self.sealing.close()
        self.live.close()
        self.record.close()


def open_store(settings: Settings) -> Store:
    """Opens both servers for this process; call it after a fork. Raises Misconfigured, naming the setting.

    `redis_url` and `database_url` must be known by now: whoever starts the embedded servers fills them in.
    """
    if settings.redis_url is None or settings.database_url is None:
        raise Misconfigured("REDIS_URL, DATABASE_URL: neither named nor embedded; start with `teahouse up`")
    record = Record.open(settings.database_url, settings.secret_key or "",
                         master_keys=(settings.master_key, settings.master_key_before),
                         copy_url=settings.database_replica_url)
    generation = record.read(generations.current)
    live = Live.open(settings.redis_url, settings.redis_prefix, generation,
                     replicas=1 if settings.durability == "replicated" else 0)
    limits = Limits(settings.say_per_second, settings.channel_say_per_second, settings.organization_say_per_second,
                    settings.room_password_tries_per_minute,
                    settings.channel_enters_per_second, settings.sms_per_day, settings.organization_sms_per_day,
                    settings.address_sms_per_hour, settings.uploads_per_day)
    return Store(live, record, SystemClock(), limits, sealing=Sealing(settings.seal_log))


def check_durability(live: Live, durability: str) -> None:
    """Raises Misconfigured when Redis cannot keep what the mode promises. A server that hides its settings passes."""
    if durability == "relaxed":
        return
    for appendonly, appendfsync in zip(live.settings("appendonly"), live.settings("appendfsync"), strict=True):
        if durability == "local" and (appendonly == "no" or appendfsync not in (None, "always")):
            raise Misconfigured(
                f"TEAHOUSE_DURABILITY=local needs a Redis with `appendonly yes` and `appendfsync always`"
                f" (it has {appendonly} and {appendfsync}): change Redis, or choose relaxed")
    alone = any(int(node.get("connected_slaves", 0)) < 1 for node in live.info("replication"))
    if durability == "replicated" and alone:
        raise Misconfigured("TEAHOUSE_DURABILITY=replicated needs at least one connected replica of every Redis master")
