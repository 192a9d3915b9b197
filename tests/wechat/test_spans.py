"""How long, as people write it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wechat import spans

HOUR, DAY = 3600, 86_400
NOON = 1_764_043_200_000
"""2025-11-25 12:00 in China."""


@pytest.mark.parametrize(("text", "seconds"), [
    ("10分钟", 600), ("10 分钟", 600), ("１０分钟", 600), ("十分鐘", 600), ("十五分钟", 900), ("90秒", 90),
    ("半小时", 1800), ("一个半小时", 5400), ("两小时", 7200), ("两个小时", 7200), ("2h", 7200),
    ("2 hours", 7200), ("30m", 1800), ("45min", 2700), ("7天", 7 * DAY), ("一天", DAY), ("半天", DAY // 2),
    ("3d", 3 * DAY), ("二十天", 20 * DAY), ("一百二十天", 120 * DAY), ("1周", 7 * DAY), ("一个月", 30 * DAY)])
def test_a_span_is_understood(text: str, seconds: int) -> None:
    assert spans.seconds(text) == seconds


@pytest.mark.parametrize("text", ["", "天", "半", "0分钟", "很久", "10", "10分钟后", "-5分钟", "十", "soon", "h2"])
def test_what_is_no_span_is_none(text: str) -> None:
    assert spans.seconds(text) is None


@pytest.mark.parametrize(("text", "seconds", "rest"), [
    ("10分钟 刷屏", 600, "刷屏"), ("10 分钟 刷屏 了", 600, "刷屏 了"), ("刷屏", None, "刷屏"), ("", None, ""),
    ("2h", 2 * HOUR, "")])
def test_a_reason_may_follow(text: str, seconds: int | None, rest: str) -> None:
    assert spans.leading(text) == (seconds, rest)


@given(st.text(max_size=40))
def test_any_text_may_be_asked(text: str) -> None:
    found, _ = spans.leading(text)
    assert found is None or found > 0


def test_a_moment_is_a_clock_today_and_has_its_day_otherwise() -> None:
    assert spans.moment(NOON + 150 * 60_000, NOON) == "14:30"
    assert spans.moment(NOON + DAY * 1000, NOON) == "11-26 12:00"
    assert spans.moment(NOON + 60 * DAY * 1000, NOON) == "2026-1-24 12:00"
