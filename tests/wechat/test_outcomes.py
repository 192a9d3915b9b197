"""What each answer of WeChat makes us do."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from wechat.outcomes import DAY, HOUR, MINUTE, Bucket, react
from wechat.platform.sending import Outcome, State

NOON = int(datetime(2026, 11, 24, 12, tzinfo=UTC).timestamp() * 1000)



def test_a_yes_spends_the_message_and_an_unknown_one_too() -> None:
    assert react(Outcome(State.SENT), NOON, 0).bucket is Bucket.SPENT
    unknown = react(Outcome(State.UNKNOWN), NOON, 0)
    assert unknown.bucket is Bucket.SPENT
    assert unknown.stop_ms > 0


def test_what_never_left_is_given_back() -> None:
    unsent = react(Outcome(State.UNSENT), NOON, 0)
    assert unsent.bucket is Bucket.GIVEN_BACK
    assert unsent.again_ms is not None


def test_closed_windows_and_spent_buckets_are_believed() -> None:
    assert react(Outcome(State.REFUSED, 45015), NOON, 0).bucket is Bucket.ALL_SHUT
    assert react(Outcome(State.REFUSED, 45047), NOON, 0).bucket is Bucket.SHUT


@pytest.mark.parametrize("errcode", [40003, 48002])
def test_an_address_that_is_no_good_is_left_alone(errcode: int) -> None:
    assert not react(Outcome(State.REFUSED, errcode), NOON, 0).reachable


@pytest.mark.parametrize("errcode", [43004, 50005])
def test_who_does_not_follow_is_noted(errcode: int) -> None:
    assert not react(Outcome(State.REFUSED, errcode), NOON, 0).follows


@pytest.mark.parametrize("errcode", [40164, 61004, 48001, 48004, 40013, 40125, 50002, 40001])
def test_what_an_operator_must_mend_stops_the_account_and_says_so(errcode: int) -> None:
    for state in (State.REFUSED, State.UNSENT):
        reaction = react(Outcome(state, errcode), NOON, 0)
        assert reaction.stop_ms >= MINUTE
        assert reaction.alarm


def test_the_days_quota_comes_back_at_midnight_in_china() -> None:
    reaction = react(Outcome(State.REFUSED, 45009), NOON, 0)
    assert (NOON + reaction.stop_ms + 8 * HOUR) % DAY == 0
    assert reaction.stop_ms == 4 * HOUR


def test_the_minutes_quota_comes_back_with_the_next_minute() -> None:
    assert MINUTE - 12_345 <= react(Outcome(State.REFUSED, 45011), NOON + 12_345, 0).stop_ms <= MINUTE


def test_a_busy_platform_is_asked_later_and_later() -> None:
    pauses = [react(Outcome(State.REFUSED, -1), NOON, failures).again_ms for failures in range(8)]
    assert pauses[:3] == [2_000, 8_000, 32_000]
    assert pauses[-1] == 10 * MINUTE
