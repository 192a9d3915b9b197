"""Reads all sockets of the process from one greenlet, each within its limits.

A connection that is over its frames or bytes of this second is simply not read until the next one begins: TCP tells the
sender. So nothing is buffered for a flood, and one flood takes nothing from the others.
"""

from __future__ import annotations

from time import monotonic

from miniprogram import framing
from miniprogram.connection import Connection, State
from miniprogram.counters import Counters
from miniprogram.framing import Broken, Control, Kind
from miniprogram.log import log
from miniprogram.poller import BROKEN, WRITE, new_poller
from miniprogram.wheel import Wheel
from miniprogram.writer import Writer

READ_BYTES = 32 * 1024
BYTES_PER_FRAME = 2_560
"""What a socket may send in a second, for each frame that it may send: 128,000 bytes with the usual 50 frames."""


class Reader:
    """Owns the process's connections: poller, wheel and limits. Everything runs in one thread."""

    def __init__(self, counters: Counters, writer: Writer, frames_per_second: int) -> None:
        self.counters = counters
        self.writer = writer
        self.now = int(monotonic())
        self.wheel = Wheel(self.now)
        self.connections: dict[int, Connection] = {}
        self._frames_per_second = frames_per_second
        self._bytes_per_second = max(framing.MESSAGE_LIMIT, frames_per_second * BYTES_PER_FRAME)
        self._poller = new_poller()
        self._over: dict[Connection, None] = {}

    # ---- who is read

    def add(self, connection: Connection) -> None:
        """From here on the connection's bytes are heard, those that came with the handshake first."""
        self.connections[connection.fd] = connection
        self.counters.sockets = len(self.connections)
        self._poller.add(connection.fd)
        self.wheel.by(connection, connection.tick(self.now))
        self._hear(connection)

    def remove(self, connection: Connection) -> None:
        if self.connections.pop(connection.fd, None) is not None:
            self._poller.remove(connection.fd)
        self._over.pop(connection, None)
        self.wheel.forget(connection)
        self.counters.sockets = len(self.connections)

    def want(self, connection: Connection) -> None:
        """Its outbox came or went, or it was paused or resumed."""
        if connection.fd in self.connections and connection.state is not State.GONE:
            self._poller.want(connection.fd, connection.wanted)

    def pause(self, connection: Connection) -> None:
        """Do not read it until `resume`."""
        if not connection.paused:
            connection.paused = True
            self.want(connection)

    def resume(self, connection: Connection) -> None:
        if connection.paused and connection not in self._over and not connection.speaker.busy:
            connection.paused = False
            self.want(connection)
            self._hear(connection)

    # ---- the loop

    def run(self) -> None:
        while True:
            ready = self._poller.wait()
            self.now = int(monotonic())
            for fd, events in ready:
                connection = self.connections.get(fd)
                if connection is not None:
                    self._serve(connection, events)

    def _serve(self, connection: Connection, events: int) -> None:
        try:
            if connection.paused and events & BROKEN:
                connection.lost()
            if events & WRITE:
                connection.writable()
            if events & ~WRITE and connection.state is not State.GONE:
                self._read(connection)
        except Exception:
            self.counters.errors += 1
            log.exception("a connection failed")
            connection.lost()

    def _read(self, connection: Connection) -> None:
        self._refill(connection)
        if connection.bytes_left <= 0:
            self._hold(connection)
            return
        try:
            data = connection.socket.recv(min(READ_BYTES, connection.bytes_left))
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            data = b""
        if not data:
            connection.lost()
            return
        connection.bytes_left -= len(data)
        if connection.state is State.OPEN:
            connection.frames.feed(data)
            self._hear(connection)

    def _hear(self, connection: Connection) -> None:
        """Takes whole frames as far as the limits go."""
        try:
            while connection.state is State.OPEN and not connection.paused:
                self._refill(connection)
                found = connection.frames.take() if connection.frames_left else None
                if found is None:
                    break
                connection.frames_left -= 1
                if connection.speaker.known:
                    connection.last_heard = self.now
                self.counters.frames_in += 1
                if isinstance(found, bytes):
                    connection.speaker.heard(found)
                else:
                    self._control(connection, found)
        except Broken as broken:
            self.counters.frames_bad += 1
            connection.close(broken.code)
            return
        if connection.state is State.OPEN and not connection.frames_left:
            self._hold(connection)

    def _control(self, connection: Connection, found: Control) -> None:
        if found.kind is Kind.PING:
            connection.put(found.payload, framing.PONG)
        elif found.kind is Kind.CLOSE:
            connection.close(found.code, on_purpose=found.code == framing.NORMAL)

    # ---- limits

    def _refill(self, connection: Connection) -> None:
        if connection.window != self.now:
            connection.window = self.now
            connection.frames_left = self._frames_per_second
            connection.bytes_left = self._bytes_per_second

    def _hold(self, connection: Connection) -> None:
        self.counters.paused += 1
        self.pause(connection)
        self._over[connection] = None

    def tick(self) -> None:
        """Once a second: deadlines, and those who waited for the second to end."""
        self.now = int(monotonic())
        self.wheel.turn(self.now)
        over, self._over = self._over, {}
        for connection in over:
            self.resume(connection)

    def close(self) -> None:
        for connection in list(self.connections.values()):
            connection.lost()
        self._poller.close()
