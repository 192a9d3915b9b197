"""One timer wheel for all deadlines of all connections: a slot per second, one slot per connection."""

from __future__ import annotations

from typing import Protocol


class Timed(Protocol):
    due: int
    """The second of its slot, 0 while it has none. Written by the wheel."""

    def tick(self, now: int) -> int:
        """Does what is due; answers the second of its next deadline, or 0 when there is none."""


class Wheel:
    """Deadlines in whole seconds of a monotonic clock; a thing is visited at most a second late."""

    def __init__(self, now: int) -> None:
        self._slots: dict[int, set[Timed]] = {}
        self._at = now

    def by(self, thing: Timed, second: int) -> None:
        """Visit `thing` at `second` at the latest; an earlier visit that is already due stays."""
        second = max(second, self._at + 1)
        if thing.due and thing.due <= second:
            return
        self.forget(thing)
        thing.due = second
        self._slots.setdefault(second, set()).add(thing)

    def forget(self, thing: Timed) -> None:
        slot = self._slots.get(thing.due)
        if slot is not None:
            slot.discard(thing)
        thing.due = 0

    def turn(self, now: int) -> None:
        """Visits everything that is due up to `now`."""
        while self._at < now:
            self._at += 1
            for thing in self._slots.pop(self._at, ()):
                thing.due = 0
                following = thing.tick(now)
                if following:
                    self.by(thing, following)
