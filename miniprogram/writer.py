"""Natural batching: who has something to send stands in a queue, and what comes meanwhile leaves with it.

A quiet channel is served at once; a busy one finds its frames gathered by the time it is served, and then rests as long
as it took to send them: what would have left in two rounds leaves in one.
"""

from __future__ import annotations

from collections import deque
from time import monotonic
from typing import Protocol

import gevent
from gevent.event import Event

from miniprogram.log import log

TURN_SECONDS = 0.004
"""How long sending may go on before reading gets its turn."""


class Source(Protocol):
    queued: bool
    """Written by the writer."""

    def flush(self, until: float) -> float | None:
        """Sends, and never waits. None when everything was sent, else the time at which it wants to go on."""


class Writer:
    def __init__(self) -> None:
        self._queue: deque[Source] = deque()
        self._wake = Event()

    def add(self, source: Source) -> None:
        """`source` has something to send. Standing in the queue twice is the caller's to avoid (`queued`)."""
        source.queued = True
        if not self._queue:
            self._wake.set()
        self._queue.append(source)

    def run(self) -> None:
        while True:
            if not self._queue:
                self._wake.clear()
                self._wake.wait()
            self._turn(monotonic() + TURN_SECONDS)
            if self._queue:
                gevent.sleep(0)

    def _turn(self, until: float) -> None:
        queue = self._queue
        while queue:
            source = queue.popleft()
            source.queued = False
            try:
                again = source.flush(until)
            except Exception:
                log.exception("sending failed")
                again = None
            now = monotonic()
            if again is not None and not source.queued:
                self._later(source, again - now)
            if now >= until:
                return

    def _later(self, source: Source, seconds: float) -> None:
        source.queued = True
        if seconds > 0:
            gevent.spawn_later(seconds, self.add, source)
        else:
            self._queue.append(source)

    @property
    def idle(self) -> bool:
        return not self._queue
