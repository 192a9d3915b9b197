"""Those who have said hello and wait for their welcome: never more than are greeted in a few seconds.

What a process can greet depends on all else that it does, and nobody knows it beforehand. So it is counted: as many as
were greeted in the last seconds will be greeted in the next. Whoever came behind them would give up before it was their
turn (a mini-program does so after ten seconds) and come again as one more, and the work for them would be in vain.
"""

from __future__ import annotations

from collections import deque
from time import monotonic

PACE_SECONDS = 3.0
AT_LEAST = 32
"""May wait however slow it went: greeting them shows how fast it goes."""


class Greetings:
    def __init__(self) -> None:
        self.waiting = 0
        self._greeted: deque[float] = deque()

    def begin(self) -> None:
        """Somebody said hello."""
        self.waiting += 1

    def end(self, welcomed: bool) -> None:
        """They were answered, or have gone."""
        self.waiting -= 1
        if welcomed:
            self._greeted.append(monotonic())

    @property
    def full(self) -> bool:
        """Whether another would wait too long."""
        since = monotonic() - PACE_SECONDS
        while self._greeted and self._greeted[0] < since:
            self._greeted.popleft()
        return self.waiting >= max(AT_LEAST, len(self._greeted))
