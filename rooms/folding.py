"""Text as the eye reads it: what is written in another way to escape a list of words becomes the same letters.

Every character is folded on its own, so that a place in the folded text leads back to the character it came from:
compatibility forms, width, case and accents (NFKD), traditional characters, letters of other scripts that look Latin,
enclosed letters. What is no letter and no digit folds to nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from itertools import count, groupby
from typing import Any

REMEMBERED = 40_000
"""Characters whose folding is kept; there are a million that a hostile text could ask for."""

_ALIKE = {
    "авеёкмнорстухіјѕѵԁԛԝҽһ": "abeekmhopctyxijsvdqweh",  # Cyrillic
    "αβγεηικνορτυχωϲ": "abyenikvoptuxwc",  # Greek
    "օսոցհ": "oungh",  # Armenian
    "ƒıłøđðħŧɑɡʏʀɴʙʜʟɪᴀᴄᴅᴇᴊᴋᴍᴏᴘᴛᴜᴠᴡᴢ": "filoddhtagyrnbhliacdejkmoptuvwz",  # Latin beyond Latin
    "囗曰": "口日",
}
ALIKE = {ord(one): other for those, others in _ALIKE.items() for one, other in zip(those, others, strict=True)}

ENCLOSED = {first + step: chr(ord("a") + step) for first in (0x1F130, 0x1F150, 0x1F170, 0x1F1E6) for step in range(26)}
"""Squared, negative circled, negative squared, regional indicators: NFKC leaves most of them alone."""

_KEPT = frozenset("LN")


class _Folding(dict[str, str]):
    """character → what it folds to; filled as characters are met."""

    def __missing__(self, character: str) -> str:
        if len(self) >= REMEMBERED:
            self.clear()
        folded = self[character] = _fold(character)
        return folded


_FOLDED = _Folding()


def fold(text: str) -> str:
    """What is plain already stays where it is, and costs nanoseconds; only the rest is looked up by character."""
    return _unusual().sub(_folded, _BETWEEN.sub("", text))


def fold_one(character: str) -> str:
    return _FOLDED[character]


def places(text: str) -> list[int]:
    """For each character of the folded text the place in `text` that it came from."""
    return [place for place, character in enumerate(text) for _ in _FOLDED[character]]


def is_invisible(character: str) -> bool:
    """Zero-width and combining characters: nobody sees a gap where one stands."""
    return unicodedata.category(character) in ("Cf", "Mn", "Me", "Cc") and character not in "\n\r\t"


_BETWEEN = re.compile(r"[\s!-/:-@\[-`{-~，。、！？；：…“”‘’「」『』（）《》\u200b-\u200d\u2060\ufeff]+")
"""What often stands between letters, and folds to nothing."""


def _folded(unusual: re.Match[str]) -> str:
    return _FOLDED[unusual[0]]


@cache
def _unusual() -> re.Pattern[str]:
    """Whatever folds to something else than itself. To make it takes some 30 ms, once."""
    han = "".join(map(chr, range(0x4E00, 0xA000)))
    simple = _converter().convert("\n".join(han)).split("\n")
    plain = [ord(one) for one, other in zip(han, simple, strict=True)
             if one == other and ord(one) not in ALIKE and unicodedata.category(one)[0] in _KEPT]
    place = count()
    rows = [list(row) for _, row in groupby(plain, lambda code: code - next(place))]
    return re.compile(f"[^a-z0-9{''.join(f'{chr(row[0])}-{chr(row[-1])}' for row in rows)}]")


def _fold(character: str) -> str:
    enclosed = ENCLOSED.get(ord(character))
    if enclosed:
        return enclosed
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", character).casefold())
    return "".join(_letters(plain))


def _letters(plain: str) -> Iterable[str]:
    for one in plain:
        if unicodedata.category(one)[0] in _KEPT:
            alike = one.translate(ALIKE)
            yield _converter().convert(alike) if _is_han(alike) else alike


def _is_han(character: str) -> bool:
    return character >= "\u3400" and unicodedata.name(character, "").startswith("CJK")


@cache
def _converter() -> Any:
    """Traditional to simplified; its dictionaries take some 20 ms to load, so nobody pays who needs none."""
    import opencc

    return opencc.OpenCC("t2s")
