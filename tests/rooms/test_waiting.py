"""A full channel has a queue: first come first served within a class, and every freed seat goes to the next at once."""

from __future__ import annotations

import pytest

from rooms import members, seats
from rooms.errors import Code, Refused
from rooms.events import Person
from rooms.seats import Entered, Queued
from rooms.store import Store
from tests.cast import Cast, opened


class Hall:
    """A channel with two seats, and seven people who want in."""

    def __init__(self, store: Store, **settings: int) -> None:
        self.store, self.cast = store, Cast(store)
        self.channel = self.cast.channel("hall", **({"capacity": 2} | settings))
        self.people = [self.cast.person(f"guest {number}") for number in range(7)]

    def arrive(self, number: int, holder: str = "") -> Entered | Queued:
        return seats.arrive(self.store, self.people[number], self.channel, holder or f"p1.{number}")

    def leave(self, number: int) -> None:
        seats.step_out(self.store, self.people[number], self.channel, f"p1.{number}")

    def wait(self, seconds: int) -> None:
        for step in range(0, seconds, 10):
            self.store.live.offset_ms += min(10, seconds - step) * 1000
            seats.keep_alive(self.store, "p1", [self.channel])
        seats.lapse(self.store, [self.channel])

    def places(self) -> list[int]:
        found, _ = seats.places(self.store, self.channel, [person.id for person in self.people])
        return [found.get(person.id, 0) for person in self.people]


@pytest.fixture(scope="module")
def store(request: pytest.FixtureRequest) -> Store:
    return opened(request)


@pytest.fixture
def hall(store: Store) -> Hall:
    store.live.offset_ms = 0
    return Hall(store)


def test_who_finds_no_seat_waits_in_order(hall: Hall) -> None:
    assert [isinstance(hall.arrive(number), Queued) for number in range(5)] == [False, False, True, True, True]
    assert hall.places() == [0, 0, 1, 2, 3, 0, 0]
    again = hall.arrive(3)
    assert isinstance(again, Queued)
    assert again.place == 2, "asking again keeps the place"


def test_a_freed_seat_is_offered_to_the_first_and_to_nobody_else(hall: Hall) -> None:
    for number in range(4):
        hall.arrive(number)
    hall.leave(0)
    assert isinstance(hall.arrive(4), Queued), "the seat is held for the first in the queue"
    assert isinstance(hall.arrive(3), Queued)
    assert isinstance(hall.arrive(2), Entered)
    assert seats.present(hall.store, hall.channel).count == 2


def test_a_no_show_passes_the_seat_on(hall: Hall) -> None:
    for number in range(4):
        hall.arrive(number)
    hall.leave(1)
    hall.wait(31)
    assert isinstance(hall.arrive(3), Entered)
    late = hall.arrive(2)
    assert isinstance(late, Queued)
    assert late.place == 1


def test_leaving_the_queue_moves_the_others_up(hall: Hall) -> None:
    for number in range(5):
        hall.arrive(number)
    hall.leave(2)
    assert hall.places() == [0, 0, 0, 1, 2, 0, 0]


def test_a_ticket_lives_ten_minutes_without_a_socket(hall: Hall) -> None:
    for number in range(4):
        hall.arrive(number)
    seats.lose(hall.store, hall.people[2], hall.channel, "p1.2")
    hall.wait(590)
    assert hall.places()[2] == 1
    hall.wait(20)
    assert hall.places()[2:4] == [0, 1]


def test_who_was_not_connected_has_three_minutes(hall: Hall) -> None:
    for number in range(4):
        hall.arrive(number)
    seats.lose(hall.store, hall.people[2], hall.channel, "p1.2")
    hall.leave(0)
    hall.wait(170)
    assert isinstance(hall.arrive(2), Entered)


def test_moderators_and_the_white_list_come_first(hall: Hall) -> None:
    helper: Person = hall.people[5]
    for number in range(4):
        hall.arrive(number)
    members.join(hall.store, helper, hall.cast.room)
    members.set_role(hall.store, hall.cast.room, helper.id, "moderator")
    place = hall.arrive(5)
    assert isinstance(place, Queued)
    assert place.place == 1


def test_the_queue_has_an_end(store: Store) -> None:
    hall = Hall(store, capacity=1)
    from rooms.record import rules

    store.record.write(lambda c: rules.set_(c, hall.channel, {"queue_most": "2"}))
    for number in range(3):
        hall.arrive(number)
    with pytest.raises(Refused) as caught:
        hall.arrive(3)
    assert caught.value.code is Code.QUEUE_FULL


def test_a_dead_process_frees_its_seats_for_those_who_wait(hall: Hall) -> None:
    for number in range(2):
        hall.arrive(number)
    hall.arrive(2, "p2.1")
    hall.store.live.offset_ms += 14_000
    seats.keep_alive(hall.store, "p2", [hall.channel])
    hall.store.live.offset_ms += 14_000
    seats.keep_alive(hall.store, "p2", [hall.channel])
    for _ in range(3):
        hall.store.live.offset_ms += 10_000
        seats.keep_alive(hall.store, "p2", [hall.channel])
    assert isinstance(hall.arrive(2, "p2.1"), Entered)
