"""The web processes as they run in production (gunicorn, our worker), on a Redis and a record of their own."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from miniprogram.tokens import Tokens
from rooms import channels
from rooms.events import Person
from rooms.store import Store, open_store
from settings import Settings
from tests import servers
from tests.cast import Cast
from tests.miniprogram.nest import Hatched, nest
from tests.socket_client import Ended, Json, Socket
from tests.tables import with_tables

SECRET = "a secret key for tests, long enough"


class Web:
    """`socket()` opens a WebSocket, `member(channel)` one whose owner has entered."""

    def __init__(self, folder: Path, redis_url: str, processes: int = 1, **environ: str) -> None:
        self.port = servers.free_port()
        self._folder = folder
        kept = {name: value for name, value in os.environ.items() if not name.startswith("TEAHOUSE_")}
        self.environ = kept | {
            "REDIS_URL": redis_url, "DATABASE_URL": f"sqlite:///{folder}/teahouse.db", "TEAHOUSE_SECRET_KEY": SECRET,
            "TEAHOUSE_VAR": str(folder), "TEAHOUSE_PORT": str(self.port), "TEAHOUSE_WEB_PROCESSES": str(processes),
            "TEAHOUSE_SAY_PER_SECOND": "0", "TEAHOUSE_FRAMES_PER_SECOND": "1000", "TEAHOUSE_LOG_FORMAT": "text",
        } | environ
        settings = Settings.from_environment(self.environ)
        with_tables(self.environ["DATABASE_URL"])
        self.store: Store = open_store(settings)
        self.cast = Cast(self.store)
        self.tokens = Tokens(SECRET)
        self._opened: list[Socket] = []
        self.process: Hatched
        self.redis: servers.RedisServer

    def start(self) -> None:
        self.process = nest().hatch(self._folder / "web.log", self.environ)
        end = time.monotonic() + 60
        while not self._ready():
            assert self.process.poll() is None, self.log()
            assert time.monotonic() < end, self.log()
            time.sleep(0.05)

    def stop(self) -> None:
        for socket in self._opened:
            socket.vanish()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGQUIT)
            with contextlib.suppress(TimeoutError):
                self.process.wait(60)
        if self.process.poll() is None:
            self.process.kill()
        self.store.close()

    def log(self) -> str:
        return (self._folder / "web.log").read_text("utf-8", "replace")

    def get(self, path: str, **given: Any) -> requests.Response:
        return requests.get(f"http://127.0.0.1:{self.port}{path}", timeout=60, **given)

    def post(self, path: str, **given: Any) -> requests.Response:
        return requests.post(f"http://127.0.0.1:{self.port}{path}", timeout=60, **given)

    def _ready(self) -> bool:
        with contextlib.suppress(requests.RequestException):
            return self.get("/readyz").status_code == 200
        return False

    # ---- people and places

    def channel(self, name: str) -> str:
        return channels.add(self.store, self.cast.room, name)

    def token(self, person: Person, lifetime_seconds: int = 3600) -> str:
        return self.tokens.issue(person.id, person.organization, self.store.clock.now(), lifetime_seconds)

    def socket(self, **given: Any) -> Socket:
        socket = Socket("127.0.0.1", self.port, **given)
        self._opened.append(socket)
        return socket

    def greeted(self, person: Person, resume: Json | None = None, **given: Any) -> Socket:
        """A socket on which the person has said hello; the welcome is in `welcome`."""
        socket = self.socket(**given)
        hello: Json = {"op": "hello", "id": 1, "token": self.token(person)}
        socket.send(hello | ({"resume": resume} if resume is not None else {}))
        answer = socket.receive()
        assert answer["op"] == "welcome", answer
        socket.welcome = answer  # type: ignore[attr-defined]
        return socket

    def member(self, person: Person, *entered: str, **given: Any) -> Socket:
        socket = self.greeted(person, **given)
        for channel in entered:
            answer = ask(socket, {"op": "enter", "channel": channel})
            assert answer["op"] == "entered", answer
        return socket

    def again(self, person: Person, resume: dict[str, Json]) -> Socket:
        """A member who was in these channels comes back, and says where they stopped."""
        self.member(person, *resume).close()
        return self.greeted(person, resume)

    def workers(self) -> list[int]:
        """The processes that serve."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(pid) for pid in children.split()]


def ask(socket: Socket, request: Json, number: int = 77) -> Json:
    """The answer to this request; events on the way are passed over."""
    socket.send({"id": number, **request})
    while True:
        message = socket.receive()
        if message.get("id") == number:
            return message


def events(socket: Socket, op: str, count: int, seconds: float = 60.0) -> list[Json]:
    """The next `count` frames of that operation."""
    found: list[Json] = []
    while len(found) < count:
        message = socket.receive(seconds)
        if message["op"] == op:
            found.append(message)
    return found


def closes_with(socket: Socket, code: int | None, seconds: float = 60.0) -> None:
    """Whatever still comes is passed over."""
    with pytest.raises(Ended) as ended:
        events(socket, "nothing is called so", 1, seconds)
    assert ended.value.code == code


def say(channel: str, text: str, client_id: str) -> Json:
    return {"op": "say", "channel": channel, "client_id": client_id, "type": "text", "body": {"text": text}}


@contextlib.contextmanager
def running(folder: Path, processes: int = 1, **environ: str) -> Iterator[Web]:
    with servers.valkey() as redis:
        web = Web(folder, redis.url, processes, **environ)
        web.redis = redis
        try:
            web.start()
            yield web
        finally:
            web.stop()
