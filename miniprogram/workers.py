"""What may wait (for Redis, for SQL) is done here, by a bounded number of greenlets in the order of asking."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import gevent

from miniprogram.log import log

AT_ONCE = 128


class Workers:
    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._jobs: deque[Callable[[], None]] = deque()
        self._free = at_once
        self._at_once = at_once

    def do(self, job: Callable[[], None]) -> None:
        """Returns at once. How many jobs may wait is bounded by the caller: a few for each socket."""
        self._jobs.append(job)
        if self._free:
            self._free -= 1
            gevent.spawn(self._work)

    def _work(self) -> None:
        try:
            while self._jobs:
                job = self._jobs.popleft()
                try:
                    job()
                except Exception:
                    log.exception("a job failed")
        finally:
            self._free += 1

    @property
    def idle(self) -> bool:
        return self._free == self._at_once and not self._jobs
