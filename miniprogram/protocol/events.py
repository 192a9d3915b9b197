"""What passes, and is not kept."""

from __future__ import annotations

from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from miniprogram.protocol.parts import Gone, Named, Place


class Event(msgspec.Struct, tag_field="op", tag=str.lower, kw_only=True, omit_defaults=True):
    """Passes, and is not kept."""


class Present(Event):
    """Who is there changed. Names only while fewer than 50 are present."""

    channel: str
    count: int
    joined: list[Named] | UnsetType = UNSET
    left: list[Gone] | UnsetType = UNSET


class ReadBy(Event, tag="read"):
    channel: str
    user: str
    seq: int


class Writing(Event, tag="typing"):
    """Who writes something at this moment; at most once a second, and ten of them."""

    channel: str
    users: list[Named]


class Tip(Event):
    """How far a watched channel is; at most once a second."""

    channel: str
    seq: int
    unread: int
    mentions: int


class Reacted(Event):
    """What stands under a message now."""

    channel: str
    seq: int
    counts: dict[str, int]


class Progress(Event):
    """How far a voice or a video is that was said here: `working`, `ready` or `failed`."""

    channel: str
    media: str
    state: str
    percent: int


class Queue(Event):
    """One's place in the queue changed; at most once in two seconds."""

    channel: str
    place: int
    length: int


class Seat(Event):
    """A seat is free for who waited: `enter` with the ticket before `hold_seconds` are over."""

    channel: str
    ticket: str
    hold_seconds: int


class Parted(Event):
    """One is in this channel no more, and no entry says so: one left its room by another way, or the seat was lost and
    is taken. `enter` asks for one again."""

    channel: str


class Rejected(Event):
    """A message of one's own that was held was not let through."""

    channel: str
    client_id: str
    reason: str


class Gap(Event):
    """Entries were left out here: ask for history after this position."""

    channel: str
    after: Place


class Forked(Event):
    """Entries of an older epoch above `seq` were lost: drop them."""

    channel: str
    epoch: str
    seq: int


class Bye(Event):
    """This process ends: come back after `reconnect_after_ms`, another one answers."""

    reason: Literal["draining"]
    reconnect_after_ms: int


EVENTS: tuple[type[msgspec.Struct], ...] = (
    Present, ReadBy, Writing, Reacted, Progress, Tip, Queue, Seat, Parted, Rejected, Gap, Forked, Bye)
