"""How many calls an account has made by each way on this day, which ends at midnight in China; told before they end."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from rooms.planner import Way
from rooms.store import Store
from wechat.platform.limits import PlatformLimits

log = logging.getLogger(__name__)

DAY_MS, CHINA_MS = 86_400_000, 8 * 3_600_000
WARNED_AT = 0.9


def count(store: Store, limits: PlatformLimits, appid: str, way: Way) -> int:
    """One more; returns how many there are. Nine tenths of the day's calls are a warning."""
    name = _key(store, appid, way)
    second = _second(store, appid, way)
    made, *_ = store.live.commands([(("INCR", name), name), (("PEXPIRE", name, str(2 * DAY_MS)), name),
                                    (("INCR", second), second), (("PEXPIRE", second, "10000"), second)])
    most = limits.a_day(way)
    if int(made) == int(most * WARNED_AT):
        log.warning("account %s has made %s of the day's %s calls by %s", appid, made, most, way)
    return int(made)


def made(store: Store, appid: str, way: Way) -> int:
    return int(store.live.get(_key(store, appid, way)) or 0)


def made_by(store: Store, several: Sequence[tuple[str, Way]]) -> list[int]:
    """The same for many (appid, way) in one round trip a node."""
    return _counts(store, [_key(store, appid, way) for appid, way in several])


def left(store: Store, limits: PlatformLimits, appid: str, way: Way) -> int:
    return limits.a_day(way) - made(store, appid, way)


def free_at(store: Store, limits: PlatformLimits, appid: str, way: Way) -> int:
    """From when on (ms) the limits allow the next call: 0 for now, else another second or another day."""
    today, just_now = _counts(store, [_key(store, appid, way), _second(store, appid, way)])
    now = store.clock.now()
    if today >= limits.a_day(way):
        return day_ends(now)
    return now + 1000 - now % 1000 if just_now >= limits.sends_a_second else 0


def _counts(store: Store, names: Sequence[str]) -> list[int]:
    return [int(made or 0) for made in store.live.commands([(("GET", name), name) for name in names])]


def _second(store: Store, appid: str, way: Way) -> str:
    return store.live.name("calls", appid, way, "second", str(store.clock.now() // 1000))


def day_ends(now: int) -> int:
    return now + DAY_MS - (now + CHINA_MS) % DAY_MS


def _key(store: Store, appid: str, way: Way) -> str:
    return store.live.name("calls", appid, way, str((store.clock.now() + CHINA_MS) // DAY_MS))
