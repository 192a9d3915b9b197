"""Seats and the queue under whatever people, processes and clocks do. The long form is in tests/soak."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from rooms.store import Store
from tests.cast import opened
from tests.rooms.hall import PEOPLE, PROCESSES, Hall

WHO, PROCESS = st.integers(0, PEOPLE - 1), st.integers(0, PROCESSES - 1)


@pytest.fixture(scope="module")
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    store = opened(request)
    yield store
    store.live.offset_ms = 0


def test_capacity_seats_and_order_hold_whatever_happens(store: Store) -> None:
    class Seats(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.hall = Hall(store)

        @rule(who=WHO, process=PROCESS, follower=st.booleans())
        def arrive(self, who: int, process: int, follower: bool) -> None:
            self.hall.arrive(who, process, follower)

        @rule(who=WHO, process=PROCESS)
        def come_at_a_socket(self, who: int, process: int) -> None:
            self.hall.arrive(who, process)

        @rule(who=WHO, vanish=st.booleans())
        def leave(self, who: int, vanish: bool) -> None:
            self.hall.leave(who, vanish)

        @rule(ms=st.sampled_from([50, 1_000, 12_000, 31_000]))
        def pass_time(self, ms: int) -> None:
            self.hall.pass_time(ms)

        @rule(ms=st.sampled_from([20_000, 60_000, 700_000]))
        def jump(self, ms: int) -> None:
            self.hall.jump(ms)

        @rule(process=PROCESS)
        def crash(self, process: int) -> None:
            self.hall.crash(process)

        @invariant()
        def what_must_hold(self) -> None:
            self.hall.check()

        def teardown(self) -> None:
            self.hall.ends_empty()

    run_state_machine_as_test(Seats, settings=settings(
        max_examples=12, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)))


def test_random_steps_fill_the_hall_and_leave_nothing_behind(store: Store) -> None:
    hall, chance = Hall(store), random.Random(7)
    for _ in range(250):
        hall.step(chance)
    assert hall.most_seated == hall.capacity
    hall.ends_empty()
