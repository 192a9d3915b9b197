"""How long ("10分钟", "半小时", "7天", "2h") as seconds, and moments as a clock in China shows them. Pure."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone

CHINA = timezone(timedelta(hours=8))
"""All year round."""
_NUMBER = r"\d{1,4}|[一二两兩三四五六七八九十百]{1,4}"
_UNIT = ("秒钟?|秒鐘?|分钟?|分鐘?|小?时|小?時|钟头|鐘頭|天|日|周|週|星期|个?月"
         "|s|secs?|m|mins?|minutes?|h|hours?|d|days?|w|weeks?")
_SPAN = re.compile(rf"(?P<number>{_NUMBER})? ?[个個]?(?P<half>半)?[个個]? ?(?P<unit>{_UNIT})")
_SECONDS = {"秒": 1, "s": 1, "分": 60, "m": 60, "小": 3600, "时": 3600, "時": 3600, "钟": 3600, "鐘": 3600, "h": 3600,
            "天": 86_400, "日": 86_400, "d": 86_400, "周": 604_800, "週": 604_800, "星": 604_800, "w": 604_800,
            "个": 2_592_000, "月": 2_592_000}
_DIGITS = {"一": 1, "二": 2, "两": 2, "兩": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}


def seconds(text: str) -> int | None:
    """None for what is no span of time, and for none at all."""
    found = _SPAN.fullmatch(unicodedata.normalize("NFKC", text).casefold().strip())
    if found is None or not (found["number"] or found["half"]):
        return None
    unit, half = _SECONDS[found["unit"][0]], found["half"] is not None
    return (_number(found["number"]) * unit + (unit // 2 if half else 0)) or None


def leading(text: str) -> tuple[int | None, str]:
    """The span that a text begins with, and the rest: "10 分钟 刷屏" is 600 and "刷屏"."""
    words = text.split()
    for count in (2, 1):
        span = seconds(" ".join(words[:count])) if len(words) >= count else None
        if span is not None:
            return span, " ".join(words[count:])
    return None, " ".join(words)


def moment(at: int, now: int) -> str:
    """When that is (ms): the hour today, else with the day."""
    then, today = (datetime.fromtimestamp(ms / 1000, UTC).astimezone(CHINA) for ms in (at, now))
    clock = f"{then:%H:%M}"
    if then.date() == today.date():
        return clock
    day = f"{then.month}-{then.day}" if then.year == today.year else f"{then.year}-{then.month}-{then.day}"
    return f"{day} {clock}"


def stamp(at: int) -> str:
    """A day and an hour as templates want them."""
    return f"{datetime.fromtimestamp(at / 1000, UTC).astimezone(CHINA):%Y-%m-%d %H:%M}"


def _number(text: str | None) -> int:
    """Chinese numbers up to 999, as people write them for hours and days."""
    if not text:
        return 0
    if text.isdecimal():
        return int(text)
    hundreds, _, below = text.rpartition("百")
    tens, ten, ones = below.rpartition("十")
    return (100 * (_DIGITS.get(hundreds, 1) if "百" in text else 0)
            + (10 * _DIGITS.get(tens, 1) if ten else 0) + _DIGITS.get(ones, 0))
