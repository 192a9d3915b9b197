"""What can happen. Entries are numbered and kept; everything else passes.

An entry's wire form (JSON bytes as the protocol defines it) is built once, when it is posted, and travels unchanged
through the log, the feed and the sockets. `Entry.parse` reads it for those who need to look inside: the follower's
digest and the archive.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, NamedTuple

import msgspec


class Door(StrEnum):
    MINIPROGRAM = "miniprogram"
    WECHAT = "wechat"
    CONSOLE = "console"


class Position(NamedTuple):
    """A place in a channel's log: `seq` counts without holes; `epoch` tells which end of the log is meant."""

    epoch: str
    seq: int

    @classmethod
    def parse(cls, text: bytes) -> Position:
        """From "epoch seq", as Redis keeps it."""
        epoch, _, seq = text.decode().partition(" ")
        return cls(epoch, int(seq))


class Person(NamedTuple):
    """Somebody acting through a door, in one organization."""

    id: str
    organization: str
    name: str
    door: Door
    avatar: str = ""


class Logged(NamedTuple):
    """An entry as it lies in the log: its number, its operation, and its wire form."""

    seq: int
    epoch: str
    op: str
    frame: bytes


class Author(msgspec.Struct, frozen=True):
    id: str
    name: str
    door: str = "miniprogram"


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """An entry read back from its wire form. Unknown keys are kept out, so that older code reads newer logs."""

    op: str
    channel: str
    epoch: str
    seq: int
    at: int
    author: Author | None = msgspec.field(name="from", default=None)
    type: str = ""
    body: dict[str, Any] | None = None
    client_id: str = ""
    reply_to: int | None = None
    text: str = ""
    of: int | None = None
    mentions: tuple[str, ...] = ()
    forwarded: dict[str, Any] | None = None

    @staticmethod
    def parse(frame: bytes) -> Entry:
        return _decoder.decode(frame)


_decoder = msgspec.json.Decoder(Entry)

COUNTED = frozenset({"message", "announced"})
"""Operations that make a channel unread."""

PUTS_OUT = frozenset({"kicked", "banned"})
"""Operations after which somebody hears nothing more until they are let in again."""

CHATTER = frozenset({"message"})
"""Operations for which a `gap` may stand where a reader is too slow; all others are sent, or the connection closed."""
