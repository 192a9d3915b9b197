"""`/overview`: everything at a glance, those rooms first that want somebody's attention."""

from __future__ import annotations

import time
from collections import OrderedDict
from typing import Any, NamedTuple

from console import troubles
from console.asking import Ask, Out
from console.troubles import Trouble
from rooms import overlooking, pulse
from rooms.overlooking import NOTHING, Overview
from rooms.record import alarms, people
from rooms.record.channels import Channel

LAGGING = 1_000
"""Entries of a channel that wait for the archive: more than this is trouble."""

FLOOD = 300
"""Messages a minute in one channel."""

FRESH_SECONDS, STEP_SECONDS, WINDOW_SECONDS = 0.3, 5, 60
COUNTED_SECONDS = 10
REMEMBERED = 100


class ChannelNow(Out):
    """`a_minute`: messages of the last minute, as far as this was watched. `talk` counts what was ever said."""

    id: str
    name: str
    state: str
    present: int
    waiting: int
    talk: int
    a_minute: int
    trouble: list[str]


class RoomNow(Out):
    id: str
    name: str
    state: str
    members: int
    present: int
    waiting: int
    a_minute: int
    trouble: list[str]
    channels: list[ChannelNow]


class MinuteNow(Out):
    """`said` in the minute that begins at `at`, `present` at its end."""

    at: int
    said: int
    present: int


class OverviewNow(Out):
    """`at` is when it was so. `trouble` of a room or channel: flood, queue, archive_lag; all else that wants somebody
    stands in `troubles`."""

    at: int
    present: int
    waiting: int
    a_minute: int
    members: int
    alarms: int
    troubles: list[Trouble]
    minutes: list[MinuteNow]
    rooms: list[RoomNow]


class _Counted(NamedTuple):
    members: dict[str, int]
    alarms: int
    troubles: list[Trouble]


_recent: OrderedDict[tuple[str, str], tuple[float, OverviewNow]] = OrderedDict()
_counts: OrderedDict[tuple[str, str], tuple[float, _Counted]] = OrderedDict()
_talk: OrderedDict[tuple[str, str], list[tuple[float, dict[str, int]]]] = OrderedDict()


def shown(ask: Ask) -> OverviewNow:
    return now(ask)


def now(ask: Ask) -> OverviewNow:
    """One look serves everybody of the organization at this process for a while."""
    key = (ask.store.live.prefix, ask.organization)
    made, known = _recent.get(key, (0.0, None))
    if known is not None and time.monotonic() - made < FRESH_SECONDS:
        return known
    seen = _look(ask, key)
    _remember(_recent, key, (time.monotonic(), seen))
    return seen


def _look(ask: Ask, key: tuple[str, str]) -> OverviewNow:
    seen = overlooking.overview(ask.store, ask.organization)
    pulse.note(ask.store, ask.organization, seen)
    counted = _counted(ask, key, seen)
    before = _before(key, {channel: state.talk for channel, state in seen.states.items()})
    rooms = [_room(seen, before, room.id, room.name, room.state, counted.members.get(room.id, 0))
             for room in seen.rooms]
    rooms.sort(key=lambda room: (not room.trouble, -room.present))
    return OverviewNow(
        at=ask.store.clock.now(), present=sum(room.present for room in rooms),
        waiting=sum(room.waiting for room in rooms), a_minute=sum(room.a_minute for room in rooms),
        members=sum(room.members for room in rooms), alarms=counted.alarms, rooms=rooms,
        troubles=counted.troubles,
        minutes=[MinuteNow(**one._asdict()) for one in pulse.minutes(ask.store, ask.organization, seen)])


def _counted(ask: Ask, key: tuple[str, str], seen: Overview) -> _Counted:
    """Members by room, and what is wrong: looked for every ten seconds, as it is much and changes slowly."""
    counted, known = _counts.get(key, (0.0, None))
    if known is None or time.monotonic() - counted > COUNTED_SECONDS:
        members, open_ = ask.store.record.read(lambda c: (people.counts(c, ask.organization), alarms.count_open(c)))
        known = _Counted(members, open_, troubles.of(ask, list(seen.channels), open_))
        _remember(_counts, key, (time.monotonic(), known))
    return known


def _before(key: tuple[str, str], talk: dict[str, int]) -> dict[str, int]:
    """What had been said a minute ago, or as long ago as this process has watched."""
    now, known = time.monotonic(), _talk.get(key, [])
    if not known or now - known[-1][0] >= STEP_SECONDS:
        _remember(_talk, key, [*(one for one in known if now - one[0] <= WINDOW_SECONDS), (now, talk)])
    return known[0][1] if known else talk


def _room(seen: Overview, before: dict[str, int], room: str, name: str, state: str, members: int) -> RoomNow:
    inside = [_channel(seen, before, channel) for channel in seen.channels if channel.room == room]
    return RoomNow(
        id=room, name=name, state=state, members=members, present=sum(c.present for c in inside),
        waiting=sum(c.waiting for c in inside), a_minute=sum(c.a_minute for c in inside),
        trouble=sorted({word for c in inside for word in c.trouble}), channels=inside)


def _channel(seen: Overview, before: dict[str, int], channel: Channel) -> ChannelNow:
    state = seen.states.get(channel.id, NOTHING)
    a_minute = max(0, state.talk - before.get(channel.id, state.talk))
    signs = {"flood": a_minute > FLOOD, "queue": state.waiting > 0, "archive_lag": state.unarchived > LAGGING}
    return ChannelNow(id=channel.id, name=channel.name, state=channel.state, present=state.present,
                      waiting=state.waiting, talk=state.talk, a_minute=a_minute,
                      trouble=[word for word, there in signs.items() if there])


def _remember(known: OrderedDict[tuple[str, str], Any], key: tuple[str, str], value: Any) -> None:
    known[key] = value
    known.move_to_end(key)
    while len(known) > REMEMBERED:
        known.popitem(last=False)
