"""Two hundred kills of anything at random under load, and not one message lost, double, or out of order."""

from __future__ import annotations

import random
import signal
import time
from collections import Counter, defaultdict

from tests.house_client import ROOT, House
from tests.oracle import Load, Oracle
from tests.soak.conftest import Keep, scaled, spread

KILLS = 200
A_ROUND = 10
"""Kills between two looks at everything."""
FAULTS = {"web": 6, "redis": 4, "clock": 3, "archiver": 3, "web master": 1, "frozen web": 2}


def test_two_hundred_kills(house: House, chance: random.Random, keep: Keep) -> None:
    """F1, F2, F3, F6, F21, F52."""
    kills, rounds = Counter[str](), max(1, scaled(KILLS) // A_ROUND)
    waited: dict[str, list[float]] = defaultdict(list)
    acked = reconnected = 0
    channels = iter(house.new_channels(*(f"轮{number}" for number in range(rounds))))
    memory = []
    for _ in range(rounds):
        channel = next(channels)
        phones = house.phones_in_each_process(channel, 8, "说")
        for phone in phones:
            phone.keep_frames = False
        oracle = Oracle(house, channel, phones)
        with Load(phones, channel, pause=0.01, patience=60) as load:
            load.wait_for(50)
            for _ in range(A_ROUND):
                kind = chance.choices(list(FAULTS), list(FAULTS.values()))[0]
                oracle.fault()
                hurt(house, kind, chance)
                house.wait_ready(60)
                load.wait_for_everybody(time.monotonic(), 60)
                waited[kind].append(oracle.silence())
                kills[kind] += 1
                time.sleep(chance.uniform(0, 1))
        oracle.settle(30)
        verdict = oracle.check()
        wait_for_archive(house, oracle)
        acked += verdict.acked
        reconnected += sum(phone.connections - 1 for phone in phones)
        memory.append(verdict.largest_process_mb)
        house.let_go(*phones)
    keep(kills=dict(kills), acked=acked, lost=0, duplicated=0, reordered=0, connections_again=reconnected,
         seconds_until_sending={kind: spread(seconds) for kind, seconds in waited.items()},
         largest_process_mb=memory, tracebacks=Counter(map(cause, house.tracebacks())))


def cause(traceback: str) -> str:
    """What was raised, and the last place of ours on the way."""
    lines = traceback.splitlines()
    ours = [line for line in lines if f'File "{ROOT}/' in line and "site-packages" not in line]
    place = ours[-1].partition(f"{ROOT}/")[2].replace('"', "") if ours else "no place of ours"
    return f"{lines[-1]} at {place}"


def hurt(house: House, kind: str, chance: random.Random) -> None:
    if kind == "web":
        house.kill(chance.choice(house.web()))
    elif kind == "redis":
        house.kill(house.redis())
    elif kind == "clock":
        house.kill_all(house.clock("fast"))
    elif kind == "archiver":
        house.kill_all(house.clock("fast")[1:])
    elif kind == "web master":
        before = house.web()
        house.kill(house.web_master())
        house.wait(lambda: not set(before) & {child.pid for child in house.children()}, 60, "no orphans")
    elif kind == "frozen web":
        victim = chance.choice(house.web())
        house.kill(victim, signal.SIGSTOP)
        time.sleep(chance.uniform(0.5, 5))
        house.kill(victim, signal.SIGCONT)


def wait_for_archive(house: House, oracle: Oracle) -> None:
    tip = oracle.log()[0][-1].seq
    house.wait(lambda: len(oracle.recorded()) >= tip, 60, "archived")
