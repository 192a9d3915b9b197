"""Which entries of a channel its readers are sent: all, unless a rule of the channel names a rate.

Above it chatter is left out and a `gap` stands in its place; passing events were thinned before, from half the rate on.
What must be sent is never counted and never left out. The entry's own time decides, so that all processes decide alike.
"""

from __future__ import annotations

import re

from rooms.events import CHATTER, Logged
from rooms.shedding import Shed

_AT = re.compile(rb'"at":(\d+)')


class Shedding:
    __slots__ = ("_count", "_left_out", "_run", "_second", "most")

    def __init__(self) -> None:
        self.most = 0
        """Messages a second; 0 for all."""
        self._second = 0
        self._count = 0
        self._run = False
        self._left_out: dict[int, list[int]] = {}

    def lets_through(self, entry: Logged, readers: int) -> bool:
        """Whether `readers` are sent the entry, which follows the last one that was asked about."""
        if entry.op not in CHATTER:
            self._run = False
            return True
        second = self._second_of(entry)
        if second != self._second:
            self._second, self._count = second, 0
        self._count += 1
        if self._count <= self.most:
            self._run = False
            return True
        self._note(second)[0] += readers
        return False

    def begins_a_gap(self) -> bool:
        """Whether the entry that was just left out is the first of those that a gap stands for."""
        first, self._run = not self._run, True
        return first

    def is_busy(self, second: int) -> bool:
        """Whether passing events should be thinned in this second."""
        return self.most > 0 and second - self._second <= 1 and self._count * 2 > self.most

    def thinned(self, second: int, frames: int) -> None:
        if frames:
            self._note(second)[1] += frames

    def ended(self, now: int) -> list[Shed]:
        """What was left out in seconds that are over, once."""
        over = [second for second in self._left_out if second < now - 1]
        return [Shed(second, *self._left_out.pop(second)) for second in over]

    def _note(self, second: int) -> list[int]:
        return self._left_out.setdefault(second, [0, 0])

    def _second_of(self, entry: Logged) -> int:
        found = _AT.search(entry.frame)
        return int(found[1]) // 1000 if found else self._second
