"""`/analytics`: charts out of the hourly roll-ups. Days and weeks are those of China's time zone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import partial
from typing import Annotated, Literal

from flask import Response
from msgspec import Meta, field

from console.api_rooms import find
from console.asking import Ask, Id, In, Millis, Out
from console.spreadsheets import csv_answer
from rooms.errors import Code, Refused
from rooms.record import Connection, hourly
from rooms.record import rooms as room_rows
from rooms.record.hourly import Sum
from rooms.rollups import CHINA_MS, DAY_MS, HOUR_MS, begin_of, day_of

MOST_POINTS = 1_000
MOST_ROWS = 100_000
LONGEST_MS = 2 * 366 * DAY_MS
WEEK_HOURS = 168

Measure = Literal["messages", "events", "acts", "present", "waiting", "deliveries", "arrived"]
Step = Literal["hour", "day", "week"]
HOURS: dict[str, int] = {"hour": 1, "day": 24, "week": WEEK_HOURS}


class RangeQuery(In):
    """Times; at most two years."""

    from_: Millis = field(name="from")
    to: Millis


class SeriesQuery(RangeQuery):
    measure: Measure
    step: Step = "day"
    room: Id | None = None


class Point(Out):
    """What began at `at`; `parts` say of what kind it was (for messages: type.door)."""

    at: int
    count: int
    parts: dict[str, int]


class Series(Out):
    """`before` is the total of the time of the same length before, for comparison. Of people in queues each point is
    the most who waited at once, and so are the totals: who waits for hours is not counted in each."""

    measure: str
    step_ms: int
    total: int
    before: int
    points: list[Point]


class ActiveQuery(RangeQuery):
    step: Literal["day", "week", "month"] = "day"


class ActivePoint(Out):
    """`active`: different people who said something; `new` for the first time; `lost`: those of the time before who
    said nothing in this."""

    at: int
    active: int
    new: int
    lost: int


class Active(Out):
    step_ms: int
    points: list[ActivePoint]


class HeatQuery(RangeQuery):
    room: Id | None = None


class Heat(Out):
    """Messages by weekday (Monday first) and hour of the day, in China."""

    hours: list[list[int]]
    most: int


class TopQuery(RangeQuery):
    measure: Measure = "messages"


class TopRoom(Out):
    room: str
    name: str
    count: int


class Top(Out):
    rooms: list[TopRoom]


class CohortsQuery(In):
    weeks: Annotated[int, Meta(ge=2, le=26)] = 8


class Cohort(Out):
    """People who began in the week from `at` on; `stayed[n]` of them said something n weeks later."""

    at: int
    people: int
    stayed: list[int]


class Cohorts(Out):
    cohorts: list[Cohort]


def series(ask: Ask, query: SeriesQuery) -> Series:
    """People present are averages over the minutes of each step."""
    room = find(ask, query.room).id if query.room else None
    step = HOURS[query.step]
    first, last = _hours(query, step)
    if query.measure == "waiting":
        return _longest_queues(ask, room, first, last, step)
    found, before = ask.store.record.read(lambda c: (
        hourly.sums(c, ask.organization, query.measure, first, last, room, step),
        hourly.sums(c, ask.organization, query.measure, 2 * first - last, first, room, last - first)))
    points = _points(found, first, last, step)
    if query.measure == "present":
        minutes = ask.store.record.read(lambda c: hourly.sums(c, ask.organization, "minutes", first, last, None, step))
        points = _averages(points, {one.hour: one.amount for one in minutes})
    return Series(measure=query.measure, step_ms=step * HOUR_MS, total=sum(point.count for point in points),
                  before=sum(one.amount for one in before if one.part != "most"), points=points)


def _longest_queues(ask: Ask, room: str | None, first: int, last: int, step: int) -> Series:
    found = ask.store.record.read(lambda c: hourly.sums(c, ask.organization, "waiting", 2 * first - last, last, room))
    most: defaultdict[int, int] = defaultdict(int)
    for one in found:
        begin = first + (one.hour - first) // step * step
        most[begin] = max(most[begin], one.amount)
    points = [Point(at=hour * HOUR_MS, count=most[hour], parts={}) for hour in range(first, last, step)]
    return Series(measure="waiting", step_ms=step * HOUR_MS, total=max(point.count for point in points),
                  before=max((count for hour, count in most.items() if hour < first), default=0), points=points)


def active(ask: Ask, query: ActiveQuery) -> Active:
    days = {"day": 1, "week": 7, "month": 30}[query.step]
    _checked(query)
    first, last = day_of(query.from_), day_of(query.to - 1) + 1
    _bounded((last - first) // days)
    points = [ask.store.record.read(partial(_active, organization=ask.organization, day=day, days=days))
              for day in range(first, last, days)]
    return Active(step_ms=days * DAY_MS, points=points)


def _active(connection: Connection, organization: str, day: int, days: int) -> ActivePoint:
    return ActivePoint(
        at=begin_of(day), active=hourly.active(connection, organization, day, day + days),
        new=hourly.new(connection, organization, day, day + days),
        lost=hourly.lost(connection, organization, day - days, day, day + days))


def heat(ask: Ask, query: HeatQuery) -> Heat:
    room = find(ask, query.room).id if query.room else None
    first, last = _hours(query, 1, bounded=False)
    found = ask.store.record.read(lambda c: hourly.sums(c, ask.organization, "messages", first, last, room))
    hours = [[0] * 24 for _ in range(7)]
    for one in found:
        local = one.hour + CHINA_MS // HOUR_MS
        hours[(local // 24 + 3) % 7][local % 24] += one.amount  # 1970 began on a Thursday
    return Heat(hours=hours, most=max(map(max, hours)))


def top(ask: Ask, query: TopQuery) -> Top:
    first, last = _hours(query, 1, bounded=False)
    found, named = ask.store.record.read(lambda c: (
        hourly.sums(c, ask.organization, query.measure, first, last, None, last - first, by_room=True),
        {room.id: room.name for room in room_rows.of_organization(c, ask.organization)}))
    counts: defaultdict[str, int] = defaultdict(int)
    for one in found:
        if one.room in named and one.part != "most":
            counts[one.room] += one.amount
    ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:20]
    return Top(rooms=[TopRoom(room=room, name=named[room], count=count) for room, count in ranked])


def cohorts(ask: Ask, query: CohortsQuery) -> Cohorts:
    """By weeks up to this one."""
    last = day_of(ask.store.clock.now()) + 1
    first = last - 7 * query.weeks
    found = ask.store.record.read(lambda c: hourly.cohorts(c, ask.organization, first, last, 7))
    return Cohorts(cohorts=[
        Cohort(at=begin_of(first + 7 * week), people=found.get((week, 0), 0),
               stayed=[found.get((week, later), 0) for later in range(query.weeks - week)])
        for week in range(query.weeks)])


def export(ask: Ask, query: RangeQuery) -> Response:
    """The roll-ups themselves, as CSV."""
    first, last = _hours(query, 1, bounded=False)
    rows = ask.store.record.read(lambda c: hourly.rows(c, ask.organization, first, last, MOST_ROWS))
    return csv_answer("analytics", ["hour", "room", "measure", "part", "count"], [
        [one.hour * HOUR_MS, one.room, one.measure, one.part, one.amount] for one in rows])


def _hours(query: RangeQuery, step: int, bounded: bool = True) -> tuple[int, int]:
    """Whole steps; days and weeks begin in China."""
    _checked(query)
    first, last = query.from_ // HOUR_MS, -(-query.to // HOUR_MS)
    if step > 1:
        first = (first + 8) // 24 * 24 - 8
    last = first + -(-(last - first) // step) * step
    if bounded:
        _bounded((last - first) // step)
    return first, last


def _checked(query: RangeQuery) -> None:
    if not 0 < query.to - query.from_ <= LONGEST_MS:
        raise Refused(Code.BAD_FRAME, "from is before to, by two years at most")


def _bounded(points: int) -> None:
    if points > MOST_POINTS:
        raise Refused(Code.BAD_FRAME, f"at most {MOST_POINTS} points: take longer steps")


def _points(found: Sequence[Sum], first: int, last: int, step: int) -> list[Point]:
    points = {hour: Point(at=hour * HOUR_MS, count=0, parts={}) for hour in range(first, last, step)}
    for one in found:
        point = points[one.hour]
        point.parts[one.part] = one.amount
        if one.part != "most" or "sum" not in point.parts:
            point.count += one.amount
    return list(points.values())


def _averages(points: list[Point], minutes: dict[int, int]) -> list[Point]:
    for point in points:
        total = point.parts.pop("sum", 0)
        point.count = round(total / max(1, minutes.get(point.at // HOUR_MS, 1)))
    return points
