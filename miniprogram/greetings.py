"""Those who have said hello and are not answered yet: no more than will be answered in a few seconds.

How many a process can greet depends on all else that it does, and nobody knows it beforehand. So it is watched, from
when somebody began to wait: how many were answered. Whoever came behind too many would give up before it was their turn
(a mini-program does so after ten seconds) and come again as one more, and the work for them would be in vain.
"""

from __future__ import annotations

from collections import deque
from time import monotonic

WAIT_SECONDS = 3.0
"""The longest that a newcomer should wait, and for how long back the pace is watched."""
BLIND_SECONDS = 0.5
"""Before that nobody can tell the pace: a wave that comes to an idle process is let in."""
AT_LEAST = 32
"""May wait however slow it goes: answering them shows how fast."""


class Greetings:
    def __init__(self) -> None:
        self.waiting = 0
        self._since = 0.0
        """When the first of those came behind whom somebody has waited ever since."""
        self._answered: deque[float] = deque()
        """When those were answered whom we watched."""

    def begin(self) -> None:
        """Somebody said hello."""
        if not self.waiting:
            self._since = monotonic()
            self._answered.clear()
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
        now = monotonic()
        watched = min(WAIT_SECONDS, now - self._since)
        if self.waiting < AT_LEAST or watched < BLIND_SECONDS:
            return False
        while self._answered and self._answered[0] < now - watched:
            self._answered.popleft()
        return self.waiting * watched >= len(self._answered) * WAIT_SECONDS
