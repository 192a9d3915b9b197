"""One connection to one Redis node: commands out in one piece, replies in, nothing in between.

The connection itself (address, TLS, login) is redis-py's; what travels over it is packed and parsed by hiredis, because
a pipeline of small scripts spends most of its time there.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable
from typing import Any

import hiredis
import redis
from redis.connection import ConnectionPool, parse_url

CONNECT_TIMEOUT_SECONDS = 2.0
ANSWER_TIMEOUT_SECONDS = 5.0
READ_SIZE = 1 << 16

pack: Callable[[tuple[Any, ...]], bytes] = hiredis.pack_command


class ErrorReply(Exception):
    """Redis said no to one command; the connection lives on."""


class WireLost(Exception):
    """The connection is gone or silent: what was under way may or may not have happened."""


class Wire:
    """Not safe for two users at once; whoever owns it calls `open` before the first `exchange`."""

    def __init__(self, url: str, address: tuple[str, int] | None = None, patience_seconds: float | None = None) -> None:
        """`patience_seconds`: for connecting and for each answer, instead of what is usual."""
        options: dict[str, Any] = parse_url(url) | {"protocol": 2}  # type: ignore[no-untyped-call]
        if address is not None:
            options |= {"host": address[0], "port": address[1]}
        if patience_seconds is not None:
            options |= {"socket_timeout": patience_seconds, "socket_connect_timeout": patience_seconds}
        options.setdefault("socket_timeout", ANSWER_TIMEOUT_SECONDS)
        options.setdefault("socket_connect_timeout", CONNECT_TIMEOUT_SECONDS)
        # The same one again and again: a pool counts what it has made, and makes no more than a hundred.
        self._connection: Any = ConnectionPool(**options).make_connection()
        self._socket: socket.socket | None = None
        self._reader = hiredis.Reader(replyError=ErrorReply)

    @property
    def is_open(self) -> bool:
        return self._socket is not None

    def open(self) -> None:
        """Connects and logs in. Raises WireLost with the reason."""
        try:
            self._connection.connect()
            self._socket = self._connection._get_socket()
        except (OSError, redis.RedisError) as error:
            self.close()
            raise WireLost(str(error)) from error
        self._reader = hiredis.Reader(replyError=ErrorReply)

    def close(self) -> None:
        self._socket = None
        self._connection.disconnect()

    def exchange(self, packed: list[bytes]) -> list[Any]:
        """Sends all commands as one piece and returns as many replies; an error reply is an ErrorReply in its place."""
        self.send(b"".join(packed))
        return [self.receive() for _ in packed]

    def ask(self, *command: str | int) -> Any:
        reply = self.exchange([pack(tuple(map(str, command)))])[0]
        if isinstance(reply, ErrorReply):
            raise reply
        return reply

    def send(self, data: bytes) -> None:
        if self._socket is None:
            raise WireLost("not connected")
        try:
            self._socket.sendall(data)
        except OSError as error:
            raise self._lost(error) from error

    def receive(self) -> Any:
        """The next reply; waits at most the socket's time-out."""
        reply = self._gets()
        while reply is False:
            self._feed()
            reply = self._gets()
        return reply

    def receive_many(self) -> Iterable[Any]:
        """Waits for bytes, then gives every reply that they complete."""
        self._feed()
        while (reply := self._gets()) is not False:
            yield reply

    def _gets(self) -> Any:
        try:
            return self._reader.gets()
        except hiredis.ProtocolError as error:
            raise self._lost(error) from error

    def _feed(self) -> None:
        if self._socket is None:
            raise WireLost("not connected")
        try:
            data = self._socket.recv(READ_SIZE)
        except TimeoutError:
            raise
        except OSError as error:
            raise self._lost(error) from error
        if not data:
            raise self._lost("closed by the server")
        self._reader.feed(data)

    def _lost(self, reason: object) -> WireLost:
        self.close()
        return WireLost(str(reason))
