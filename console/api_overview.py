"""`/overview`: everything at a glance, those rooms first that want somebody's attention."""

from __future__ import annotations

from console.asking import Ask, Out
from rooms import overlooking
from rooms.overlooking import NOTHING, Overview
from rooms.record import alarms, people
from rooms.record.channels import Channel

LAGGING = 1_000
"""Entries of a channel that wait for the archive: more than this is trouble."""


class ChannelNow(Out):
    """`talk` counts what was ever said in it."""

    id: str
    name: str
    state: str
    present: int
    waiting: int
    talk: int
    trouble: list[str]


class RoomNow(Out):
    id: str
    name: str
    state: str
    members: int
    present: int
    waiting: int
    trouble: list[str]
    channels: list[ChannelNow]


class OverviewNow(Out):
    """`at` is when it was so. `trouble` of a room or channel: queue, archive_lag."""

    at: int
    present: int
    waiting: int
    talk: int
    members: int
    alarms: int
    rooms: list[RoomNow]


def shown(ask: Ask) -> OverviewNow:
    return now(ask)


def now(ask: Ask) -> OverviewNow:
    seen = overlooking.overview(ask.store, ask.organization)
    members, alarming = ask.store.record.read(lambda c: (
        people.counts(c, ask.organization), alarms.count_open(c)))
    rooms = [_room(seen, room.id, room.name, room.state, members.get(room.id, 0)) for room in seen.rooms]
    rooms.sort(key=lambda room: (not room.trouble, -room.present))
    return OverviewNow(
        at=ask.store.clock.now(), present=sum(room.present for room in rooms),
        waiting=sum(room.waiting for room in rooms), talk=sum(c.talk for room in rooms for c in room.channels),
        members=sum(room.members for room in rooms), alarms=alarming, rooms=rooms)


def _room(seen: Overview, room: str, name: str, state: str, members: int) -> RoomNow:
    inside = [_channel(seen, channel) for channel in seen.channels if channel.room == room]
    return RoomNow(
        id=room, name=name, state=state, members=members, present=sum(c.present for c in inside),
        waiting=sum(c.waiting for c in inside), trouble=sorted({word for c in inside for word in c.trouble}),
        channels=inside)


def _channel(seen: Overview, channel: Channel) -> ChannelNow:
    state = seen.states.get(channel.id, NOTHING)
    trouble = [word for word, there in (("queue", state.waiting > 0), ("archive_lag", state.unarchived > LAGGING))
               if there]
    return ChannelNow(id=channel.id, name=channel.name, state=channel.state, present=state.present,
                      waiting=state.waiting, talk=state.talk, trouble=trouble)
