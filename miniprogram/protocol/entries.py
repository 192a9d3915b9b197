"""What is numbered and kept. The bytes of an entry are made once, where it is posted; here is only their shape."""

from __future__ import annotations

import msgspec
from msgspec import UNSET, UnsetType

from miniprogram.protocol.parts import AnyBody, Author, Forwarded, MessageType, Text


class Entry(msgspec.Struct, tag_field="op", tag=str.lower, kw_only=True):
    """Numbered and kept."""

    channel: str
    epoch: str
    seq: int
    at: int


class Message(Entry, kw_only=True):
    """Somebody said something. With `repeat_of` it is the same as that entry, and has no body. `mentions` are the users
    it names, `*` is everybody. `forwarded`: its author says again what somebody said elsewhere. `hidden`: one does not
    want to read its author, and its body is left out. What follows stands only in history, on entering and on resuming:
    how it stands now."""

    by: Author = msgspec.field(name="from")
    type: MessageType
    body: AnyBody | UnsetType = UNSET
    client_id: str
    reply_to: int | UnsetType = UNSET
    forwarded: Forwarded | UnsetType = UNSET
    repeat_of: int | UnsetType = UNSET
    mentions: list[str] | UnsetType = UNSET
    recalled: bool | UnsetType = UNSET
    hidden: bool | UnsetType = UNSET
    edited_at: int | UnsetType = UNSET
    reactions: dict[str, int] | UnsetType = UNSET
    pinned: bool | UnsetType = UNSET


class Announced(Entry):
    text: str
    by: Author


class Recalled(Entry):
    """The entry `of` was taken back: show no more of it."""

    of: int
    by: Author


class Edited(Entry):
    """The author of the message `of` says it in other words."""

    of: int
    body: Text
    by: Author


class Pinned(Entry):
    of: int
    on: bool
    by: Author


class Muted(Entry, kw_only=True):
    """Nobody hears `user` until then; without `until` there is no end."""

    user: str
    until: int | UnsetType = UNSET
    reason: str
    by: Author


class Unmuted(Entry):
    user: str
    reason: str
    by: Author


class Kicked(Entry):
    """`user` was put out and hears nothing above this entry until they enter again."""

    user: str
    reason: str
    by: Author


class Banned(Entry, kw_only=True):
    """`user` was put out and stays out until then; without `until` there is no end."""

    user: str
    until: int | UnsetType = UNSET
    reason: str
    by: Author


class Pardoned(Entry):
    user: str
    reason: str
    by: Author


class RulesChanged(Entry, tag="rules", kw_only=True):
    """What the channel holds people to from here on; only what was changed is named."""

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
    by: Author


ENTRIES: tuple[type[Entry], ...] = (
    Message, Announced, Recalled, Edited, Pinned, Muted, Unmuted, Kicked, Banned, Pardoned, RulesChanged)
