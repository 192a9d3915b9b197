"""How the house is as a whole, for whoever watches over it: asked when somebody looks, never kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeVar

from rooms import ids
from rooms.errors import Code, Refused
from rooms.live import keys
from rooms.record import alarms
from rooms.store import Store

T = TypeVar("T")

HINTS = ("archive", "due", "reads", "reactions", "seats", "calls")
"""What the clock is told to look after; each grows only while nobody does."""
PATIENCE_SECONDS = 1.0
"""For a master of Redis to say that it is there."""
MOST_CHANNELS = 200
"""How many of those that wait for the archive are asked for what they hold."""


class Vitals(NamedTuple):
    """None where the server that knows does not answer.

    `hinted`: things that wait for the clock, by kind. `unarchived`: entries that only Redis holds, in the first
    MOST_CHANNELS channels that wait for the archive; a moment after Redis was rebuilt, too many. `alarms`: open ones,
    of all organizations. `away`: masters of the log's Redis that do not answer."""

    hinted: dict[str, int] | None
    unarchived: int | None
    alarms: int | None
    away: int = 0


def vitals(store: Store) -> Vitals:
    """Never raises because a server is away. Four round trips to Redis and a query at most."""
    return Vitals(_if_there(lambda: _hinted(store)), _if_there(lambda: _unarchived(store)),
                  _if_there(lambda: store.record.read(alarms.count_open)), len(store.live.away(PATIENCE_SECONDS)))


def _if_there(ask: Callable[[], T]) -> T | None:
    try:
        return ask()
    except Refused as refused:
        if refused.code is not Code.UNAVAILABLE:
            raise
        return None


def _hinted(store: Store) -> dict[str, int]:
    names = [store.live.name("hint", kind) for kind in HINTS]
    counts = store.live.commands([(("ZCARD", name), name) for name in names])
    return dict(zip(HINTS, map(int, counts), strict=True))


def _unarchived(store: Store) -> int:
    waiting = store.live.name("hint", "archive")
    channels = [one.decode() for one in store.live.command("ZRANGE", waiting, "0", str(MOST_CHANNELS - 1), key=waiting)]
    heads = [keys.of_channel(store.live.prefix, channel).head for channel in channels if ids.is_channel(channel)]
    told = store.live.commands([(("HMGET", head, "tip", "archived"), head) for head in heads])
    return sum(max(0, int(tip or 0) - int(archived or 0)) for tip, archived in told)

