"""Deadlines: visited when due, never early, each thing in one slot."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from miniprogram.wheel import Wheel


class Thing:
    def __init__(self, every: int = 0) -> None:
        self.due = 0
        self.every = every
        self.visits: list[int] = []

    def tick(self, now: int) -> int:
        self.visits.append(now)
        return now + self.every if self.every else 0


@given(st.lists(st.integers(1, 40), max_size=20))
def test_each_is_visited_in_its_second(seconds: list[int]) -> None:
    wheel, things = Wheel(0), [Thing() for _ in seconds]
    for thing, second in zip(things, seconds, strict=True):
        wheel.by(thing, second)
    for now in range(1, 50):
        wheel.turn(now)
    assert [thing.visits for thing in things] == [[second] for second in seconds]


def test_an_earlier_visit_stays_and_a_later_one_is_brought_forward() -> None:
    wheel, thing = Wheel(0), Thing()
    wheel.by(thing, 10)
    wheel.by(thing, 20)
    assert thing.due == 10
    wheel.by(thing, 5)
    wheel.turn(30)
    assert len(thing.visits) == 1
    assert wheel._slots == {}


def test_what_is_overdue_is_visited_in_the_next_second() -> None:
    wheel, thing = Wheel(100), Thing()
    wheel.by(thing, 3)
    wheel.turn(101)
    assert thing.visits == [101]


def test_a_thing_may_ask_to_be_visited_again() -> None:
    wheel, thing = Wheel(0), Thing(every=3)
    wheel.by(thing, 1)
    for now in range(1, 11):
        wheel.turn(now)
    assert thing.visits == [1, 4, 7, 10]


def test_nothing_forgotten_is_visited_or_kept() -> None:
    wheel, thing = Wheel(0), Thing()
    wheel.by(thing, 5)
    wheel.forget(thing)
    wheel.turn(10)
    assert (thing.visits, thing.due) == ([], 0)
