"""The way out to WeChat: one token for all, one retry, never without end, and outcomes that do not lie."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest

from rooms.live.live import Live
from rooms.store import Store
from tests.cast import opened
from tests.sandbox_client import MINI, OFFICIAL, Sandbox, mini_program, official_account
from wechat.platform.client import CallFailed, Client
from wechat.platform.limits import LIMITS
from wechat.platform.login import BadCode, PlatformDown, code_to_session
from wechat.platform.sending import Outcome, State, send_text
from wechat.platform.token import Credentials, SharedTokens, stable_token

QUICK = LIMITS._replace(call_timeout_seconds=0.5, response_bytes=10_000)
SEND = "/cgi-bin/message/custom/send"


@pytest.fixture(scope="module")
def store(request: pytest.FixtureRequest) -> Store:
    return opened(request)


@pytest.fixture(scope="module")
def wechat() -> Iterator[Sandbox]:
    with Sandbox([official_account(), mini_program()]) as sandbox:
        yield sandbox


@pytest.fixture
def client(store: Store, wechat: Sandbox) -> Client:
    return Client(OFFICIAL, tokens(store, wechat.url), wechat.url)


def tokens(store: Store, base: str, secret: str = "official-secret") -> SharedTokens:
    return SharedTokens(store.live, Credentials(OFFICIAL, secret), base)


def token_calls(wechat: Sandbox) -> int:
    return sum(count for (path, _), count in wechat.calls().items() if "token" in path)


@contextmanager
def server(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """Something that listens where WeChat should, and does `answer` with each connection."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            threading.Thread(target=one, args=(connection,), daemon=True).start()

    def one(connection: socket.socket) -> None:
        with connection:
            try:
                connection.recv(65536)
                answer(connection)
            except OSError:
                return

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        listening.close()


def http(body: bytes, status: str = "200 OK") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body


class Fixed(SharedTokens):
    """A token that needs nobody."""

    def __init__(self) -> None:
        self.dropped: list[str] = []

    def get(self) -> str:
        return f"token-{len(self.dropped)}"

    def drop(self, token: str) -> None:
        self.dropped.append(token)


def sent_to(answer: Callable[[socket.socket], None]) -> Outcome:
    with server(answer) as base:
        return send_text(Client(OFFICIAL, Fixed(), base, QUICK), "oMei", "你好")


# sending


def test_a_message_arrives_with_its_characters(client: Client, wechat: Sandbox) -> None:
    mei = wechat.follower(OFFICIAL)
    assert send_text(client, mei, "你好 <b>\n😀").state is State.SENT
    assert wechat.texts(mei)[-1] == "你好 <b>\n😀"


def test_a_no_is_told_with_its_code(client: Client, wechat: Sandbox) -> None:
    assert send_text(client, "oNobodyAtAllNobodyAtAllNob", "x")[:2] == (State.REFUSED, 40003)
    wechat.inject(SEND, errcode=45047)
    assert send_text(client, wechat.follower(OFFICIAL), "x")[:2] == (State.REFUSED, 45047)


def test_a_stale_token_is_dropped_and_the_call_made_once_more(client: Client, wechat: Sandbox) -> None:
    mei, before = wechat.follower(OFFICIAL), wechat.calls().get((SEND, 40001), 0)
    wechat.inject(SEND, errcode=40001)
    assert send_text(client, mei, "x").state is State.SENT
    for errcode in (40014, 42001):
        wechat.inject(SEND, errcode=errcode)
        assert send_text(client, mei, "x").state is State.SENT
    wechat.inject(SEND, times=5, errcode=40001)
    assert send_text(client, mei, "x")[:2] == (State.REFUSED, 40001)
    assert wechat.calls()[SEND, 40001] - before == 3
    wechat.clear_faults()


