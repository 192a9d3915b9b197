"""Finding the words of lists in a text, however they are dressed up.

The automata (Aho–Corasick) take time that grows with the text and not with the words. They are made of 35,000 words at
a time: one of a hundred thousand would be quicker by some microseconds, but nothing else could run for half a second
while it is made. They read UTF-16, in which most characters are two steps and not three, and each holds words that
begin alike, so that a text is deep inside one of them at a time. `docs/decisions/0071` has the figures.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from ahocorasick_rs import BytesAhoCorasick

from rooms.folding import ALIKE, fold, fold_one, is_invisible, places
from rooms.splitting import split_forms

LONGEST_WORD = 64
TOGETHER = 35_000
"""Words of one automaton: some 60 ms to make, a microsecond to run over a short message."""

MOST_FOUND = 1_000
"""Matches that are looked at in one text."""

OPEN_LEFT, OPEN_RIGHT, SPACED = 1, 2, 4


class Found(NamedTuple):
    """`word` as the list has it; the text's characters from `start` up to `end`, whatever was put between them."""

    list: int
    word: str
    start: int
    end: int


class _Entry(NamedTuple):
    list: int
    word: str
    flags: int


class Matcher:
    """The words of several lists, each given as (number of the list, its words)."""

    def __init__(self, lists: Iterable[tuple[int, Iterable[str]]]) -> None:
        self._entries: dict[str, tuple[_Entry, ...]] = {}
        for number, words in lists:
            for word in words:
                self._add(number, word)
        forms = sorted(self._entries)
        self._automata = [automaton(forms[first:first + TOGETHER]) for first in range(0, len(forms), TOGETHER)]

    def __len__(self) -> int:
        return len(self._entries)

    def find(self, text: str) -> list[Found]:
        """Every match, in no order, each once; at most `MOST_FOUND`."""
        if not self._entries:
            return []
        found: dict[Found, None] = {}
        for variant in _variants(text):
            folded = fold(variant)
            where: list[int] = []
            for start, end in self._candidates(folded):
                where = where or places(variant)
                self._judge(variant, folded, where, start, end, found)
                if len(found) >= MOST_FOUND:
                    return list(found)
        return list(found)

    def _add(self, number: int, word: str) -> None:
        shape = shape_of(word)
        if shape is None:
            return
        entry = _Entry(number, word, shape.flags)
        for form in (shape.folded, *split_forms(shape.folded)):
            known = self._entries.get(form)
            self._entries[form] = (entry,) if known is None else (*known, entry)

    def _candidates(self, folded: str) -> Iterator[tuple[int, int]]:
        """Where a word's letters stand in a row. What begins amid a character is none."""
        units = _units(folded)
        for one in self._automata:
            for _, start, end in one.find_matches_as_indexes(units, overlapping=True):
                if start % 2 == 0:
                    place = _length(units[:start])
                    yield place, place + _length(units[start:end])

    def _judge(self, text: str, folded: str, where: Sequence[int], start: int, end: int,
               found: dict[Found, None]) -> None:
        span = _Span(text, where[start], where[end - 1] + 1)
        for entry in self._entries[folded[start:end]]:
            if span.is_word(folded[start:end], entry.flags):
                found[Found(entry.list, entry.word, span.start, span.end)] = None


def automaton(forms: Sequence[str]) -> BytesAhoCorasick:
    """What finds all of these at once."""
    return BytesAhoCorasick([_units(form) for form in forms])


def _units(folded: str) -> bytes:
    return folded.encode("utf-16-le", "surrogatepass")


def _length(units: bytes) -> int:
    return len(units.decode("utf-16-le", "surrogatepass"))


class Shape(NamedTuple):
    folded: str
    flags: int


def shape_of(word: str) -> Shape | None:
    """How a listed word is looked for; None when nothing of it is a letter or a digit, or too much.

    A star at an end says that a Latin word may go on there; without it, `ass` is not found in `class`.
    """
    bare = word.strip()
    flags = (OPEN_LEFT if bare.startswith("*") else 0) | (OPEN_RIGHT if bare.endswith("*") else 0)
    bare = bare.strip("*")
    folded = fold(bare)
    if not folded or len(folded) > LONGEST_WORD:
        return None
    if len(bare.split()) > 1:
        flags |= SPACED
    return Shape(folded, flags)


