"""What the server says to a request; each carries its `id`."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import UNSET, Raw, UnsetType

from miniprogram.protocol.parts import Me, User


class Answer(msgspec.Struct, tag_field="op", tag=str.lower, kw_only=True, omit_defaults=True, gc=False):
    """Carries the `id` of the request."""

    id: int


class State(msgspec.Struct, kw_only=True):
    """How a channel stands for the one who entered it."""

    channel: str
    epoch: str
    tip: int
    read: int
    unread: int
    mentions: int
    present: int
    entered_at: int
    me: Me
    rules: dict[str, Any]
    entered: bool = True


class NotEntered(msgspec.Struct):
    """A channel of `resume` that could not be entered again."""

    channel: str
    refused: str


class Waiting(msgspec.Struct):
    """A channel of `resume` in whose queue one stands."""

    channel: str
    ticket: str
    place: int
    length: int


class Welcome(Answer):
    """Answers `hello`. Missed entries follow as ordinary frames."""

    user: User
    now: int
    heartbeat_seconds: int
    channels: list[State | NotEntered | Waiting]


class Entered(Answer):
    """Answers `enter`: the latest entries, or those after `since`."""

    channel: str
    epoch: str
    tip: int
    read: int
    unread: int
    mentions: int
    present: int
    entered_at: int
    me: Me
    rules: dict[str, Any]
    messages: list[Raw]
    complete: bool


class Queued(Answer):
    """Answers `enter` where no seat is free: `place` 1 is next. `queue` tells of changes, `seat` when one is free."""

    channel: str
    ticket: str
    place: int
    length: int


class Left(Answer):
    channel: str


class Said(Answer):
    """The message has its number and is in the log."""

    channel: str
    client_id: str
    epoch: str
    seq: int
    at: int


class Held(Answer):
    """The message waits for a review: no number yet. Later it comes as an entry like any other, or as `rejected`."""

    channel: str
    client_id: str


class Done(Answer):
    pass


class Page(Answer, tag="history"):
    channel: str
    messages: list[Raw]
    more: bool


class Pong(Answer):
    pass


class Refuse(msgspec.Struct, tag_field="op", tag="refused", kw_only=True, omit_defaults=True):
    """Nothing was changed. `temporary` tells whether the same request may succeed later."""

    id: int | UnsetType = UNSET
    code: str
    message: str
    temporary: bool = msgspec.field()
    retry_after_seconds: int | UnsetType = UNSET


ANSWERS: tuple[type[msgspec.Struct], ...] = (Welcome, Entered, Queued, Left, Said, Held, Done, Page, Pong, Refuse)
INSIDE_ANSWERS: tuple[type[msgspec.Struct], ...] = (State, NotEntered, Waiting)
