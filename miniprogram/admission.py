"""Which handshakes may begin: about as many as the process can greet in time, never more sockets than it can seat."""

from __future__ import annotations

import binascii
from base64 import b64decode
from time import monotonic
from typing import Any

from flask import Response

from miniprogram import draining
from miniprogram.protocol import SUBPROTOCOL
from refusals import error

FULL_SECONDS = 10
"""When to try again where all seats are taken: elsewhere there may be one at once."""


class Bucket:
    """Tokens that come back at `per_second`, at most one second's worth."""

    def __init__(self, per_second: int) -> None:
        self._per_second = per_second
        self._tokens = float(per_second)
        self._at = monotonic()

    def take(self) -> bool:
        now = monotonic()
        self._tokens = min(self._per_second, self._tokens + (now - self._at) * self._per_second)
        self._at = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


class Admission:
    def __init__(self, handshakes_per_second: int, sockets: int) -> None:
        self._bucket = Bucket(handshakes_per_second)
        self._sockets = sockets

    def refusal(self, environ: dict[str, Any], open_sockets: int, enough: bool) -> Response | None:
        """Why this handshake may not go on; None when it may. `enough`: as many wait for their welcome as can."""
        if draining.begun():
            return error(503, "unavailable", "this process is ending; another one answers", 1)
        if open_sockets >= self._sockets:
            return error(503, "full", "all sockets of this process are taken", FULL_SECONDS)
        wrong = _wrong(environ)
        if wrong is not None:
            return wrong
        if enough or not self._bucket.take():
            return error(503, "rate_limited", "too many at once", 1)
        return None


def _wrong(environ: dict[str, Any]) -> Response | None:
    """What RFC 6455 and our protocol ask of the request, beyond what routing has looked at."""
    if environ.get("HTTP_SEC_WEBSOCKET_VERSION") != "13":
        response = error(426, "bad_frame", "WebSocket version 13 is spoken here")
        response.headers["Sec-WebSocket-Version"] = "13"
        return response
    if environ.get("SERVER_PROTOCOL") != "HTTP/1.1" or environ.get("CONTENT_LENGTH", "0") not in ("", "0"):
        return error(400, "bad_frame", "a handshake is an HTTP/1.1 request without a body")
    if not _is_key(environ.get("HTTP_SEC_WEBSOCKET_KEY", "")):
        return error(400, "bad_frame", "Sec-WebSocket-Key is not 16 bytes")
    offered = environ.get("HTTP_SEC_WEBSOCKET_PROTOCOL")
    if offered is not None and SUBPROTOCOL not in (name.strip() for name in offered.split(",")):
        return error(400, "bad_frame", f"the subprotocol {SUBPROTOCOL} is spoken here")
    return None


def _is_key(text: str) -> bool:
    try:
        return len(b64decode(text, validate=True)) == 16
    except (binascii.Error, ValueError):
        return False
