"""A month of many followers, on a clock that both houses share. TEAHOUSE_SOAK_FOLLOWERS and _DAYS make it smaller."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from tests.wechat.month import live, p95_hours
from tests.wechat.town import founded

RESULTS = Path(__file__).parents[2] / "bench" / "results"


def test_a_month_of_followers(request: pytest.FixtureRequest) -> None:
    people = int(os.environ.get("TEAHOUSE_SOAK_FOLLOWERS", "2000"))
    days = int(os.environ.get("TEAHOUSE_SOAK_DAYS", "30"))
    began = time.monotonic()
    with founded(request) as town:
        month = live(town, people, days, each_day=lambda day: print(f"day {day}", round(time.monotonic() - began), "s"))
    figures = {"followers": people, "days": days, "sends": month.sends, "refused_by_wechat": dict(month.refused),
               "told_twice": month.twice, "mentions": month.mentions, "mentions_heard": month.mentions_heard,
               "mentions_held_with_a_reason": month.mentions_explained, "sent_delay_p95_hours": p95_hours(month.sent),
               "fetched_delay_p95_hours": p95_hours(month.fetched), "read_by_a_message": len(month.sent),
               "read_by_an_answer": len(month.fetched), "minutes": round((time.monotonic() - began) / 60, 1)}
    (RESULTS / "soak-a-month.json").write_text(json.dumps(figures, indent=2) + "\n", "utf-8")
    assert set(month.refused) <= {0}
    assert month.twice == 0
    assert month.mentions_heard + month.mentions_explained == month.mentions
