"""Natural batching: who has something to send stands in a queue, and what comes meanwhile leaves with it.

A quiet channel is served at once; a busy one finds its frames gathered by the time it is served. No timer is involved.
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

    def flush(self, until: float) -> bool:
        """Sends; False when the time was up before everything was sent. Never waits."""


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
                done = source.flush(until)
            except Exception:
                log.exception("sending failed")
                done = True
            if not done and not source.queued:
                source.queued = True
                queue.append(source)
            if monotonic() >= until:
                return

    @property
    def idle(self) -> bool:
        return not self._queue
