"""What Redis is rebuilt from: a room as the record knows it, and the beginning of a new end of a log."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, update

from rooms.errors import Code, Refused
from rooms.record import (
    allowed,
    channels,
    cursors,
    epochs,
    free,
    marks,
    members,
    mentions,
    outside,
    quiet,
    reactions,
    reads,
    rooms,
    rules,
    sanctions,
    standings,
    tables,
)
from rooms.record.allowed import Allowed
from rooms.record.channels import Channel
from rooms.record.cursors import Cursor
from rooms.record.epochs import Epoch
from rooms.record.members import Member
from rooms.record.mentions import Mention
from rooms.record.quiet import Quiet
from rooms.record.reads import Read
from rooms.record.rooms import Room
from rooms.record.sanctions import Sanction
from rooms.record.standings import Standing

NEWEST = 10_000
"""Entries of a channel whose mentions and reactions Redis knows."""


class ChannelSnapshot(NamedTuple):
    """`tip` and `talk` are the record's; `epochs` is empty for a log that was never opened; `pair` are the two members
    of a channel of two, with a space between."""

    id: str
    name: str
    state: str
    capacity: int
    slow_seconds: int
    epoch: str
    tip: int
    talk: int
    epochs: Sequence[Epoch]
    reads: Sequence[Read]
    cursors: Sequence[Cursor]
    rules: Mapping[str, str]
    recalled: Sequence[int]
    edited: Mapping[int, int]
    mentions: Sequence[Mention]
    reactions: Mapping[tuple[int, str], Sequence[str]]
    pins: Sequence[int]
    outside: Mapping[str, int]
    allowed: Sequence[Allowed]
    pair: str = ""


class RoomSnapshot(NamedTuple):
    room: Room
    members: Sequence[Member]
    channels: Sequence[ChannelSnapshot]
    sanctions: Sequence[Sanction]
    free: Sequence[str]
    wide: Sequence[Standing]
    quiet: Sequence[Quiet]
    twos: Sequence[Channel]
    """Channels of two members each, which are looked at one by one where Redis does not have them as they are here."""
    pairs: Mapping[str, str]
    """channel → its two members, with a space between."""


def snapshot(connection: Connection, room: str) -> RoomSnapshot | None:
    """None when there is no such room."""
    found = rooms.one(connection, room)
    if found is None:
        return None
    inside = [_channel(connection, channel) for channel in channels.of_room(connection, room)]
    twos = channels.direct_in(connection, room)
    return RoomSnapshot(found, members.of_room(connection, room), inside,
                        sanctions.of_room(connection, found.organization, room), free.of_room(connection, room),
                        standings.wide(connection, found.organization),
                        quiet.at(connection, [room, *(one.id for one in inside), *(two.id for two in twos)]), twos,
                        allowed.pairs(connection, room))


def open_epoch(connection: Connection, channel: str, after_seq: int) -> Epoch:
    """Records that a new end of the log begins above `after_seq`; the first of a channel is e1 and begins above 0.

    From the commit on, no archive of an older epoch is accepted, and read positions above `after_seq` are cut back
    to it. Raises Refused: `not_found`; `unavailable` when the record holds more than `after_seq` by now, so that
    whoever asks was looking at an old snapshot and must look again.
    """
    now = channels.locked(connection, channel)
    if now is None:
        raise Refused(Code.NOT_FOUND)
    if now.archived_seq > after_seq:
        raise Refused(Code.UNAVAILABLE, "the record has moved on meanwhile", retry_after_ms=100)
    known = epochs.of_channel(connection, channel)
    opened = epochs.new(known[-1].number + 1 if known else 1, after_seq, int(time.time() * 1000))
    epochs.add(connection, channel, opened)
    connection.execute(update(tables.channels).where(tables.channels.c.id == channel).values(epoch=opened.epoch))
    reads.cut(connection, channel, after_seq, now.talk)
    return opened


def channel_snapshot(connection: Connection, channel: str) -> ChannelSnapshot | None:
    found = channels.one(connection, channel)
    return None if found is None else _channel(connection, found)


def _channel(connection: Connection, channel: Channel) -> ChannelSnapshot:
    listed = allowed.of_channel(connection, channel.id)
    return ChannelSnapshot(
        channel.id, channel.name, channel.state, channel.capacity, channel.slow_seconds, channel.epoch,
        channel.archived_seq, channel.talk, epochs.of_channel(connection, channel.id),
        reads.of_channel(connection, channel.id), cursors.of_channel(connection, channel.id),
        rules.of_channel(connection, channel.id), marks.recalled(connection, channel.id),
        marks.edited(connection, channel.id),
        mentions.above(connection, channel.id, channel.archived_seq - NEWEST, channel.archived_seq),
        reactions.above(connection, channel.id, channel.archived_seq - NEWEST),
        marks.pinned(connection, channel.id), outside.of_channel(connection, channel.id),
        listed, " ".join(one.user for one in listed if one.right == "see") if channel.direct else "")
