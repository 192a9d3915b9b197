"""Opaque ids with a prefix. A channel's id carries its room's token, so that a channel's keys are found without a
look-up: the room of `c_4f7k2m9qxz01ab` is `r_4f7k2m9qxz`. Clients must not rely on that.
"""

from __future__ import annotations

import re
import secrets

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
TOKEN, SUFFIX = 10, 4
_ROOM = re.compile(rf"r_[{ALPHABET}]{{{TOKEN}}}")
_CHANNEL = re.compile(rf"c_[{ALPHABET}]{{{TOKEN + SUFFIX}}}")


def new(prefix: str) -> str:
    """A fresh id such as `u_…`: 60 random bits for what is looked up inside an organization."""
    length = TOKEN if prefix == "r" else TOKEN + 2
    return f"{prefix}_{_token(length)}"


def new_channel(room: str) -> str:
    return f"c_{room[2:]}{_token(SUFFIX)}"


def is_room(text: str) -> bool:
    return _ROOM.fullmatch(text) is not None


def is_channel(text: str) -> bool:
    """Strict, because ids become Redis keys: nothing with a brace, colon, star or newline passes."""
    return _CHANNEL.fullmatch(text) is not None


def room_of(channel: str) -> str:
    """The room that a well-formed channel id belongs to."""
    return f"r_{channel[2:2 + TOKEN]}"


def _token(length: int) -> str:
    return "".join(ALPHABET[byte & 31] for byte in secrets.token_bytes(length))
