"""Charts out of the roll-ups: what stands in them is what was counted, for one organization."""

from __future__ import annotations

from typing import Any

import pytest

from rooms.record import hourly
from rooms.record.hourly import Count
from rooms.rollups import HOUR_MS, begin_of
from tests.cast import Cast
from tests.console.desk import House, Office, code

MONDAY = 20_500 - 20_500 % 7 + 4
"""A Monday: the first of January 1970 was a Thursday."""

BEGIN = begin_of(MONDAY)


@pytest.fixture(scope="module")
def office(house: House) -> Office:
    """An organization of its own with a week in which something was said, and another beside it."""
    office, other = (Office(house.web, Cast(house.store)) for _ in range(2))
    hour = BEGIN // HOUR_MS
    for one in (office, other):
        rows = [Count(one.organization, hour + 9, one.room, "messages", "text.miniprogram", 5),
                Count(one.organization, hour + 9, one.room, "messages", "text.wechat", 2),
                Count(one.organization, hour + 24, one.room, "messages", "text.wechat", 4),
                Count(one.organization, hour - 24, one.room, "messages", "text.wechat", 3),
                Count(one.organization, hour + 9, one.room, "present", "sum", 90),
                Count(one.organization, hour + 9, one.room, "present", "most", 3),
                Count(one.organization, hour - 24, one.room, "waiting", "most", 2),
                Count(one.organization, hour + 9, one.room, "waiting", "most", 4),
                Count(one.organization, hour + 10, one.room, "waiting", "most", 3),
                Count(one.organization, hour + 9, "", "minutes", "", 60)]
        house.store.record.write(lambda c, rows=rows: hourly.add(c, rows))  # type: ignore[misc]
        house.store.record.write(lambda c, one=one: hourly.add_active(  # type: ignore[misc]
            c, one.organization, {(MONDAY, "u_a"): 2, (MONDAY + 1, "u_b"): 1, (MONDAY - 1, "u_a"): 1}))
    return office


def span(days: int, **more: Any) -> dict[str, Any]:
    return {"from": BEGIN, "to": begin_of(MONDAY + days), **more}


def test_messages_by_day_with_the_time_before(office: Office) -> None:
    told = office.auditor.get("/analytics/series", params=span(2, measure="messages"))
    assert [(point["at"], point["count"]) for point in told["points"]] == [(BEGIN, 7), (begin_of(MONDAY + 1), 4)]
    assert told["points"][0]["parts"] == {"text.miniprogram": 5, "text.wechat": 2}
    assert (told["total"], told["before"]) == (11, 3)


def test_people_present_are_an_average_with_the_most(office: Office) -> None:
    told = office.auditor.get("/analytics/series", params=span(1, measure="present", step="hour"))
    nine = told["points"][9]
    assert (nine["count"], nine["parts"]) == (2, {"most": 3})
    assert len(told["points"]) == 24


def test_who_waits_for_hours_is_one_who_waits(office: Office) -> None:
    told = office.auditor.get("/analytics/series", params=span(2, measure="waiting"))
    assert ([point["count"] for point in told["points"]], told["total"], told["before"]) == ([4, 0], 4, 2)
    hours = office.auditor.get("/analytics/series", params=span(1, measure="waiting", step="hour"))
    assert [point["count"] for point in hours["points"][9:12]] == [4, 3, 0]


def test_the_heat_of_the_week_is_in_china_s_hours(office: Office) -> None:
    told = office.auditor.get("/analytics/heat", params=span(7))
    assert (told["hours"][0][9], told["hours"][1][0], told["most"]) == (7, 4, 7)
    assert sum(map(sum, told["hours"])) == 11


def test_who_was_active_is_new_or_was_there_before(office: Office) -> None:
    told = office.auditor.get("/analytics/active", params=span(2))
    assert [(one["active"], one["new"], one["lost"]) for one in told["points"]] == [(1, 0, 0), (1, 1, 1)]


def test_the_busiest_rooms_first(office: Office) -> None:
    told = office.auditor.get("/analytics/top", params=span(2))
    assert [(one["room"], one["count"]) for one in told["rooms"]] == [(office.room, 11)]


def test_the_export_is_csv_and_no_formula(office: Office, house: House) -> None:
    bad = [Count(office.organization, BEGIN // HOUR_MS, "", "acts", "=cmd|' /C calc'!A0", 1)]
    house.store.record.write(lambda c: hourly.add(c, bad))
    answer = office.auditor.ask("GET", "/analytics/export", params=span(2))
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert lines[0] == "hour,room,measure,part,count"
    assert f"{BEGIN + 9 * HOUR_MS},{office.room},messages,text.miniprogram,5" in lines
    assert any(",'=cmd|" in line for line in lines)


@pytest.mark.parametrize("wrong", [
    {"from": 5, "to": 4}, {"from": 0, "to": 10**14}, {"from": -1}, {"to": "x"}, {"step": "minute"}, {"measure": "all"},
    {"room": "%"}, {"other": 1}, {"step": "hour", "to": BEGIN + 2_000 * HOUR_MS},
])
def test_what_cannot_be_charted_is_refused(office: Office, wrong: dict[str, Any]) -> None:
    answer = office.auditor.ask("GET", "/analytics/series", params=span(1, measure="messages") | wrong)
    assert code(answer) == (400, "bad_frame")
