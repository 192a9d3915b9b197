"""Sixty people before fifteen seats, on three web processes. The long form is in tests/soak."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.miniprogram.flood import Flood
from tests.miniprogram.rush import Rush
from tests.miniprogram.web import Web, running


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    """Three web processes."""
    with running(tmp_path_factory.mktemp("three"), 3) as web:
        yield web
        assert "Traceback" not in web.log()


def test_as_many_are_in_as_there_are_seats_and_the_rest_wait_in_order(three: Web) -> None:
    rush = Rush(three, people=60, capacity=15)
    rush.all_enter()
    assert sum(guest.entered for guest in rush.guests) == 15
    assert [guest.refused for guest in rush.guests if guest.refused] == []
    order = sorted(rush.places().items(), key=lambda pair: pair[1])
    assert [place for _, place in order] == list(range(1, 46))
    woken = []
    for guest in [guest for guest in rush.guests if guest.entered][:10]:
        woken.append(rush.first().user)
        rush.frees_a_seat(guest)
    assert woken == [user for user, _ in order[:10]], "first come, first served"
    assert sum(guest.entered for guest in rush.guests) == 15


def test_a_rush_that_is_let_in_slowly_turns_nobody_away(tmp_path: Path) -> None:
    with running(tmp_path, TEAHOUSE_CHANNEL_ENTERS_PER_SECOND="10") as web:
        rush = Rush(web, people=40, capacity=0)
        rush.all_enter()
        at_once = sum(guest.entered for guest in rush.guests)
        assert 10 <= at_once < 40
        assert not any(guest.refused for guest in rush.guests)
        rush.hear_until(lambda: all(guest.entered or guest.seat_at for guest in rush.guests), 15)


@pytest.mark.parametrize("act", ["mute", "kick", "ban"])
def test_an_act_reaches_every_process_while_the_target_floods(three: Web, act: str) -> None:
    flood = Flood(three, listeners=6)
    flood.round(act)
    flood.end()
