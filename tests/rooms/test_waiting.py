"""A full channel has a queue: first come first served within a class, and every freed seat goes to the next at once."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import pytest

from rooms import members, seats, waiting
from rooms.errors import Code, Refused
from rooms.events import Person
from rooms.seats import Entered, Queued
from rooms.store import Limits, Store
from tests.cast import Cast, opened


class Hall:
    """A channel with two seats, and seven people who want in."""

    def __init__(self, store: Store, **settings: int) -> None:
        self.store, self.cast = store, Cast(store)
        self.channel = self.cast.channel("hall", "", **{"capacity": 2, **settings})
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
        standings = waiting.line(self.store, self.channel, [person.id for person in self.people]).standings
        return [standings[person.id].place if person.id in standings else 0 for person in self.people]


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


def test_a_ticket_is_its_owners_and_counts_while_it_lives(hall: Hall) -> None:
    for number in range(2):
        hall.arrive(number)
    mine, theirs = hall.arrive(2), hall.arrive(3)
    assert isinstance(mine, Queued)
    assert isinstance(theirs, Queued)

    def shown(ticket: str) -> Entered | Queued:
        return seats.arrive(hall.store, hall.people[2], hall.channel, "p1.2", None, ticket)

    assert shown(mine.ticket) == mine._replace(length=2)
    for wrong in (theirs.ticket, "t_nothing"):
        with pytest.raises(Refused) as caught:
            shown(wrong)
        assert caught.value.code is Code.NOT_FOUND
    hall.leave(0)
    assert isinstance(shown(mine.ticket), Entered)
    assert isinstance(shown(mine.ticket), Entered), "who is in needs no ticket any more"


def test_who_waits_without_a_socket_is_called_once(hall: Hall) -> None:
    for number in range(5):
        hall.arrive(number)
    seats.lose(hall.store, hall.people[2], hall.channel, "p1.2")
    hall.leave(0)
    hall.leave(1)
    ours = [offer for offer in waiting.away_offers(hall.store) if offer.channel == hall.channel]
    assert [offer.user for offer in ours] == [hall.people[2].id], "the other hears of it on a socket"
    left = ours[0].until - hall.store.clock.now() - hall.store.live.offset_ms
    assert 178_000 < left <= 180_000
    assert [offer for offer in waiting.away_offers(hall.store) if offer.channel == hall.channel] == []
    hall.wait(181)
    seats.lose(hall.store, hall.people[4], hall.channel, "p1.4")
    assert waiting.line(hall.store, hall.channel, [hall.people[2].id]).standings == {}


def test_a_follower_who_waits_is_called_too(hall: Hall) -> None:
    for number in range(2):
        hall.arrive(number)
    assert isinstance(seats.arrive(hall.store, hall.people[2], hall.channel, ""), Queued)
    hall.leave(0)
    assert hall.people[2].id in [offer.user for offer in waiting.away_offers(hall.store)]


def test_the_line_says_where_everybody_stands(hall: Hall) -> None:
    for number in range(5):
        hall.arrive(number)
    hall.leave(0)
    found = waiting.line(hall.store, hall.channel, [person.id for person in hall.people])
    assert found.length == 2
    assert [found.standings[hall.people[number].id].place for number in (2, 3, 4)] == [0, 1, 2]
    assert found.standings[hall.people[2].id].until > 0
    assert hall.people[0].id not in found.standings


@pytest.mark.parametrize(("commands", "one_by_one", "before"), [
    *((10, waiting.ONE_BY_ONE, before) for before in range(10)), *((4, 0, before) for before in range(4))])
def test_whose_turn_comes_while_it_is_asked_stays_in_line(
        hall: Hall, monkeypatch: pytest.MonkeyPatch, commands: int, one_by_one: int, before: int) -> None:
    """The seat is freed before any one of the commands that ask, be it for each of them or for the whole queue."""
    for number in range(3):
        hall.arrive(number)
    seen, live = itertools.count(), hall.store.live

    def one_after_the_other(several: Sequence[tuple[Sequence[str | bytes], str]]) -> list[Any]:
        answers = []
        for words, key in several:
            if next(seen) == before:
                hall.leave(0)
            answers.append(live.begin_command(*words, key=key).wait())
        return answers

    with monkeypatch.context() as patch:
        patch.setattr(live, "commands", one_after_the_other)
        patch.setattr(waiting, "ONE_BY_ONE", one_by_one)
        found = waiting.line(hall.store, hall.channel, [person.id for person in hall.people])
    assert hall.people[2].id in found.standings
    assert found.standings[hall.people[2].id].place <= 1
    assert next(seen) == commands, "every one of them was tried"


def test_a_rush_waits_in_the_queue_and_is_let_in_at_the_channels_pace(request: pytest.FixtureRequest) -> None:
    hall = Hall(opened(request, limits=Limits(say_per_second=0, channel_enters_per_second=2)), capacity=0)
    arrived = [hall.arrive(number) for number in range(7)]
    assert [isinstance(there, Entered) for there in arrived] == [True, True, False, False, False, False, False]
    assert hall.places() == [0, 0, 1, 2, 3, 4, 5]
    hall.store.live.offset_ms += 1_000
    assert isinstance(hall.arrive(6), Queued), "those before come first"
    assert [isinstance(hall.arrive(number), Entered) for number in (2, 3, 4)] == [True, True, False]
    hall.store.live.offset_ms += 2_000
    seats.lapse(hall.store, [hall.channel])
    assert [isinstance(hall.arrive(number), Entered) for number in (4, 5, 6)] == [True, True, False]


def test_a_seat_offered_on_a_socket_that_is_lost_is_held_thirty_seconds(hall: Hall) -> None:
    """They were told: it is theirs for as long as was said, on another socket too, and then the next one's."""
    for number in range(5):
        hall.arrive(number)
    for number, back in ((2, True), (3, False)):
        hall.leave(number - 2)
        seats.lose(hall.store, hall.people[number], hall.channel, f"p1.{number}")
        hall.wait(20)
        if back:
            assert isinstance(hall.arrive(number, "p1.9"), Entered)
    hall.wait(11)
    assert isinstance(hall.arrive(4), Entered)
    late = hall.arrive(3)
    assert isinstance(late, Queued)
    assert late.place == 1


def test_who_loses_the_socket_and_is_called_has_three_minutes_from_the_call(hall: Hall) -> None:
    for number in range(4):
        hall.arrive(number)
    hall.leave(0)
    hall.wait(20)
    seats.lose(hall.store, hall.people[2], hall.channel, "p1.2")
    (offer,) = [one for one in waiting.away_offers(hall.store) if one.channel == hall.channel]
    assert offer.user == hall.people[2].id
    hall.wait(170)
    assert isinstance(hall.arrive(2), Entered)
