"""A sandbox for this folder's tests, and a server of an account's own that answers pushes as a test wants."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

from sandbox.envelope import read, write
from tests.sandbox_client import MINI, OFFICIAL, Sandbox, mini_program, official_account


@dataclass
class Received:
    """One request that reached the account's server."""

    method: str
    path: str
    query: dict[str, str]
    body: str


Answering = Callable[[Received], tuple[int, bytes]]


@dataclass
class House:
    """The account's own server: keeps what it got, answers with `answer`."""

    url: str = ""
    received: list[Received] = field(default_factory=list)
    answer: Answering = lambda _received: (200, b"success")
    delay_seconds: float = 0.0


def replying(**changes: object) -> Answering:
    """Answer with a passive text reply, to whom and by whom as it should be, apart from `changes`."""

    def answer(received: Received) -> tuple[int, bytes]:
        push = read(received.body)
        reply = {
            "ToUserName": push["FromUserName"],
            "FromUserName": push["ToUserName"],
            "CreateTime": 1700000000,
            "MsgType": "text",
            "Content": "请坐",
        }
        return 200, write({**reply, **changes}, "xml").encode()

    return answer


@pytest.fixture(scope="session")
def running_house() -> Iterator[House]:
    house = House()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            received = Received(self.command, parts.path, dict(parse_qsl(parts.query)), body)
            house.received.append(received)
            time.sleep(house.delay_seconds)
            status, content = house.answer(received)
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST  # noqa: N815

        def log_message(self, *_words: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_about: Any) -> None:
            """A caller that gave up waiting is what some tests are about."""

    server = Server(("127.0.0.1", 0), Handler)
    house.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield house
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def running_sandbox(running_house: House) -> Iterator[Sandbox]:
    with Sandbox([official_account(), mini_program()], house=running_house.url) as sandbox:
        yield sandbox


@pytest.fixture
def house(running_house: House) -> House:
    """The account's server, as if new."""
    running_house.received.clear()
    running_house.answer, running_house.delay_seconds = (lambda _received: (200, b"success")), 0.0
    return running_house


@pytest.fixture
def wechat(running_sandbox: Sandbox, house: House) -> Sandbox:
    """A WeChat in which nothing happened yet."""
    running_sandbox.reset()
    running_sandbox.settings(retry_pause_seconds=0.01)
    return running_sandbox


class Api:
    """The platform's API as an account calls it."""

    def __init__(self, wechat: Sandbox) -> None:
        self.url = wechat.url

    def get(self, path: str, **query: Any) -> requests.Response:
        return requests.get(self.url + path, params=query, timeout=60)

    def post(self, path: str, body: Any = None, **query: Any) -> requests.Response:
        raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        return requests.post(self.url + path, data=raw, params=query, timeout=60)

    def token(self, appid: str = OFFICIAL, secret: str = "official-secret") -> str:
        answer = self.get("/cgi-bin/token", grant_type="client_credential", appid=appid, secret=secret).json()
        assert "access_token" in answer, answer
        text: str = answer["access_token"]
        return text

    def mini_token(self) -> str:
        return self.token(MINI, "mini-secret")

    def stable(self, **more: Any) -> dict[str, Any]:
        order = {"grant_type": "client_credential", "appid": OFFICIAL, "secret": "official-secret", **more}
        answer: dict[str, Any] = self.post("/cgi-bin/stable_token", order).json()
        return answer

    def works(self, token: str) -> int:
        """The errcode with which a token is received, 0 when it is good."""
        code: int = self.get("/cgi-bin/user/get", access_token=token).json().get("errcode", 0)
        return code

    def send(self, openid: str, text: str = "茶好了", token: str = "", **message: Any) -> int:
        """Send a customer message, a text unless told otherwise; the errcode."""
        body = {"touser": openid, **(message or {"msgtype": "text", "text": {"content": text}})}
        answer = self.post("/cgi-bin/message/custom/send", body, access_token=token or self.token())
        code: int = answer.json()["errcode"]
        return code


@pytest.fixture
def api(wechat: Sandbox) -> Api:
    return Api(wechat)
