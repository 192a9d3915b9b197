"""Until when nothing goes out by one way of an account, because calls failed, and what an operator has to do."""

from __future__ import annotations

from typing import NamedTuple

from rooms.planner import Way
from rooms.store import Store

SHAKY_MS = 10 * 60_000
"""How long after its end a stop is remembered: the next failure makes a longer one."""


class Stop(NamedTuple):
    """`until` in ms, 0 where there is no trouble; `failures` in a row; `alarm` is for an operator."""

    until: int = 0
    failures: int = 0
    alarm: str = ""


def of(store: Store, appid: str, way: Way) -> Stop:
    told = (store.live.get(_key(store, appid, way)) or b"").decode().split(" ", 2)
    return Stop(int(told[0]), int(told[1]), told[2] if len(told) > 2 else "") if len(told) > 1 else Stop()


def begin(store: Store, appid: str, way: Way, stop_ms: int, failures: int, alarm: str) -> None:
    """For so long from now, or until the stop that stands is over, whichever is later."""
    until = max(of(store, appid, way).until, store.clock.now() + stop_ms)
    store.live.set(_key(store, appid, way), f"{until} {failures} {alarm}", px=stop_ms + SHAKY_MS)


def end(store: Store, appid: str, way: Way) -> None:
    """A call got through."""
    name = _key(store, appid, way)
    store.live.tell("DEL", name, key=name)


def _key(store: Store, appid: str, way: Way) -> str:
    return store.live.name("stopped", appid, *([] if way is Way.CUSTOMER else [way]))
