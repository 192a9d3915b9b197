"""Which handshakes may begin."""

from __future__ import annotations

from flask import Flask

from miniprogram.admission import Admission

HANDSHAKE = {"HTTP_SEC_WEBSOCKET_VERSION": "13", "SERVER_PROTOCOL": "HTTP/1.1",
             "HTTP_SEC_WEBSOCKET_KEY": "dGhlIHNhbXBsZSBub25jZQ=="}


def test_who_would_wait_too_long_is_told_to_come_back() -> None:
    admission = Admission(handshakes_per_second=20, sockets=10)
    with Flask("door").app_context():
        assert admission.refusal(HANDSHAKE, 0, enough=False) is None
        later = admission.refusal(HANDSHAKE, 0, enough=True)
        assert later is not None
        assert (later.status_code, later.headers["Retry-After"]) == (503, "1")
        assert admission.refusal(HANDSHAKE, 0, enough=False) is None
