"""An announcement to 100,000 followers of one account, whose workers are killed on the way: nobody is told twice."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert

from commands.opening import opened
from rooms import broadcasts, ids
from rooms.authority import Actor
from rooms.events import Door, Person
from rooms.record import tables
from rooms.store import Store
from settings import Settings
from tests.house_client import House
from tests.soak.conftest import Keep, scaled

PEOPLE, TOGETHER = 100_000, 5_000
KILLS = (0.2, 0.4, 0.6)
"""After so much of it was told, every worker is killed at once."""
HOURS = 6


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path, web_processes=1)
    try:
        yield house.start(300)
    finally:
        house.stop()


@pytest.mark.parametrize("mass", [True, False], ids=["mass", "planner"])
def test_an_announcement_to_many(house: House, keep: Keep, mass: bool) -> None:
    people = scaled(PEOPLE)
    with opened(Settings.from_environment(house.environ)) as store:
        follow(house, store, people)
        owner = Actor(Person(ids.new("s"), house.organization, "Steward", Door.CONSOLE), "owner")
        began, memory, killed = time.monotonic(), dict[str, int](), 0
        made = broadcasts.start(store, owner, "周六开新茶，欢迎来坐", mass=mass)
        progress = broadcasts.progress(store, owner, made.id)
        while sum(progress.told.values()) < people:  # the demo's own people have no window
            assert time.monotonic() - began < HOURS * 3600
            time.sleep(2)
            progress = broadcasts.progress(store, owner, made.id)
            weigh(house, memory)
            met = progress.broadcast.reached if mass else sum(progress.told.values())
            if killed < len(KILLS) and met >= KILLS[killed] * people:
                house.kill_all([pid for name in ("fast", "slow") for pid in house.clock(name)], signal.SIGKILL)
                killed += 1
        seconds = time.monotonic() - began
        tally = house.wechat.get("/tally", appid=house.official)
        got = tally.get("mass_message" if mass else "customer_message", {})
        unknown = progress.told.get("unknown", 0)
        keep(people=people, seconds=round(seconds), a_second=round(people / seconds, 1), killed=killed,
             told=progress.told, got={int(times): count for times, count in got.items()}, largest_mb=memory,
             waiting=progress.waiting)
        assert set(got) <= {"1"}, "somebody got it twice"
        assert got["1"] >= people - unknown


def follow(house: House, store: Store, people: int) -> None:
    """So many followers who wrote just now and listen nowhere."""
    now = store.clock.now()
    for start in range(0, people, TOGETHER):
        openids = house.wechat.post("/followers/many", {
            "appid": house.official, "count": min(TOGETHER, people - start), "wrote": True})["openids"]
        write(store, house, openids, now)


def write(store: Store, house: House, openids: list[str], now: int) -> None:
    users = [(ids.new("u"), openid) for openid in openids]

    def act(connection: Any) -> None:
        connection.execute(insert(tables.users), [
            {"id": user, "organization": house.organization, "name": "茶客", "avatar": "", "tokens_after": 0,
             "created_at": now} for user, _ in users])
        connection.execute(insert(tables.identities), [
            {"appid": house.official, "openid": openid, "unionid": "", "user": user, "kind": "official_account",
             "subscribed": True, "subscribed_at": now, "created_at": now} for user, openid in users])
        connection.execute(insert(tables.followers), [
            {"appid": house.official, "openid": openid, "user": user, "quiet_until": 0, "seen_at": now,
             "pushed_at": now - 60_000, "digests": 0, "digest_at": 0, "reachable": True} for user, openid in users])
        connection.execute(insert(tables.windows), [
            {"appid": house.official, "openid": openid, "kind": "message", "opened_at": now,
             "ends_at": now + 47 * 3_600_000, "quota": 5, "used": 0} for _, openid in users])

    store.record.write(act)


def weigh(house: House, largest: dict[str, int]) -> None:
    """The most that a process of each kind held, in MiB."""
    kinds = {"fast": house.clock("fast"), "slow": house.clock("slow"), "web": house.web(), "redis": [house.redis()]}
    held = house.memory()
    for kind, pids in kinds.items():
        largest[kind] = max([largest.get(kind, 0), *(held.get(pid, 0) >> 20 for pid in pids)])
