"""Those who have said hello and are not answered yet: about as many at most as are answered in a few seconds.

How many a process can greet depends on all else that it does, and nobody knows it beforehand. So it is counted: as
many as were answered in the last seconds will be answered in the next. Whoever came behind them would give up before it
was their turn (a mini-program does so after ten seconds) and come again as one more, and the work would be in vain.
"""

from __future__ import annotations

from collections import deque
from time import monotonic

PACE_SECONDS = 3.0
AT_LEAST = 32
"""May wait however slow it went: answering them shows how fast it goes."""


class Greetings:
    def __init__(self) -> None:
        self.waiting = 0
        self._answered: deque[float] = deque()

    def begin(self) -> None:
        """Somebody said hello."""
        self.waiting += 1

    def end(self, in_time: bool) -> None:
        """They were answered, with a welcome or a refusal. Or, not `in_time`: their socket had ended before their turn,
        which tells nothing about the pace."""
        self.waiting -= 1
        if in_time:
            self._answered.append(monotonic())

    @property
    def full(self) -> bool:
        """Whether another would wait too long."""
        since = monotonic() - PACE_SECONDS
        while self._answered and self._answered[0] < since:
            self._answered.popleft()
        return self.waiting >= max(AT_LEAST, len(self._answered))
