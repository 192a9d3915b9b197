"""Bodies that come too slowly end with 408.

Behind a gateway that gathers bodies they arrive whole. Where none stands before the house, one that comes a byte a
second would be waited for without an end, and enough of them would take every place at the door.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import gevent
from werkzeug.exceptions import RequestTimeout

GRACE_SECONDS = 20.0
BYTES_PER_SECOND = 16_384
"""A phone at the edge of its network sends faster."""

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

T = TypeVar("T")


class Input(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...
    def readline(self, size: int = -1, /) -> bytes: ...
    def readlines(self, hint: int = -1, /) -> list[bytes]: ...


class InTime:
    """A request's body that has to be here by then. Reading raises RequestTimeout."""

    def __init__(self, body: Input, seconds: float) -> None:
        self._body, self._end = body, time.monotonic() + seconds

    def read(self, size: int = -1) -> bytes:
        return self._until_then(lambda: self._body.read(size))

    def readline(self, size: int = -1) -> bytes:
        return self._until_then(lambda: self._body.readline(size))

    def readlines(self, hint: int = -1) -> list[bytes]:
        return self._until_then(lambda: self._body.readlines(hint))

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.readline, b"")

    def _until_then(self, read: Callable[[], T]) -> T:
        with gevent.Timeout(max(0.0, self._end - time.monotonic()), RequestTimeout):
            return read()


def refuse(app: WSGIApplication, grace_seconds: float = GRACE_SECONDS,
           bytes_per_second: int = BYTES_PER_SECOND) -> WSGIApplication:
    """The same application, for whose bodies there is so much time: the grace, and what their length takes at the
    rate."""
    def asked(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        length = environ.get("CONTENT_LENGTH") or ""
        if length != "0" and (length or environ.get("HTTP_TRANSFER_ENCODING")):
            size = int(length) if length.isdigit() else 0
            environ["wsgi.input"] = InTime(environ["wsgi.input"], grace_seconds + size / bytes_per_second)
        return app(environ, start_response)

    return asked
