"""What frames of every kind are made of: limits, and the small things that lie inside others."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from rooms import drafts
from rooms.drafts import Text

SUBPROTOCOL = "teahouse.v1"
HEARTBEAT_SECONDS = 25
TEXT_LIMIT = 2000
FRAME_LIMIT = 256 * 1024
"""Bytes of a server's frame."""
HISTORY_LIMIT = 200
WATCH_LIMIT = 100

EXACT = 2**53
"""Integers up to here survive JavaScript."""
Id = Annotated[int, Meta(ge=-EXACT, le=EXACT)]
Seq = Annotated[int, Meta(ge=1, le=EXACT)]
Seconds = Annotated[int, Meta(ge=1, le=EXACT)]
Time = Annotated[int, Meta(ge=0, le=EXACT)]
Channel = Annotated[str, Meta(max_length=64)]
Room = Annotated[str, Meta(max_length=64)]
UserId = Annotated[str, Meta(max_length=64)]
Reason = Annotated[str, Meta(max_length=200)]
Epoch = Annotated[str, Meta(min_length=1, max_length=64)]
ClientId = Annotated[str, Meta(pattern=r"\A[!-~]{1,64}\Z")]
MessageType = Literal["text", "image", "voice", "video", "file", "location", "link"]
AnyBody = Annotated[dict[str, Any], Meta(extra={"called": "Body"})]
"""In the shape of its type; the core judges it (`rooms/drafts.py`)."""


__all__ = ["Text"]


class Close:
    """Why a socket was closed, beyond the codes of RFC 6455."""

    NOT_AN_OBJECT: ClassVar[int] = 4000
    NO_HELLO: ClassVar[int] = 4001
    EXPIRED: ClassVar[int] = 4002
    SIGNED_OUT: ClassVar[int] = 4003
    TOO_SLOW: ClassVar[int] = 4008
    REPLACED: ClassVar[int] = 4009
    NO_HEARTBEAT: ClassVar[int] = 4010
    DRAINING: ClassVar[int] = 4013


class Place(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A position in a channel's log."""

    epoch: Epoch
    seq: Annotated[int, Meta(ge=0, le=EXACT)]


class User(msgspec.Struct):
    id: str
    name: str
    avatar: str


class Me(msgspec.Struct):
    """`muted_until` and `quiet` are times; 0 is without an end, null not at all."""

    role: str
    muted_until: int | None
    quiet: int | None


class Author(msgspec.Struct, frozen=True):
    id: str
    name: str
    door: Literal["miniprogram", "wechat", "console"]


class Named(msgspec.Struct, frozen=True):
    id: str
    name: str


class Forwarded(msgspec.Struct, frozen=True):
    """When it was first said, and where it was said in the same room."""

    at: int
    channel: str | UnsetType = UNSET
    seq: int | UnsetType = UNSET


class Gone(msgspec.Struct, frozen=True):
    id: str


BODIES: tuple[type[msgspec.Struct], ...] = tuple(drafts.TYPES.values())
PARTS: tuple[type[msgspec.Struct], ...] = (Place, *BODIES, User, Me, Author, Named, Forwarded, Gone)
