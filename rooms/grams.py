"""What texts are found by: pairs of characters where a script does not part words, whole words elsewhere.

Texts are compared regardless of case and width (NFKC, case folded). A term is found in a text when it stands in it as
it was typed; where it begins or ends with a word of a script that parts words, that must be a whole word. Whatever
`of` gives for a term, it gives for every text in which `spans` finds it, so an index of it misses nothing.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache

LONGEST_QUERY, MOST_TERMS = 100, 8

_UNPARTED = (
    "\u0e00-\u0eff\u0f00-\u0fff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff"  # Thai, Lao, Tibetan, Burmese, Hangul, Khmer
    "\u3005-\u3007\u3040-\u30ff\u3100-\u318f\u31a0-\u31bf\u31f0-\u31ff"  # kana, Bopomofo
    "\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U000323af"  # Han, Hangul
)
_RUN = re.compile(f"[{_UNPARTED}]+|[^\\W_{_UNPARTED}]+")
_UNPARTED_CHARACTER = re.compile(f"[{_UNPARTED}]")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff]")


def fold(text: str) -> str:
    """The text as it is compared."""
    return unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).casefold()


def of(text: str) -> set[str]:
    """The grams of a text, or of a term."""
    found: set[str] = set()
    for run in _RUN.findall(fold(text)):
        if _UNPARTED_CHARACTER.match(run):
            found.update(run[i:i + 2] for i in range(len(run) - 1))
        else:
            found.add(run)
    return found


def terms(query: str) -> list[str]:
    """The terms of a query, which is split at spaces; each folded, none twice."""
    return list(dict.fromkeys(fold(query).split()))


def stands_in(folded: str, term: str) -> bool:
    """Both are folded."""
    return next(_places(folded, term), None) is not None


def spans(text: str, wanted: Sequence[str]) -> list[tuple[int, int]]:
    """Where the folded terms stand in a text: [start, end) of its characters, ascending, overlaps joined."""
    folded, origin = _traced(text)
    found = sorted((origin[start][0], origin[end - 1][1])
                   for term in wanted for start, end in _places(folded, term))
    joined: list[tuple[int, int]] = []
    for start, end in found:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


@lru_cache(maxsize=50_000)
def number(gram: str, key: bytes = b"") -> int:
    """The gram as the index holds it: 63 bits, which without the key tell nothing where there is one."""
    digest = hashlib.blake2b(gram.encode("utf-8", "surrogatepass"), digest_size=8, key=key).digest()
    return int.from_bytes(digest, "big") >> 1


def _places(folded: str, term: str) -> Iterator[tuple[int, int]]:
    start = folded.find(term)
    while term and start >= 0:
        end = start + len(term)
        if not (_inside_word(folded, start) or _inside_word(folded, end)):
            yield start, end
        start = folded.find(term, start + 1)


def _inside_word(folded: str, at: int) -> bool:
    """Whether a cut at this place would part a word of a script that parts words."""
    return 0 < at < len(folded) and all(
        one.isalnum() and not _UNPARTED_CHARACTER.match(one) for one in folded[at - 1:at + 1])


def _traced(text: str) -> tuple[str, list[tuple[int, int]]]:
    """The folded text, and for each of its characters whence it came. Characters fold together with the marks that
    follow them; a text that folds otherwise as a whole (Hangul out of single letters) is not traced any finer."""
    folded: list[str] = []
    origin: list[tuple[int, int]] = []
    start = 0
    while start < len(text):
        end = start + 1
        while end < len(text) and unicodedata.combining(text[end]):
            end += 1
        part = fold(text[start:end])
        folded.append(part)
        origin += [(start, end)] * len(part)
        start = end
    whole = fold(text)
    if "".join(folded) != whole:
        return whole, [(0, len(text))] * len(whole)
    return whole, origin
