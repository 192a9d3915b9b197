"""`GET /ws`: flask-sock shakes hands and routes, then the socket is ours.

The view takes the descriptor over (`os.dup`, so that gunicorn may close its own object), together with whatever
gunicorn's parser had read behind the request, and returns. Both greenlets of the request are free from then on, and
gunicorn has nothing left to write to. What follows costs kilobytes, not greenlets: see `reader`, `writer`, `hub`.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING, Any

import gevent
from flask import Blueprint, Response, request
from flask_sock import Sock
from wsproto.utilities import RemoteProtocolError

from miniprogram import draining
from miniprogram.admission import Admission
from miniprogram.connection import Connection, State
from miniprogram.counters import Counters
from miniprogram.figures import Figures
from miniprogram.log import log
from miniprogram.protocol import SUBPROTOCOL, Bye, Close, encode
from miniprogram.reader import Reader
from miniprogram.session import Session
from miniprogram.sessions import Sessions
from miniprogram.tokens import Tokens
from miniprogram.writer import Writer
from refusals import error
from rooms.errors import Refused
from rooms.store import Store

if TYPE_CHECKING:
    from settings import Settings

COMPARE_SECONDS = 2
KEEP_SECONDS = 4
"""Between signs of life and looks at who was signed out; a lease lasts fifteen."""
SPREAD_SECONDS = 5.0
"""Over which a draining process lets its sockets go."""
STEP_SECONDS = 0.1
ANSWER_SECONDS = 3.0
END_SECONDS = 6.0
RECONNECT_MS = 2_000


def blueprint(store: Store, settings: Settings) -> Blueprint:
    gateway = Gateway(store, settings)
    pages = Blueprint("gateway", __name__)
    pages.record_once(lambda state: state.app.config.update(SOCK_SERVER_OPTIONS={
        "subprotocols": [SUBPROTOCOL], "thread_class": _NoThread, "event_class": _NoThread}))
    pages.record_once(lambda state: state.app.extensions.update(gateway=gateway))
    pages.before_request(gateway.admit)
    pages.register_error_handler(RemoteProtocolError, lambda _: error(400, "bad_frame", "not a WebSocket handshake"))
    Sock().route("/ws", bp=pages)(gateway.take_over)
    return pages


class _NoThread:
    """simple_websocket wants a thread to read with, and an event to wake it; ours are read elsewhere."""

    name = ""

    def __init__(self, target: Callable[[], None] | None = None) -> None:
        del target

    def start(self) -> None: ...

    def set(self) -> None: ...


class Gateway:
    """Everything that one process needs for its sockets. Nothing runs before the first of them comes."""

    def __init__(self, store: Store, settings: Settings) -> None:
        assert settings.secret_key is not None
        self.counters = Counters()
        self._store = store
        self._settings = settings
        self._admission = Admission(settings.handshakes_per_second, settings.sockets_per_process)
        self._tokens = Tokens(settings.secret_key)
        self._figures = Figures(self.counters)
        self.sessions: Sessions | None = None

    def start(self) -> Sessions:
        """In the worker, at the first handshake."""
        if self.sessions is not None:
            return self.sessions
        writer = Writer()
        reader = Reader(self.counters, writer, self._settings.frames_per_second)
        process = f"w_{secrets.token_hex(5)}"
        self.sessions = sessions = Sessions(self._store, self._tokens, reader, writer, self.counters, process,
                                            self._settings.sockets_per_user)
        for loop in (reader.run, writer.run, self._tick):
            gevent.spawn(loop)
        gevent.spawn(_for_ever, lambda: sessions.hub.compare_soon(COMPARE_SECONDS), 0)
        gevent.spawn(_for_ever, sessions.keep_seats, KEEP_SECONDS)
        gevent.spawn(_for_ever, sessions.check_rights, KEEP_SECONDS)
        draining.on_drain(lambda: self.drain(sessions))
        return sessions

    # ---- in

    def admit(self) -> Response | None:
        """Before flask-sock looks at the request. No compression is offered, whatever the client would like."""
        environ = request.environ
        sessions = self.sessions
        open_sockets, enough = (len(sessions.reader.connections), sessions.greetings.full) if sessions else (0, False)
        refusal = self._admission.refusal(environ, open_sockets, enough)
        if refusal is not None:
            self.counters.handshakes_refused += 1
            return refusal
        environ.pop("HTTP_SEC_WEBSOCKET_EXTENSIONS", None)
        return None

    def take_over(self, server: Any) -> None:
        """`server` is simple_websocket's, just after its 101."""
        rest = _read_ahead(server.environ)
        descriptor = os.dup(server.sock.fileno())
        server.connected = False  # or flask-sock would send a close frame of its own
        self.counters.handshakes += 1
        self.start().open(descriptor, rest, server.environ.get("REMOTE_ADDR", ""))

    # ---- while it lasts

    def _tick(self) -> None:
        sessions = self.sessions
        assert sessions is not None
        due = monotonic() + 1
        while True:
            gevent.sleep(max(0.0, due - monotonic()))
            self.counters.loop_lag_ms = (monotonic() - due) * 1000
            due = max(due + 1, monotonic())
            try:
                sessions.reader.tick()
                sessions.hub.stir(sessions.reader.now)
                sessions.hub.forget_idle(sessions.reader.now)
                self._figures.publish()
            except Exception:
                self.counters.errors += 1
                log.exception("a tick failed")

    # ---- out

    def drain(self, sessions: Sessions) -> None:
        """Every socket gets what it is owed, `bye`, and 4013. Those that never answer are cut at the end."""
        connections = list(sessions.reader.connections.values())
        steps = max(1, round(min(SPREAD_SECONDS, len(connections) / 100) / STEP_SECONDS))
        size = -(-len(connections) // steps) or 1
        farewells = []
        for start in range(0, len(connections), size):
            farewells.append(gevent.spawn(_farewell, connections[start:start + size]))
            gevent.sleep(STEP_SECONDS)
        gevent.joinall(farewells)
        end = monotonic() + END_SECONDS
        while (sessions.reader.connections or not sessions.workers.idle) and monotonic() < end:
            gevent.sleep(0.02)
        sessions.reader.close()


def _farewell(connections: list[Connection]) -> None:
    for connection in connections:
        connection.reader.pause(connection)
        after = secrets.randbelow(RECONNECT_MS)
        connection.answer(encode(Bye(reason="draining", reconnect_after_ms=after)))
    end = monotonic() + ANSWER_SECONDS
    while monotonic() < end and any(_is_owed(connection) for connection in connections):
        gevent.sleep(0.01)
    for connection in connections:
        connection.close(Close.DRAINING)


def _is_owed(connection: Connection) -> bool:
    """Whether an answer is still on its way to this socket."""
    speaker = connection.speaker
    return connection.state is State.OPEN and isinstance(speaker, Session) and speaker.working


def _read_ahead(environ: dict[str, Any]) -> bytes:
    """What gunicorn's parser took off the socket behind the request."""
    reader = getattr(environ["wsgi.input"], "reader", None)
    unreader = getattr(reader, "unreader", None)
    return b"" if unreader is None else bytes(unreader.take_buffered())


def _for_ever(act: Callable[[], None], seconds: float) -> None:
    while True:
        gevent.sleep(seconds)
        try:
            act()
        except Refused as refused:
            log.warning("a round was left out: %s", refused.code)
        except Exception:
            log.exception("a round failed")
