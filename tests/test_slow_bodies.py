"""Bodies that come too slowly."""

from __future__ import annotations

import json
from typing import Any

import gevent
from flask import Flask, request
from werkzeug.test import create_environ, run_wsgi_app

import refusals
import slow_bodies


class Dripping:
    """A byte each 50 ms."""

    def __init__(self, size: int) -> None:
        self.left = size

    def read(self, _size: int = -1) -> bytes:
        gevent.sleep(0.05)
        self.left -= 1
        return b"x" if self.left >= 0 else b""

    readline = read


def answer(size: int, **patience: Any) -> tuple[int, Any]:
    app = Flask("test")
    refusals.register(app)
    app.add_url_rule("/", view_func=lambda: {"read": len(request.get_data())}, methods=["POST"])
    environ = create_environ(method="POST") | {"wsgi.input": Dripping(size), "CONTENT_LENGTH": str(size)}
    told, status, _headers = run_wsgi_app(slow_bodies.refuse(app.wsgi_app, **patience), environ)
    return int(status[:3]), json.loads(b"".join(told))


def test_a_body_that_drips_is_not_waited_for() -> None:
    status, told = answer(1_000, grace_seconds=0.2, bytes_per_second=100_000)
    assert status == 408
    assert told["error"]["code"] == "request_timeout"


def test_a_long_one_has_the_time_that_its_length_takes() -> None:
    assert answer(10, grace_seconds=0.0, bytes_per_second=1) == (200, {"read": 10})
