"""A TCP proxy that misbehaves on order: loses answers, cuts, holds back."""

from __future__ import annotations

import socket
import struct
import threading
from contextlib import suppress


class Proxy:
    """Listens on `port` and passes on to `target` on this machine. Orders hold for the connections of that moment."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.swallowed = 0
        """Bytes of answers that were lost."""
        self._links: set[_Link] = set()
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, name="proxy", daemon=True).start()

    def __enter__(self) -> Proxy:
        return self

    def __exit__(self, *_error: object) -> None:
        self._listener.close()
        self.cut()

    def lose_answers(self, after_bytes: int = 0) -> None:
        """What the server says is lost from now on (or from so many bytes later), while the connection seems well."""
        for link in self._now():
            link.answers_left = after_bytes

    def cut(self) -> None:
        """Resets all connections."""
        for link in self._now():
            link.cut()

    def freeze(self) -> None:
        """Nothing passes any more, and nobody is told."""
        for link in self._now():
            link.open.clear()

    def thaw(self) -> None:
        for link in self._now():
            link.open.set()

    def _now(self) -> list[_Link]:
        with self._lock:
            return list(self._links)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(("127.0.0.1", self.target), 5)
            except OSError:
                client.close()
                continue
            server.settimeout(None)
            link = _Link(self, client, server)
            with self._lock:
                self._links.add(link)
            link.start()

    def gone(self, link: _Link) -> None:
        with self._lock:
            self._links.discard(link)


class _Link:
    """One connection through the proxy."""

    def __init__(self, proxy: Proxy, client: socket.socket, server: socket.socket) -> None:
        self.proxy, self.client, self.server = proxy, client, server
        self.answers_left: int | None = None
        self.open = threading.Event()
        self.open.set()

    def start(self) -> None:
        threading.Thread(target=self._pump, args=(self.client, self.server, False), daemon=True).start()
        threading.Thread(target=self._pump, args=(self.server, self.client, True), daemon=True).start()

    def cut(self) -> None:
        self.open.set()
        for end in (self.client, self.server):
            with suppress(OSError):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        self.proxy.gone(self)

    def _pump(self, source: socket.socket, sink: socket.socket, answers: bool) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                self.open.wait()
                sink.sendall(self._left_of(data) if answers else data)
        self.cut()

    def _left_of(self, data: bytes) -> bytes:
        if self.answers_left is None:
            return data
        kept = data[:self.answers_left]
        self.answers_left -= len(kept)
        self.proxy.swallowed += len(data) - len(kept)
        return kept
