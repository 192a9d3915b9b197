"""What a message brings about that has to wait for the record, done beside the message's path by a few threads.

Bounded: who hands over more than can wait is told so at once. What must not be lost is in the record first, or is
done before anybody is told that it was.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable

from rooms.errors import Refused

log = logging.getLogger(__name__)

THREADS = 4
MOST_WAITING = 1_000

Job = Callable[[], None]


class Aside:
    def __init__(self) -> None:
        self._jobs: queue.Queue[Job | None] = queue.Queue(MOST_WAITING)
        self._threads: list[threading.Thread] = []
        self._closed = False

    def do(self, job: Job) -> bool:
        """False when too much waits already: then it will not be done."""
        if self._closed:
            return False
        try:
            self._jobs.put_nowait(job)
        except queue.Full:
            return False
        if len(self._threads) < THREADS:
            thread = threading.Thread(target=self._work, name="aside", daemon=True)
            self._threads.append(thread)
            thread.start()
        return True

    def close(self) -> None:
        """Ends the threads after what they do now; what waits is left undone."""
        self._closed = True
        while not self._jobs.empty():
            try:
                self._jobs.get_nowait()
            except queue.Empty:
                break
        for _ in self._threads:
            self._jobs.put(None)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            try:
                job()
            except Refused as refused:
                log.warning("something beside a message could not be done: %s", refused.message)
            except Exception:
                log.exception("something beside a message failed")
