"""When to look at which follower again: one list for all, by time.

An item is a follower in a channel. Who is on the list already stays where they are: a follower for whom the planner
said "wait" is not looked at before that, however busy the room. The list may be lost: it is filled again from the
places in the log.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from rooms.live.live import Live

TOGETHER = 500
NEWS = "-"
"""In place of a channel: what somebody has to be told besides (see `news`)."""


class Item(NamedTuple):
    channel: str
    user: str

    @property
    def name(self) -> str:
        return f"{self.channel} {self.user}"


class Agenda:
    def __init__(self, live: Live) -> None:
        self._live = live
        self._key = live.name("agenda")

    def soon(self, item: Item, at: int) -> None:
        """The follower acted: they are looked at then, and not before. Nobody waits for this."""
        self._live.tell("ZADD", self._key, str(at), item.name, key=self._key)

    def put(self, item: Item, at: int) -> None:
        self._live.command("ZADD", self._key, str(at), item.name, key=self._key)

    def add(self, items: Iterable[Item], at: int) -> None:
        """Those that are not on the list yet."""
        self._several("NX", items, at)

    def hurry(self, items: Iterable[Item], at: int) -> None:
        """These are looked at no later than then."""
        self._several("LT", items, at)

    def due(self, now: int, limit: int) -> list[Item]:
        found = self._live.command("ZRANGE", self._key, "-inf", str(now), "BYSCORE", "LIMIT", "0", str(limit),
                                   key=self._key)
        return [Item(*name.decode().split(" ")) for name in found]

    def drop(self, item: Item) -> None:
        """Nobody waits for this: who is looked at once more is owed nothing."""
        self._live.tell("ZREM", self._key, item.name, key=self._key)

    def _several(self, how: str, items: Iterable[Item], at: int) -> None:
        names = [item.name for item in items]
        for start in range(0, len(names), TOGETHER):
            words = [word for name in names[start:start + TOGETHER] for word in (str(at), name)]
            self._live.command("ZADD", self._key, how, *words, key=self._key)
