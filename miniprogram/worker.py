"""The gunicorn worker: gevent's, which lets its WebSockets go in good order when it is told to end.

Sockets are no longer gunicorn's once their handshake is done, so it would leave them to be cut. SIGTERM (a stop, a
reload, a rolling deploy) therefore first drains: readiness ends, new handshakes are refused, every socket gets `bye`
and a close frame. Gunicorn's own graceful end (requests in progress) runs beside that.
"""

from __future__ import annotations

from types import FrameType

import gevent
from gunicorn.workers.ggevent import GeventWorker

from miniprogram import draining as drain

DRAIN_SECONDS = 25
"""After that the worker ends whatever is left; gunicorn's graceful_timeout must be longer."""


class DrainingWorker(GeventWorker):  # type: ignore[misc]  # gunicorn has no types
    _drained: gevent.Greenlet[..., None] | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """SIGTERM. A signal handler may not wait, so the draining gets a greenlet."""
        if self._drained is None:
            self._drained = gevent.spawn(drain.begin)
        super().handle_exit(sig, frame)

    def run(self) -> None:
        super().run()
        patience = DRAIN_SECONDS
        while self._drained is not None and not self._drained.dead and patience > 0:
            self.notify()
            self._drained.join(1)
            patience -= 1
