"""What a client says."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from miniprogram.protocol.parts import (
    EXACT,
    HISTORY_LIMIT,
    WATCH_LIMIT,
    AnyBody,
    Channel,
    ClientId,
    Epoch,
    Id,
    MessageType,
    Place,
    Reason,
    Room,
    Seconds,
    Seq,
    Text,
    Time,
    UserId,
)


class Request(msgspec.Struct, tag_field="op", tag=str.lower, forbid_unknown_fields=True, kw_only=True, gc=False):
    id: Id


class Somewhere(Request, kw_only=True):
    """In one channel, or in a whole room: one of the two is named."""

    channel: Channel | UnsetType = UNSET
    room: Room | UnsetType = UNSET

    @property
    def place(self) -> str:
        return self.room if isinstance(self.room, str) else self.channel if isinstance(self.channel, str) else ""


class Hello(Request):
    """The first frame. `resume` enters channels again and asks for what was missed since."""

    token: Annotated[str, Meta(max_length=2048)]
    client: Annotated[str, Meta(max_length=64)] | UnsetType = UNSET
    resume: dict[Channel, Place] | UnsetType = UNSET


class Enter(Request):
    """Answered by `entered`, or by `queued` where no seat is free. `ticket` shows the place in the queue."""

    channel: Channel
    password: Annotated[str, Meta(max_length=128)] | UnsetType = UNSET
    ticket: Annotated[str, Meta(max_length=64)] | UnsetType = UNSET
    since: Place | UnsetType = UNSET


class Leave(Request):
    """Gives up the seat, or the place in the queue."""

    channel: Channel


class Say(Request):
    channel: Channel
    client_id: ClientId
    type: MessageType
    body: AnyBody
    reply_to: Seq | UnsetType = UNSET
    epoch: Epoch | UnsetType = UNSET


class Forward(Request):
    """Says in `channel` what the message `seq` of `source` says. Answered as `say`; `epoch` is of `source`."""

    channel: Channel
    client_id: ClientId
    source: Channel
    seq: Seq
    epoch: Epoch | UnsetType = UNSET


class Read(Request):
    channel: Channel
    seq: Seq
    epoch: Epoch | UnsetType = UNSET


class History(Request):
    """One page of entries, ascending; the newest without `before` and `after`."""

    channel: Channel
    before: Seq | UnsetType = UNSET
    after: Annotated[int, Meta(ge=0, le=EXACT)] | UnsetType = UNSET
    limit: Annotated[int, Meta(ge=1, le=HISTORY_LIMIT)] = 50
    epoch: Epoch | UnsetType = UNSET


class Recall(Request):
    """Takes words back: one's own within two minutes, moderators always."""

    channel: Channel
    seq: Seq
    epoch: Epoch | UnsetType = UNSET
    reason: Reason | UnsetType = UNSET


class Edit(Request):
    """Other words for one's own text, within five minutes."""

    channel: Channel
    seq: Seq
    body: Text
    epoch: Epoch | UnsetType = UNSET


class React(Request):
    """One emoji under a message, or away from it."""

    channel: Channel
    seq: Seq
    emoji: Annotated[str, Meta(min_length=1, max_length=8)]
    on: bool
    epoch: Epoch | UnsetType = UNSET


class Mute(Somewhere, kw_only=True):
    """Without `seconds` until unmuted. For moderators, as are those that follow."""

    user: UserId
    seconds: Seconds | UnsetType = UNSET
    reason: Reason | UnsetType = UNSET


class Unmute(Somewhere, kw_only=True):
    user: UserId
    reason: Reason | UnsetType = UNSET


class Kick(Somewhere, kw_only=True):
    """Puts somebody out; they may come back. Out of a room, their membership ends too."""

    user: UserId
    reason: Reason | UnsetType = UNSET


class Ban(Somewhere, kw_only=True):
    """Puts somebody out and keeps them out; without `seconds` until pardoned."""

    user: UserId
    seconds: Seconds | UnsetType = UNSET
    reason: Reason | UnsetType = UNSET


class Pardon(Somewhere, kw_only=True):
    user: UserId
    reason: Reason | UnsetType = UNSET


class Pin(Request):
    """Holds an entry up, or takes it down; at most ten in a channel."""

    channel: Channel
    seq: Seq
    on: bool
    epoch: Epoch | UnsetType = UNSET


class Announce(Somewhere, kw_only=True):
    text: Annotated[str, Meta(min_length=1, max_length=2000)]


class Rules(Request):
    """Changes what the channel holds people to; what is not named stays."""

    channel: Channel
    muted_all: bool | UnsetType = UNSET
    slow_seconds: int | UnsetType = UNSET
    capacity: int | UnsetType = UNSET
    queue_most: int | UnsetType = UNSET
    fold_seconds: int | UnsetType = UNSET
    guard_count: int | UnsetType = UNSET
    guard_seconds: int | UnsetType = UNSET
    shed_per_second: int | UnsetType = UNSET
    see: str | UnsetType = UNSET
    enter: str | UnsetType = UNSET
    post: str | UnsetType = UNSET

    def changed(self) -> dict[str, int | bool | str]:
        given = ((name, getattr(self, name)) for name in self.__struct_fields__ if name not in ("id", "channel"))
        return {name: value for name, value in given if value is not UNSET}


class Report(Request):
    """Asks those who keep order to look at a message."""

    channel: Channel
    seq: Seq
    epoch: Epoch | UnsetType = UNSET
    reason: Reason | UnsetType = UNSET


class Quiet(Somewhere, kw_only=True):
    """Do not disturb, for oneself; without `until` open-ended."""

    on: bool
    until: Time | UnsetType = UNSET


class Watch(Request):
    """Only `tip` of these, without being present; replaces the last watch."""

    channels: Annotated[list[Channel], Meta(max_length=WATCH_LIMIT)]


class Typing(msgspec.Struct, tag_field="op", tag="typing", forbid_unknown_fields=True, gc=False):
    """One writes something. Gets no answer."""

    channel: Channel


class Ping(Request):
    pass


AnyRequest = (Hello | Enter | Leave | Say | Forward | Read | History | Recall | Edit | React | Mute | Unmute | Kick
              | Ban | Pardon | Pin | Announce | Rules | Report | Quiet | Watch | Typing | Ping)
REQUESTS: tuple[type[msgspec.Struct], ...] = (
    Hello, Enter, Leave, Say, Forward, Read, History, Recall, Edit, React, Mute, Unmute, Kick, Ban, Pardon, Pin,
    Announce, Rules, Report, Quiet, Watch, Typing, Ping)

LATER_OPS = frozenset[str]()
"""Named by the contract and not built yet: refused as `unavailable`, for good as far as this server goes."""
