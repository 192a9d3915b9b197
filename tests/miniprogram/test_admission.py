"""Which handshakes may begin."""

from __future__ import annotations

import gevent
from flask import Flask
from gevent.event import Event

from miniprogram.admission import BEHIND_SECONDS, Admission
from miniprogram.workers import Workers

HANDSHAKE = {"HTTP_SEC_WEBSOCKET_VERSION": "13", "SERVER_PROTOCOL": "HTTP/1.1",
             "HTTP_SEC_WEBSOCKET_KEY": "dGhlIHNhbXBsZSBub25jZQ=="}


def test_who_would_only_wait_behind_the_others_is_told_to_come_back() -> None:
    admission = Admission(handshakes_per_second=20, sockets=10)
    with Flask("door").app_context():
        assert admission.refusal(HANDSHAKE, 0, behind=BEHIND_SECONDS) is None
        later = admission.refusal(HANDSHAKE, 0, behind=BEHIND_SECONDS + 0.1)
        assert later is not None
        assert (later.status_code, later.headers["Retry-After"]) == (503, "1")
        assert admission.refusal(HANDSHAKE, 0, behind=0) is None


def test_how_long_one_waits_is_that_of_the_first_whom_nobody_serves() -> None:
    workers, over = Workers(at_once=1), Event()

    def serve() -> None:
        over.wait()

    assert workers.behind == 0
    workers.do(serve)
    gevent.sleep(0)
    assert workers.behind == 0, "somebody does it"
    workers.do(lambda: None)
    gevent.sleep(0.05)
    workers.do(lambda: None)
    assert workers.behind >= 0.05
    over.set()
    gevent.sleep(0.01)
    assert workers.behind == 0
