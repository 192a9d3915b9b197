"""The quiet hours of a night, in China. Pure."""

from __future__ import annotations

HOUR_MS, DAY_MS = 3_600_000, 24 * 3_600_000
CHINA_MS = 8 * HOUR_MS


def night_until(hours: tuple[int, int] | None, now: int) -> int:
    """The end (ms) of the quiet hours in which `now` lies; 0 by day, or where there are none.

    `hours` is (23, 8): from eleven in the evening to eight in the morning.
    """
    if hours is None or hours[0] == hours[1]:
        return 0
    first, last = (hour * HOUR_MS for hour in hours)
    midnight = now - (now + CHINA_MS) % DAY_MS
    for day in (midnight - DAY_MS, midnight):
        begins = day + first
        ends = begins + (last - first) % DAY_MS
        if begins <= now < ends:
            return ends
    return 0
