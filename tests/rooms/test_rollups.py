"""What happened is counted once, however often and by whomever."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from rooms import archive, ids, members, messages, rollups, sanctions, seats
from rooms.authority import Actor
from rooms.drafts import Draft
from rooms.events import Door, Person
from rooms.record import hourly
from rooms.record.hourly import Count
from rooms.rollups import HOUR_MS, begin_of, day_of
from rooms.store import Store
from tests.cast import Cast


@pytest.fixture
def cast(store: Store) -> Cast:
    return Cast(store)


def counted(cast: Cast, measure: str) -> dict[tuple[str, str], int]:
    """(room, part) → how often, in all hours."""
    rows = cast.store.record.read(lambda c: hourly.rows(c, cast.organization, 0, 1 << 30, 1_000))
    found: dict[tuple[str, str], int] = {}
    for row in rows:
        if row.measure == measure:
            found[row.room, row.part] = found.get((row.room, row.part), 0) + row.amount
    return found


def talk(cast: Cast, times: int) -> str:
    hall = cast.channel("hall")
    for person in (cast.person("Alice"), cast.person("Bob", Door.WECHAT)):
        members.join(cast.store, person, cast.room)
        seats.enter(cast.store, person, hall, "x.1" if person.door is Door.MINIPROGRAM else "")
        for _ in range(times):
            messages.post(cast.store, person, hall, Draft("text", {"text": "茶"}, ids.new("x")))
    return hall


def archived(cast: Cast) -> None:
    while archive.archive(cast.store).rows:
        pass


def test_what_was_said_is_counted_once_by_type_and_door(cast: Cast) -> None:
    talk(cast, 3)
    archived(cast)
    for _ in range(3):
        rollups.roll(cast.store)
    assert counted(cast, "messages") == {(cast.room, "text.miniprogram"): 3, (cast.room, "text.wechat"): 3}
    today = day_of(cast.store.clock.now())
    assert cast.store.record.read(lambda c: hourly.active(c, cast.organization, today - 1, today + 1)) == 2


def test_several_who_count_at_once_count_nothing_twice(cast: Cast) -> None:
    talk(cast, 20)
    archived(cast)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: rollups.roll(cast.store), range(4)))
    assert sum(counted(cast, "messages").values()) == 40


def test_acts_of_authority_are_counted_where_they_happened(cast: Cast) -> None:
    hall = talk(cast, 1)
    staff = Actor(Person(ids.new("s"), cast.organization, "Tea", Door.CONSOLE), "owner")
    carol = cast.person("Carol")
    sanctions.mute(cast.store, staff, hall, carol.id, 60)
    sanctions.mute(cast.store, staff, cast.organization, carol.id, 60)
    archived(cast)
    rollups.roll(cast.store)
    rollups.roll(cast.store)
    assert counted(cast, "acts") == {(cast.room, "mute"): 1, ("", "mute"): 1}
    assert counted(cast, "events") == {(cast.room, "muted"): 1}


def test_who_is_present_is_sampled_with_its_most(cast: Cast) -> None:
    hall = talk(cast, 1)
    rollups.sample(cast.store)
    seats.step_out(cast.store, cast.person("Nobody"), hall, "x.9")
    dave = cast.person("Dave")
    members.join(cast.store, dave, cast.room)
    seats.enter(cast.store, dave, hall, "x.2")
    rollups.sample(cast.store)
    assert counted(cast, "present") == {(cast.room, "sum"): 5, (cast.room, "most"): 3}
    assert counted(cast, "minutes") == {("", ""): 2}


def test_recounting_counts_anew_and_adds_nothing(cast: Cast) -> None:
    for name in ("Alice", "Bob"):
        cast.person(name)
    for _ in range(2):
        rollups.recount(cast.store)
    assert counted(cast, "arrived") == {("", ""): 2}


def test_days_begin_in_china() -> None:
    assert begin_of(day_of(0)) == -8 * HOUR_MS
    assert day_of(16 * HOUR_MS - 1) == 0
    assert day_of(16 * HOUR_MS) == 1


@pytest.mark.parametrize(("asked", "expected"), [
    (lambda c, o: hourly.active(c, o, 10, 20), 2), (lambda c, o: hourly.active(c, o, 17, 20), 1),
    (lambda c, o: hourly.new(c, o, 10, 17), 2), (lambda c, o: hourly.new(c, o, 17, 24), 0),
    (lambda c, o: hourly.lost(c, o, 10, 17, 24), 1),
    (lambda c, o: hourly.cohorts(c, o, 10, 31, 7), {(0, 0): 2, (0, 1): 1}),
])
def test_who_came_stayed_and_went(cast: Cast, asked: Callable[..., object], expected: object) -> None:
    """Alice said something on days 10 and 18, Bob on day 12 only; Carol is of another organization."""
    other = Cast(cast.store)
    for organization, user, day in ((cast.organization, "u_alice", 10), (cast.organization, "u_alice", 18),
                                    (cast.organization, "u_bob", 12), (other.organization, "u_carol", 12)):
        cast.store.record.write(lambda c, o=organization, u=user, d=day: hourly.add_active(c, o, {(d, u): 2}))  # type: ignore[misc]
    assert cast.store.record.read(lambda c: asked(c, cast.organization)) == expected


def test_sums_go_by_steps_and_rooms(cast: Cast) -> None:
    for hour, room, amount in ((100, "r_a", 1), (101, "r_a", 2), (124, "r_b", 4), (200, "r_a", 8)):
        row = Count(cast.organization, hour, room, "messages", "text.wechat", amount)
        cast.store.record.write(lambda c, row=row: hourly.add(c, [row]))  # type: ignore[misc]
    found = cast.store.record.read(lambda c: hourly.sums(c, cast.organization, "messages", 100, 148, None, 24))
    assert sorted((one.hour, one.amount) for one in found) == [(100, 3), (124, 4)]
    rooms = cast.store.record.read(lambda c: hourly.sums(c, cast.organization, "messages", 100, 300, None, 200, True))
    assert sorted((one.room, one.amount) for one in rooms) == [("r_a", 11), ("r_b", 4)]
