"""How many may wait for their welcome."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest

from miniprogram import greetings
from miniprogram.connection import Connection, State
from miniprogram.greetings import AT_LEAST, BLIND_SECONDS, WAIT_SECONDS, Greetings
from miniprogram.protocol.requests import Hello, Read
from miniprogram.session import Session
from miniprogram.verbs import VERBS
from rooms import ids
from tests.miniprogram.web import Web, running
from tests.socket_client import Refusal, Socket


class Watch:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    watch = Watch()
    monkeypatch.setattr(greetings, "monotonic", watch)
    return watch


def come(those: Greetings, people: int) -> None:
    for _ in range(people):
        those.begin()


def greet(those: Greetings, people: int) -> None:
    for _ in range(people):
        those.end(in_time=True)


def test_a_wave_that_comes_to_an_idle_process_is_let_in(watch: Watch) -> None:
    those = Greetings()
    come(those, 500)
    assert not those.full
    watch.now += BLIND_SECONDS
    assert those.full, "nobody was answered in all that time"


def test_a_few_may_always_wait(watch: Watch) -> None:
    those = Greetings()
    come(those, AT_LEAST - 1)
    watch.now += 60
    assert not those.full
    come(those, 1)
    assert those.full
    those.end(in_time=False)
    assert not those.full, "whoever gave up makes room"


def test_as_many_wait_as_are_answered_in_three_seconds(watch: Watch) -> None:
    those = Greetings()
    come(those, 400)
    watch.now += 1
    greet(those, 100)
    assert those.full, "300 wait, and 300 are answered in three seconds at this pace"
    greet(those, 1)
    assert not those.full
    watch.now += WAIT_SECONDS
    greet(those, 50)
    come(those, 1)
    assert those.full, "250 wait, and 50 were answered in the last three seconds"


def test_who_gave_up_before_their_turn_tells_nothing_of_the_pace(watch: Watch) -> None:
    those = Greetings()
    come(those, 200)
    watch.now += 1
    for _ in range(100):
        those.end(in_time=False)
    assert those.full


def test_an_earlier_wave_tells_nothing_of_this_one(watch: Watch) -> None:
    those = Greetings()
    come(those, 400)
    greet(those, 400)
    watch.now += 1
    come(those, AT_LEAST)
    watch.now += 1
    assert those.full


class Sock:
    """A socket whose jobs are done when the test says so."""

    def __init__(self) -> None:
        self.jobs: list[Callable[[], None]] = []
        self.greetings = Greetings()
        self.connection = SimpleNamespace(
            state=State.OPEN, answer=lambda _: None, close=lambda _: None, is_over=lambda: False,
            reader=SimpleNamespace(resume=lambda _: None, pause=lambda _: None))
        sessions: Any = SimpleNamespace(workers=SimpleNamespace(do=self.jobs.append), greetings=self.greetings,
                                        process="p1", gone=lambda _: None, let_go=lambda *_: None)
        self.session = Session(sessions, cast(Connection, self.connection), 1)

    def hears(self, *requests: str) -> None:
        for request in requests:
            self.session.heard(request.encode())


def test_only_the_hello_is_waited_for_and_not_what_is_asked_behind_it(monkeypatch: pytest.MonkeyPatch) -> None:
    sock, waiting = Sock(), []
    monkeypatch.setitem(VERBS, Hello, lambda *_: waiting.append(("hello", sock.greetings.waiting)))
    monkeypatch.setitem(VERBS, Read, lambda *_: waiting.append(("read", sock.greetings.waiting)))
    hall = ids.new_channel(ids.new("r"))
    sock.hears('{"op":"hello","id":1,"token":"t"}', f'{{"op":"read","id":2,"channel":"{hall}","seq":1}}')
    assert sock.greetings.waiting == 1
    for job in sock.jobs:
        job()
    assert waiting == [("hello", 1), ("read", 0)]


def test_a_socket_that_ended_before_its_turn_is_waited_for_no_more() -> None:
    sock = Sock()
    sock.hears('{"op":"hello","id":1,"token":"t"}')
    sock.connection.state = State.GONE
    for job in sock.jobs:
        job()
    assert sock.greetings.waiting == 0


# ---- at the door


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with running(tmp_path_factory.mktemp("door")) as web:
        yield web


def test_nobody_comes_in_to_wait_in_vain(web: Web) -> None:
    """Redis stands still, so that nobody is answered."""
    token = web.token(web.cast.person("Alice"))
    os.kill(web.redis.pid, signal.SIGSTOP)
    try:
        waiting = [said_hello(web, token) for _ in range(AT_LEAST)]
        assert turned_away(web) == 503, "as many wait as may"
    finally:
        os.kill(web.redis.pid, signal.SIGCONT)
    for socket in waiting:
        assert socket.receive()["op"] in ("welcome", "refused"), "nobody is left without an answer"
    web.greeted(web.cast.person("Bob"))


def test_those_whom_the_house_does_not_know_keep_nobody_out(web: Web) -> None:
    for _ in range(2 * AT_LEAST):
        said_hello(web, "nobody's")
    web.greeted(web.cast.person("Charlie"))


def said_hello(web: Web, token: str) -> Socket:
    socket = web.socket()
    socket.send({"op": "hello", "id": 1, "token": token})
    return socket


def turned_away(web: Web) -> int:
    """The status of the refusal; 0 where there is none for a while, as what was said is heard a moment later."""
    end = time.monotonic() + 2
    while time.monotonic() < end:
        try:
            web.socket().vanish()
        except Refusal as refusal:
            return refusal.status
        time.sleep(0.02)
    return 0
