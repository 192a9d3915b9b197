"""The gunicorn worker: gevent's, with two things done otherwise.

It lets its WebSockets go in good order when it is told to end. Sockets are no longer gunicorn's once their handshake is
done, so it would leave them to be cut. SIGTERM (a stop, a reload, a rolling deploy) therefore first drains: readiness
ends, new handshakes are refused, every socket gets `bye` and a close frame; requests in progress end beside that.

And where there are several workers, it takes a few connections in one turn of the loop. Gunicorn's takes one, so that
no worker gets all of a wave. But on a machine without a processor to spare a turn lasts a tenth of a second: ten people
a second would come in, and the others give up waiting before anybody has seen them.
"""

from __future__ import annotations

from functools import partial
from time import monotonic
from types import FrameType

import gevent
from gevent.pool import Pool
from gevent.server import StreamServer
from gevent.socket import socket
from gunicorn.sock import ssl_context
from gunicorn.workers.ggevent import GeventWorker

from miniprogram import draining as drain

TAKEN_AT_ONCE = 4
"""Connections, in one turn of the loop."""
SPARE_SECONDS = 5
"""Before gunicorn's master kills what has not ended after its graceful_timeout: to end by oneself, and say so."""
LOOK_SECONDS = 0.1
"""Between two looks whether all is done."""


class DrainingWorker(GeventWorker):  # type: ignore[misc]  # gunicorn has no types
    _drained: gevent.Greenlet[..., None] | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """SIGTERM. A signal handler may not wait, so the draining gets a greenlet."""
        if self._drained is None:
            self._drained = gevent.spawn(drain.begin)
        super().handle_exit(sig, frame)

    def run(self) -> None:
        servers = [self._serve(listener) for listener in self.sockets]
        while self.alive:
            self.notify()
            gevent.sleep(1.0)
        self._end(servers)

    def _serve(self, listener: socket) -> StreamServer:
        listener.setblocking(True)
        encrypted = {"ssl_context": ssl_context(self.cfg)} if self.cfg.is_ssl else {}
        server = StreamServer(listener, handle=partial(self.handle, listener), spawn=Pool(self.worker_connections),
                              **encrypted)
        if self.cfg.workers > 1:
            server.max_accept = TAKEN_AT_ONCE
        server.start()
        return server

    def _end(self, servers: list[StreamServer]) -> None:
        """Takes nobody in any more; gives those who are in their time."""
        for server in servers:
            server.close()
        end = monotonic() + self.cfg.graceful_timeout - SPARE_SECONDS
        while self._is_busy(servers) and monotonic() < end:
            self.notify()
            gevent.sleep(LOOK_SECONDS)
        if self._is_busy(servers):
            self.log.warning("what was in progress did not end in time (pid:%s)", self.pid)
            for server in servers:
                server.stop(timeout=1)

    def _is_busy(self, servers: list[StreamServer]) -> bool:
        draining = self._drained is not None and not self._drained.dead
        return draining or any(len(server.pool or ()) for server in servers)
