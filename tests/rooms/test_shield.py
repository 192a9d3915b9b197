"""One act against a raid, and one act back."""

from __future__ import annotations

import pytest

from rooms import doors, ids, rules, shield
from rooms.authority import Actor
from rooms.doors import Ways
from rooms.errors import Code, Refused
from rooms.events import Door, Person
from rooms.record import rooms
from rooms.record import rules as rule_rows
from rooms.store import Store
from tests.cast import Cast


@pytest.fixture
def cast(store: Store) -> Cast:
    return Cast(store)


def staff(cast: Cast, role: str = "moderator") -> Actor:
    return Actor(Person(ids.new("s"), cast.organization, "Tea", Door.CONSOLE), role)


def state(cast: Cast, channel: str) -> tuple[bool, dict[str, str]]:
    found = cast.store.record.read(lambda c: (rooms.one(c, cast.room), rule_rows.of_channel(c, channel)))
    assert found[0] is not None
    return found[0].by_request, found[1]


def test_everything_is_again_as_it_was_before(cast: Cast) -> None:
    hall = cast.channel("hall", slow_seconds=7)
    rules.change(cast.store, staff(cast), hall, {"guard_count": 9, "muted_all": True})
    shield.raise_(cast.store, staff(cast), cast.room)
    by_request, held = state(cast, hall)
    assert by_request
    assert (held["slow_seconds"], held["guard_count"], held["post"], held["muted_all"]) == ("30", "3", "member", "1")
    shield.lower(cast.store, staff(cast), cast.room)
    by_request, held = state(cast, hall)
    assert not by_request
    assert (held["slow_seconds"], held["guard_count"], held["post"], held["muted_all"]) == ("7", "9", "guest", "1")


def test_a_room_that_one_had_to_ask_for_stays_so(cast: Cast) -> None:
    doors.change(cast.store, staff(cast, "owner"), cast.room, Ways(by_request=True))
    shield.raise_(cast.store, staff(cast), cast.room)
    shield.lower(cast.store, staff(cast), cast.room)
    assert state(cast, cast.channel("hall"))[0]


def test_it_goes_up_once_and_down_once(cast: Cast) -> None:
    shield.raise_(cast.store, staff(cast), cast.room)
    assert shield.is_up(cast.store, cast.room)
    with pytest.raises(Refused) as again:
        shield.raise_(cast.store, staff(cast), cast.room)
    assert again.value.code is Code.DUPLICATE
    shield.lower(cast.store, staff(cast), cast.room)
    with pytest.raises(Refused) as over:
        shield.lower(cast.store, staff(cast), cast.room)
    assert over.value.code is Code.NOT_FOUND


def test_only_moderators_and_only_their_own_room(cast: Cast) -> None:
    with pytest.raises(Refused) as member:
        shield.raise_(cast.store, staff(cast, "member"), cast.room)
    assert member.value.code is Code.FORBIDDEN
    with pytest.raises(Refused) as stranger:
        shield.raise_(cast.store, staff(Cast(cast.store)), cast.room)
    assert stranger.value.code is Code.NOT_FOUND
