"""Names of organizations, rooms, channels and people: one clean spelling to show, one key to compare."""

from __future__ import annotations

import unicodedata
from typing import NamedTuple

from rooms.errors import Code, Refused

LONGEST = 32
LONGEST_OF_A_PERSON = 20


class Name(NamedTuple):
    """Two names with the same key are the same name: width, case and spaces do not count."""

    shown: str
    key: str


def name(text: str, longest: int = LONGEST) -> Name:
    """Raises Refused: bad_frame for a name with nothing to see, too_long."""
    clean = shown(text)
    key = _key(clean)
    if not key:
        raise Refused(Code.BAD_FRAME, "a name needs a letter or a digit")
    if len(clean) > longest or len(key) > 2 * LONGEST:
        raise Refused(Code.TOO_LONG, f"a name has at most {longest} characters")
    return Name(clean, key)


def shown(text: str) -> str:
    """On one line, without what cannot be seen."""
    return " ".join(_visible(unicodedata.normalize("NFC", text)).split())


def key(text: str) -> str:
    """For look-ups: what `name` would compare; empty for what is no name."""
    return _key(text[:4 * LONGEST])


def _key(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", _visible(text)).casefold() if not c.isspace())


def _visible(text: str) -> str:
    """Without what cannot be seen and changes how the rest is shown: control, format, private and lone halves."""
    return "".join(c if unicodedata.category(c)[0] != "C" else " " if c in "\t\r\n" else "" for c in text)
