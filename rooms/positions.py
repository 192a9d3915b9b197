"""Where a reader goes on: pure decisions over the epochs of a log.

A log's epochs follow each other: [("e1", 40), ("e2_…", 77)] says that e1 ended at 40 and the second at 77. What an
older epoch had above its end was lost; a reader who saw it must drop it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rooms.events import Position

Forks = Sequence[tuple[str, int]]


class Resume(NamedTuple):
    """Go on after `after`; where `forked` is given, tell the reader to drop what it has above that seq."""

    after: int
    forked: Position | None


def where(forks: Forks, epoch: str, tip: int, given: Position) -> Resume:
    """For a reader at `given` in a log whose present epoch is `epoch` and whose newest seq is `tip`.

    An unknown epoch means that nothing the reader has is known to be true: it starts again from nothing.
    """
    end = _end_of(forks, epoch, tip, given.epoch)
    if given.seq <= end:
        return Resume(max(0, given.seq), None)
    return Resume(end, Position(epoch, end))


def _end_of(forks: Forks, epoch: str, tip: int, given: str) -> int:
    if given == epoch:
        return tip
    names = [name for name, _ in forks]
    if given not in names:
        return 0
    return min(end for _, end in forks[names.index(given):])
