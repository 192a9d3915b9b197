"""The small form of a month; `tests/soak/test_a_month.py` is the long one."""

from __future__ import annotations

import pytest

from tests.wechat.month import live
from tests.wechat.town import founded


def test_half_a_day_of_a_few_spends_no_message_too_many_and_tells_nothing_twice(request: pytest.FixtureRequest) -> None:
    with founded(request) as town:
        month = live(town, people=4, days=0.4, chatter=0.8)
    assert set(month.refused) <= {0}
    assert month.sends > 5
    assert month.twice == 0
    assert month.mentions > 0
    assert month.mentions_heard + month.mentions_explained == month.mentions
