"""The verbs as Lua. Each script is the prelude followed by one file, and is known to the servers by its digest."""

from __future__ import annotations

import hashlib
from importlib.resources import files
from typing import NamedTuple


class Script(NamedTuple):
    name: str
    source: bytes
    digest: str
    repeatable: bool
    """Whether running it twice has the effect of once, so that a lost answer may be asked for again."""
    common: int = 0
    """How many of its first arguments calls have in common that go to Redis as one: the keys are the same, the rest of
    each one's arguments follows, and there is one answer for each. 0 where every call goes alone."""


def _load(name: str, repeatable: bool = True, common: int = 0) -> Script:
    folder = files(__package__)
    source = (folder / "prelude.lua").read_bytes() + (folder / f"{name}.lua").read_bytes()
    return Script(name, source, hashlib.sha1(source, usedforsecurity=False).hexdigest(), repeatable, common)


POST = _load("post", common=6)
RELEASE = _load("release")
ENTER = _load("enter")
LEAVE = _load("leave")
LAPSE = _load("lapse")
KEEP = _load("keep")
READ = _load("read")
JOIN = _load("join")
PART = _load("part")
PLACE = _load("place")
OWED = _load("owed")
TRIM = _load("trim")
ACT = _load("act", repeatable=False)
FREE = _load("free")
SANCTION = _load("sanction")
CALL = _load("call", repeatable=False)
HUSH = _load("hush")
SHARE = _load("share", repeatable=False)
OPEN_ROOM = _load("open_room")
OPEN_CHANNEL = _load("open_channel")
DELETE_IF = _load("delete_if")
CLAIM = _load("claim")
STAND = _load("stand")
ABSORB = _load("absorb")
EDIT = _load("edit", repeatable=False)
REACT = _load("react")
KEEP_CODE = _load("keep_code")
GUESS = _load("guess", repeatable=False)

ALL = (POST, RELEASE, ENTER, LEAVE, LAPSE, KEEP, READ, JOIN, PART, PLACE, OWED, TRIM, ACT, FREE, SANCTION, OPEN_ROOM,
       OPEN_CHANNEL, DELETE_IF, CLAIM, STAND, ABSORB, EDIT, REACT, KEEP_CODE, GUESS, CALL, HUSH, SHARE)