class _Span:
    """A stretch of the text whose letters are those of a word, and whether a reader would see the word there."""

    def __init__(self, text: str, start: int, end: int) -> None:
        self._text, self.start, self.end = text, start, end

    def is_word(self, folded: str, flags: int) -> bool:
        if not flags & OPEN_LEFT and _runs_on(folded[0], self._before()):
            return False
        if not flags & OPEN_RIGHT and _runs_on(folded[-1], self._after()):
            return False
        return bool(flags & SPACED) or self._holds_together(folded)

    def _holds_together(self, folded: str) -> bool:
        """Whether what stands between the letters was put there to hide them, rather than because a word ends."""
        pieces, deliberate = self._pieces()
        if len(pieces) == 1 or deliberate:
            return True
        if folded.isascii():
            return len(pieces) > 2 and max(pieces) <= 2
        return len(pieces) > 2 or not (self._before() and self._after())

    def _pieces(self) -> tuple[list[int], bool]:
        """How many letters stand together each time; and whether anything but spaces and stops stands between."""
        pieces, apart, deliberate = [0], False, False
        for character in self._text[self.start:self.end]:
            if fold_one(character):
                if apart:
                    pieces.append(0)
                pieces[-1] += 1
                apart = False
            elif not is_invisible(character):
                apart = True
                deliberate = deliberate or not (character.isspace() or character in STOPS)
        return pieces, deliberate

    def _before(self) -> str:
        return _neighbour(self._text, range(self.start - 1, -1, -1), last=True)

    def _after(self) -> str:
        return _neighbour(self._text, range(self.end, len(self._text)), last=False)


STOPS = frozenset("。，、！？；：…“”‘’「」『』（）《》,.!?;:'\"()’`")
"""What stands between words for a reason: one of these alone does not show that somebody hides a word."""


def _neighbour(text: str, places: Iterable[int], last: bool) -> str:
    """The letter that stands next to a match; empty where there is a gap or the end."""
    for place in places:
        letters = fold_one(text[place])
        if letters:
            return letters[-1 if last else 0]
        if not is_invisible(text[place]):
            return ""
    return ""


def _runs_on(edge: str, neighbour: str) -> bool:
    """Latin words are told apart by where they end; a Chinese word may stand anywhere."""
    if not neighbour or not edge.isascii() or not neighbour.isascii():
        return False
    return edge.isdigit() == neighbour.isdigit()


_FULL_WIDTH = {0xFF01 + step: chr(0x21 + step) for step in range(94)}
_AS_LETTERS = str.maketrans("013457@$!|€£", "oieastasiiel")
_AS_L = str.maketrans("1!|", "lll")
_MIXED = re.compile(r"[A-Za-z0-9@$!|€£]{3,}")


def _variants(text: str) -> Iterator[str]:
    """The text, and where letters and digits are mixed (`b1tch`), the text with digits read as letters."""
    yield text
    if not _LATIN.search(text):
        return
    plain = text if text.isascii() else text.translate(_FULL_WIDTH).translate(ALIKE)
    if any(map(_is_mixed, _MIXED.findall(plain))):
        yield _MIXED.sub(_read_as_letters, plain)
        if any(mark in plain for mark in "1!|"):
            yield _MIXED.sub(_read_as_l, plain)


_LATIN = re.compile(r"[A-Za-zＡ-Ｚａ-ｚ\u0370-\u052f]")


def _is_mixed(token: str) -> bool:
    return not token.isalpha() and not token.isdigit() and any(map(str.isalpha, token))


def _read_as_letters(token: re.Match[str]) -> str:
    return token[0].translate(_AS_LETTERS) if _is_mixed(token[0]) else token[0]


def _read_as_l(token: re.Match[str]) -> str:
    return token[0].translate(_AS_L).translate(_AS_LETTERS) if _is_mixed(token[0]) else token[0]
