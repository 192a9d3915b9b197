"""Calls gather into round trips; whatever becomes of Redis, each is answered, and doubt is never a yes."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from rooms.errors import Code, Misconfigured, Refused
from rooms.live import pipeline as pipelines
from rooms.live.live import Live
from rooms.live.scripts import DELETE_IF
from rooms.live.wire import Wire, WireLost
from rooms.store import check_durability
from tests import servers


@pytest.fixture
def redis() -> Iterator[servers.RedisServer]:
    with servers.valkey() as server:
        yield server


@pytest.fixture
def live(redis: servers.RedisServer) -> Iterator[Live]:
    live = Live.open(redis.url, "test")
    yield live
    live.close()


def pipeline_of(live: Live) -> pipelines.Pipeline:
    return next(iter(live._pipelines.values()))


def test_calls_that_wait_leave_together(live: Live) -> None:
    live.set("warm", "1")
    before, answers = pipeline_of(live).round_trips, []
    done = threading.Event()

    def then(reply: Any) -> None:
        answers.append(reply)
        if len(answers) == 500:
            done.set()

    for number in range(500):
        live.call_soon(DELETE_IF, [f"key {number}"], ["x"], then)
    assert done.wait(10)
    assert answers == [[b"ok", 0]] * 500
    assert pipeline_of(live).round_trips - before < 100


def test_it_goes_on_after_redis_was_away_however_hard_it_is_asked(live: Live, redis: servers.RedisServer) -> None:
    live.set("here", "1")
    redis.kill()
    with pytest.raises(Refused) as refused:
        live.get("here")
    assert refused.value.code is Code.UNAVAILABLE
    back = threading.Event()
    threading.Thread(target=lambda: (time.sleep(1), redis.start(), back.set())).start()
    end, answered = time.monotonic() + 60, False
    while not answered and time.monotonic() < end:
        try:
            answered = live.get("here") == b"1"
        except Refused:
            assert not back.is_set() or time.monotonic() < end - 5, "Redis is back, and nobody noticed"
    assert answered


def test_what_is_tried_again_comes_before_what_waited_behind_it(live: Live, redis: servers.RedisServer) -> None:
    live.set("key", "0")
    pipeline = pipeline_of(live)
    before = pipeline.round_trips
    os.kill(redis.pid, signal.SIGSTOP)
    first = live.begin_command("SET", "key", "first", key="key")
    servers.wait_for(lambda: pipeline.round_trips > before, "the first is under way")
    second = live.begin_command("SET", "key", "second", key="key")
    assert pipeline._wire._socket is not None
    pipeline._wire._socket.shutdown(socket.SHUT_RDWR)
    os.kill(redis.pid, signal.SIGCONT)
    for answer in (first, second):
        answer.wait()
    assert live.get("key") == b"second"


def test_it_comes_back_however_often_it_had_to(redis: servers.RedisServer) -> None:
    """What lends connections counts those it has made: a house that met an outage of minutes could have no more."""
    wire = Wire(redis.url)
    for _ in range(150):
        wire.open()
        assert wire.ask("PING") == b"PONG"
        wire.close()
    redis.kill()
    for _ in range(150):
        with pytest.raises(WireLost, match="refused"):
            wire.open()
    redis.start()
    wire.open()
    assert wire.ask("PING") == b"PONG"
    wire.close()


def test_scripts_that_the_server_forgot_are_brought_again(live: Live) -> None:
    live.set("key", "value")
    live.command("SCRIPT", "FLUSH", key="key")
    assert live.delete_if("key", "value")


def test_a_full_redis_refuses_for_now_and_reads_go_on(live: Live) -> None:
    live.set("key", "value")
    live.command("CONFIG", "SET", "maxmemory", "1", key="key")
    with pytest.raises(Refused) as refused:
        live.set("other", "value")
    assert (refused.value.code, refused.value.temporary) == (Code.UNAVAILABLE, True)
    assert live.get("key") == b"value"
    live.command("CONFIG", "SET", "maxmemory", "0", key="key")
    assert live.set("other", "value")


def test_what_hangs_ends_as_unavailable(live: Live, redis: servers.RedisServer,
                                        monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rooms.live.wire.ANSWER_TIMEOUT_SECONDS", 1.0)
    short = Live.open(redis.url, "test")
    short.set("key", "value")
    live.command("CLIENT", "PAUSE", "60000", "ALL", key="key")
    begun = time.monotonic()
    with pytest.raises(Refused):
        short.get("key")
    assert time.monotonic() - begun < 30
    short.close()


def test_a_queue_that_is_full_refuses_at_once(live: Live, redis: servers.RedisServer,
                                               monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipelines, "MOST_WAITING", 10)
    live.set("key", "value")
    live.command("CLIENT", "PAUSE", "300", "ALL", key="key")
    replies: list[Any] = []
    for _ in range(200):
        live.call_soon(DELETE_IF, ["key"], ["other"], replies.append)
    assert sum(isinstance(reply, Refused) for reply in replies) >= 100


def test_where_no_redis_answers_the_start_says_so() -> None:
    with pytest.raises(Misconfigured, match="REDIS_URL"):
        Live.open(f"redis://127.0.0.1:{servers.free_port()}/0")


def test_a_redis_that_cannot_keep_the_mode_stops_the_start(live: Live) -> None:
    check_durability(live, "local")
    live.command("CONFIG", "SET", "appendfsync", "everysec", key="key")
    with pytest.raises(Misconfigured, match="appendfsync always"):
        check_durability(live, "local")
    check_durability(live, "relaxed")
    with pytest.raises(Misconfigured, match="replica"):
        check_durability(live, "replicated")
