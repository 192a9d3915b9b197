"""What an organization may say in a second, however many processes it speaks through."""

from __future__ import annotations

import time

import pytest

from rooms import messages, seats
from rooms.drafts import Draft
from rooms.errors import Code, Refused
from rooms.events import Person
from rooms.store import Limits, Store
from tests.cast import Cast, opened

RATE = 20
HANDFUL = 2
AHEAD = 3 * HANDFUL


@pytest.fixture
def processes(request: pytest.FixtureRequest) -> list[Store]:
    """Three that serve one house."""
    first = opened(request, limits=Limits(say_per_second=0, organization_say_per_second=RATE))
    return [Store(first.live, first.record, first.clock, first.limits) for _ in range(3)]


class Crowd:
    """Somebody at each process who talks without end."""

    def __init__(self, processes: list[Store]) -> None:
        self.processes, self.cast, self.count = processes, Cast(processes[0]), 0
        self.channel = self.cast.channel("hall")
        self.people = [self.cast.person(f"talker {number}") for number in range(3)]
        for number, person in enumerate(self.people):
            seats.enter(processes[0], person, self.channel, f"p{number}.1")

    def say(self, process: int, role: str = "", person: Person | None = None) -> None:
        self.count += 1
        draft = Draft("text", {"text": "hello"}, f"m{self.count}")
        messages.post(self.processes[process], person or self.people[process], self.channel, draft, role)

    def flood(self, *talkers: int) -> int:
        """How many are heard before everybody is refused several times in a row."""
        heard = refused = 0
        while refused < 30:
            for process in talkers:
                no = self.refusal(process)
                heard, refused = (heard + 1, 0) if no is None else (heard, refused + 1)
                assert no is None or (no.code is Code.RATE_LIMITED and no.retry_after_ms)
        return heard

    def refusal(self, process: int) -> Refused | None:
        try:
            self.say(process)
        except Refused as no:
            time.sleep(0.001)  # for the answer that is on its way
            return no
        return None


def test_together_they_say_no_more_than_the_rate(processes: list[Store]) -> None:
    crowd = Crowd(processes)
    began = time.monotonic()
    heard = crowd.flood(0, 1, 2)
    passed = time.monotonic() - began
    assert RATE <= heard <= RATE * (1 + passed) + AHEAD


def test_one_that_speaks_alone_has_all_of_it(processes: list[Store]) -> None:
    crowd = Crowd(processes)
    began = time.monotonic()
    heard = crowd.flood(1)
    assert RATE <= heard <= RATE * (1 + time.monotonic() - began) + AHEAD
    processes[0].live.offset_ms += 1_000
    assert crowd.flood(1) >= RATE // 2


def test_staff_are_not_counted(processes: list[Store]) -> None:
    crowd = Crowd(processes)
    crowd.flood(0)
    for _ in range(5):
        crowd.say(0, "moderator")


def test_another_organization_is_not_concerned(processes: list[Store]) -> None:
    crowd = Crowd(processes)
    crowd.flood(0, 1, 2)
    assert Crowd(processes).flood(0) >= HANDFUL