def flood(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
    while True:
        connection.sendall(b"x" * 65536)


def drip(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n")
    while True:
        connection.sendall(b" ")
        time.sleep(0.05)


NO_ANSWERS: dict[str, Callable[[socket.socket], Any]] = {
    "nothing": lambda connection: connection.recv(1),
    "closed at once": lambda _: None,
    "html": lambda connection: connection.sendall(http(b"<html>busy</html>")),
    "500": lambda connection: connection.sendall(http(b"{}", "500 Oops")),
    "502 with json": lambda connection: connection.sendall(http(b'{"errcode":0}', "502 Bad Gateway")),
    "cut off": lambda connection: connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"errcode"'),
    "json, not an object": lambda connection: connection.sendall(http(b"[0]")),
    "no errcode": lambda connection: connection.sendall(http(b"{}")),
    "too long": lambda connection: connection.sendall(http(b'{"errcode":0,"x":"' + b"x" * 20_000 + b'"}')),
    "a flood": flood,
    "a drip": drip,
    "not http": lambda connection: connection.sendall(b"\x00" * 100),
}


@pytest.mark.parametrize("name", NO_ANSWERS)
def test_an_answer_that_cannot_be_trusted_is_unknown_and_soon(name: str) -> None:
    started = time.monotonic()
    outcome = sent_to(NO_ANSWERS[name])
    assert (outcome.state, outcome.errcode) == (State.UNKNOWN, None)
    assert time.monotonic() - started < 2.5
    assert "token-0" not in outcome.detail


def test_what_never_left_is_known_not_to_have_been_sent(store: Store) -> None:
    with socket.socket() as taken:  # bound and not listening: nobody can connect
        taken.bind(("127.0.0.1", 0))
        base = f"http://127.0.0.1:{taken.getsockname()[1]}"
        assert send_text(Client(OFFICIAL, Fixed(), base, QUICK), "oMei", "x").state is State.UNSENT
        store.live.delete(store.live.name("token", OFFICIAL))
        assert send_text(Client(OFFICIAL, tokens(store, base), base, QUICK), "oMei", "x").state is State.UNSENT


def test_no_error_tells_the_token_or_the_secret(store: Store, wechat: Sandbox) -> None:
    with pytest.raises(CallFailed) as failed:
        stable_token(wechat.url, Credentials(OFFICIAL, "canary-secret"))
    assert failed.value.errcode == 40125
    assert "canary" not in f"{failed.value!r} {failed.value} {Credentials(OFFICIAL, 'canary')!r}"
    assert failed.value.__context__ is None or failed.value.__suppress_context__


# the token


def test_many_processes_and_threads_make_one_token_call(request: pytest.FixtureRequest, wechat: Sandbox) -> None:
    first, before = opened(request), token_calls(wechat)
    second = Live.open(first.live.url, first.live.prefix)
    request.addfinalizer(second.close)
    found: list[str] = []

    def ask(live: Live) -> None:
        found.append(SharedTokens(live, Credentials(OFFICIAL, "official-secret"), wechat.url).get())

    threads = [threading.Thread(target=ask, args=(live,)) for live in (first.live, second) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 1
    assert token_calls(wechat) - before == 1


def test_a_stale_token_is_dropped_only_while_it_is_the_one_that_is_kept(store: Store, wechat: Sandbox) -> None:
    shared = tokens(store, wechat.url)
    token = shared.get()
    shared.drop("another")
    before = token_calls(wechat)
    assert shared.get() == token
    assert token_calls(wechat) == before
    shared.drop(token)
    shared.get()
    assert token_calls(wechat) == before + 1


def test_a_token_is_kept_a_little_less_long_than_it_lives(store: Store) -> None:
    lives = json.dumps({"access_token": "t", "expires_in": 7200}).encode()
    with server(lambda connection: connection.sendall(http(lives))) as base:
        shared = SharedTokens(store.live, Credentials("wxOther", "s"), base)
        assert shared.get() == "t"
    key = store.live.name("token", "wxOther")
    assert 6_000 < int(store.live.command("TTL", key, key=key)) <= 6_900


def test_a_failed_token_call_leaves_no_lock_behind(store: Store) -> None:
    told = http(b'{"errcode":40164,"errmsg":"invalid ip 1.2.3.4"}')
    with server(lambda connection: connection.sendall(told)) as base:
        shared = SharedTokens(store.live, Credentials("wxNoIp", "s"), base)
        for _ in range(3):
            started = time.monotonic()
            with pytest.raises(CallFailed) as failed:
                shared.get()
            assert failed.value.errcode == 40164
            assert "1.2.3.4" in failed.value.detail
            assert time.monotonic() - started < 1


# login


def test_a_login_code_tells_who_it_is_once(wechat: Sandbox) -> None:
    settings, account = SimpleNamespace(wechat_api_url=wechat.url), SimpleNamespace(appid=MINI, secret="mini-secret")
    code, openid = wechat.login_code(unionid="u1")
    assert code_to_session(settings, account, code) == (openid, "u1")
    for bad in (code, "nonsense", "", "x" * 600):
        with pytest.raises(BadCode):
            code_to_session(settings, account, bad)


def test_a_platform_that_is_down_is_not_a_bad_code(wechat: Sandbox) -> None:
    account = SimpleNamespace(appid=MINI, secret="canary-secret")
    with pytest.raises(PlatformDown):
        code_to_session(SimpleNamespace(wechat_api_url=wechat.url), account, wechat.login_code()[0])
    for body in (b"<html>", b"[]", b"{}", b'{"openid":5}', b'{"errcode":-1}'):
        with server(lambda connection, body=body: connection.sendall(http(body))) as base:  # type: ignore[misc]
            with pytest.raises(PlatformDown) as down:
                code_to_session(SimpleNamespace(wechat_api_url=base), account, "code")
            assert "canary" not in str(down.value)
