"""Do not disturb: for oneself, in a room or a channel, with an end or without."""

from __future__ import annotations

import pytest

from rooms import quiet, receipts, recovery, seats
from rooms.errors import Code
from rooms.store import Store
from tests.cast import opened
from tests.rooms.test_moderation import Stage, refusal


@pytest.fixture(scope="module")
def store(request: pytest.FixtureRequest) -> Store:
    return opened(request)


@pytest.fixture
def stage(store: Store) -> Stage:
    store.live.offset_ms = 0
    return Stage(store)


def told(stage: Stage, channel: str = "") -> int | None:
    """What Charlie is told on entering; the record says the same."""
    place = channel or stage.hall
    entered = seats.enter(stage.store, stage.charlie, place, "p1.2").quiet
    assert quiet.until(stage.store, place, [stage.charlie.id]).get(stage.charlie.id) == entered
    return entered


def test_quiet_holds_in_one_channel_or_in_the_whole_room(stage: Stage) -> None:
    assert told(stage) is None
    quiet.set_quiet(stage.store, stage.charlie, stage.hall)
    assert (told(stage), told(stage, stage.chat)) == (0, None)
    quiet.set_quiet(stage.store, stage.charlie, stage.hall, on=False)
    quiet.set_quiet(stage.store, stage.charlie, stage.cast.room)
    assert (told(stage), told(stage, stage.chat)) == (0, 0)


def test_it_ends_by_itself_and_the_longer_of_two_counts(stage: Stage) -> None:
    now = stage.store.clock.now()
    quiet.set_quiet(stage.store, stage.charlie, stage.hall, until=now + 60_000)
    quiet.set_quiet(stage.store, stage.charlie, stage.cast.room, until=now + 600_000)
    assert told(stage) == now + 600_000
    stage.wait(601)
    assert told(stage) is None


def test_it_outlives_the_loss_of_redis(stage: Stage) -> None:
    quiet.set_quiet(stage.store, stage.charlie, stage.hall)
    quiet.set_quiet(stage.store, stage.charlie, stage.chat)
    quiet.set_quiet(stage.store, stage.charlie, stage.chat, on=False)
    recovery.close(stage.store, stage.cast.room)
    assert (told(stage), told(stage, stage.chat)) == (0, None)


def test_what_is_unread_still_counts(stage: Stage) -> None:
    quiet.set_quiet(stage.store, stage.charlie, stage.hall)
    stage.say(stage.dora)
    assert receipts.unread(stage.store, stage.charlie, [stage.hall])[stage.hall].unread == 1


def test_only_members_ask_for_it_and_only_for_a_time_to_come(stage: Stage) -> None:
    now = stage.store.clock.now()
    assert refusal(quiet.set_quiet, stage.store, stage.mallory, stage.hall) is Code.NOT_FOUND
    assert refusal(quiet.set_quiet, stage.store, stage.charlie, "r_nowhere") is Code.NOT_FOUND
    assert refusal(quiet.set_quiet, stage.store, stage.cast.person("eve"), stage.hall) is Code.NOT_MEMBER
    for until in (now - 1, 0, now + 20 * quiet.LONGEST_MS):
        assert refusal(quiet.set_quiet, stage.store, stage.charlie, stage.hall, until=until) is Code.BAD_FRAME


def test_it_is_asked_for_only_where_there_is_a_channel(stage: Stage) -> None:
    made_up = stage.hall[:-4] + "zzzz"
    assert refusal(quiet.set_quiet, stage.store, stage.charlie, made_up) is Code.NOT_FOUND
