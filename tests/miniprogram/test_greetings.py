"""How many may wait for their welcome."""

from __future__ import annotations

import pytest

from miniprogram import greetings
from miniprogram.greetings import AT_LEAST, PACE_SECONDS, Greetings


class Watch:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    watch = Watch()
    monkeypatch.setattr(greetings, "monotonic", watch)
    return watch


def come(those: Greetings, people: int) -> None:
    for _ in range(people):
        those.begin()


def greet(those: Greetings, people: int) -> None:
    for _ in range(people):
        those.end(welcomed=True)


def test_a_few_may_always_wait(watch: Watch) -> None:
    those = Greetings()
    come(those, AT_LEAST - 1)
    assert not those.full
    come(those, 1)
    assert those.full
    those.end(welcomed=False)
    assert not those.full, "whoever gave up makes room"


def test_as_many_wait_as_were_greeted_of_late(watch: Watch) -> None:
    those = Greetings()
    come(those, 300)
    greet(those, 300)
    come(those, 299)
    assert not those.full
    come(those, 1)
    assert those.full
    watch.now += PACE_SECONDS / 2
    greet(those, 50)
    assert not those.full, "350 were greeted of late, 250 wait"
    watch.now += PACE_SECONDS / 2 + 0.1
    assert those.full, "by now it is 50"


def test_who_gave_up_was_not_greeted(watch: Watch) -> None:
    those = Greetings()
    come(those, 2 * AT_LEAST)
    for _ in range(2 * AT_LEAST):
        those.end(welcomed=False)
    come(those, AT_LEAST)
    assert those.full
