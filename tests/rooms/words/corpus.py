"""How much of a corpus of evasions the lists of words catch, and how often they are wrong about honest text.

`python -m tests.rooms.words.corpus` prints the table that stands in docs/moderation.md.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

from rooms.matching import Matcher

FOLDER = Path(__file__).parent
NOT_MEANT = frozenset({"homophone", "pinyin"})
"""Kinds that are in the corpus so that nobody believes they are caught."""


class Score(NamedTuple):
    caught: dict[str, tuple[int, int]]
    """kind → (caught, all)."""
    missed: list[str]
    alarms: list[str]
    honest: int


def score() -> Score:
    matcher = Matcher([(0, _lines("words.txt"))])
    found: defaultdict[str, list[bool]] = defaultdict(list)
    missed = []
    for line in _lines("evasions.txt"):
        kind, text = line.split("\t")
        text = text.encode("ascii", "backslashreplace").decode("unicode_escape")
        hit = bool(matcher.find(text))
        found[kind].append(hit)
        missed += [] if hit else [f"{kind}: {text}"]
    honest = _lines("honest.txt")
    alarms = [text for text in honest if matcher.find(text)]
    return Score({kind: (sum(hits), len(hits)) for kind, hits in found.items()}, missed, alarms, len(honest))


def table(scored: Score) -> str:
    rows = ["| kind | caught | of |", "| --- | --- | --- |"]
    rows += [f"| {kind} | {caught} | {many} |" for kind, (caught, many) in scored.caught.items()]
    meant = [counts for kind, counts in scored.caught.items() if kind not in NOT_MEANT]
    rows += [f"| all that is meant to be caught | {sum(one for one, _ in meant)} | {sum(many for _, many in meant)} |",
             f"| honest sentences taken for evasions | {len(scored.alarms)} | {scored.honest} |"]
    return "\n".join(rows)


def _lines(name: str) -> list[str]:
    return [line for line in (FOLDER / name).read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]


if __name__ == "__main__":
    scored = score()
    sys.stdout.write(table(scored) + "\n")
    sys.stderr.write("\n".join(["missed:", *scored.missed, "wrong:", *scored.alarms, ""]))
