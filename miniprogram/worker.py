"""The gunicorn worker: gevent's, with two things done otherwise.

It lets its WebSockets go in good order when it is told to end. Sockets are no longer gunicorn's once their handshake is
done, so it would leave them to be cut. SIGTERM (a stop, a reload, a rolling deploy) therefore first drains: readiness
ends, new handshakes are refused, every socket gets `bye` and a close frame; requests in progress end beside that.

And it takes a few connections in one turn of the loop. Where there are several workers, gunicorn's takes one, so that
no worker gets all of a wave. But a turn of a loop that carries thousands of sockets lasts a tenth of a second: ten
people a second would come in, and the others give up waiting before anybody has seen them.
"""

from __future__ import annotations

from functools import partial
from time import monotonic
from types import FrameType
from typing import Any

import gevent
from gevent.pool import Pool
from gevent.server import StreamServer
from gunicorn.workers.ggevent import GeventWorker

from miniprogram import draining as drain

TAKEN_AT_ONCE = 4
"""Connections, in one turn of the loop."""
LOOK_SECONDS = 0.1


class DrainingWorker(GeventWorker):  # type: ignore[misc]  # gunicorn has no types
    _drained: gevent.Greenlet[..., None] | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """SIGTERM. A signal handler may not wait, so the draining gets a greenlet."""
        if self._drained is None:
            self._drained = gevent.spawn(drain.begin)
        super().handle_exit(sig, frame)

    def run(self) -> None:
        """Serves until it is told to end, and then for at most gunicorn's graceful_timeout."""
        servers = [self._serve(listener) for listener in self.sockets]
        while self.alive:
            self.notify()
            gevent.sleep(1.0)
        for server in servers:
            server.close()
        end = monotonic() + self.cfg.graceful_timeout
        while self._is_busy(servers) and monotonic() < end:
            self.notify()
            gevent.sleep(LOOK_SECONDS)
        for server in servers:
            server.stop(timeout=1)

    def _serve(self, listener: Any) -> Any:
        listener.setblocking(1)
        server = StreamServer(listener, handle=partial(self.handle, listener), spawn=Pool(self.worker_connections))
        server.max_accept = TAKEN_AT_ONCE
        server.start()
        return server

    def _is_busy(self, servers: list[Any]) -> bool:
        return (self._drained is not None and not self._drained.dead) or any(len(server.pool) for server in servers)
