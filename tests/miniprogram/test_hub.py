"""In step with the log, whatever happens to what is published, to the log, and to Redis."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from rooms import messages
from rooms.events import Door
from tests.miniprogram.web import Web, ask, events, running, say
from tests.socket_client import Json, Socket


def seqs(found: list[Json]) -> list[int]:
    return [message["seq"] for message in found]


def says_until_said(socket: Socket, hall: str, text: str, seconds: float = 60.0) -> Json:
    """As a client does: again, with the same client_id, while the refusal may pass."""
    end = time.monotonic() + seconds
    while True:
        answer = ask(socket, say(hall, text, text))
        if answer["op"] == "said":
            return answer
        assert answer["temporary"], answer
        assert time.monotonic() < end, answer
        time.sleep(0.1)


def test_what_publishing_lost_is_read_from_the_log(web: Web) -> None:
    hall = web.channel("holes")
    alice, bob = web.member(web.cast.person("Alice"), hall), web.member(web.cast.person("Bob"), hall)
    for number in range(60):
        if number % 20 == 5:
            web.store.live.command("CLIENT", "KILL", "TYPE", "pubsub", key="x")
        ask(alice, say(hall, str(number), f"n{number}"))
    assert seqs(events(bob, "message", 60, 6)) == list(range(1, 61))


def test_what_is_said_elsewhere_is_heard_here(web: Web) -> None:
    hall = web.channel("elsewhere")
    bob = web.cast.person("Bob")
    there = web.member(bob, hall)
    messages.post(web.store, bob._replace(door=Door.WECHAT), hall, messages.Draft("text", {"text": "hi"}, "one"))
    heard = events(there, "message", 1)[0]
    assert (heard["from"]["door"], heard["seq"]) == ("wechat", 1)


def test_coming_while_others_talk_misses_nothing_and_repeats_nothing(web: Web) -> None:
    hall = web.channel("busy")
    alice = web.cast.person("Alice")
    talker = web.member(alice, hall)
    said: list[object] = []
    for number in range(1500):
        draft = messages.Draft("text", {"text": str(number)}, f"n{number}")
        messages.post_soon(web.store, alice, hall, draft, said.append)
        if number in (300, 600, 900):
            time.sleep(0.05)
    comers = [web.greeted(web.cast.person(f"P{number}")) for number in range(10)]
    shown = []
    for comer in comers:
        entered = ask(comer, {"op": "enter", "channel": hall})
        shown.append(seqs(entered["messages"]))
    while len(said) < 1500:
        time.sleep(0.01)
    ask(talker, say(hall, "last", "last"))
    for comer, first in zip(comers, shown, strict=True):
        heard = list(first)
        while heard[-1] < 1501:
            heard += seqs(events(comer, "message", 1))
        assert heard == list(range(heard[0], 1502))


def test_leaving_and_coming_again_among_talk_misses_nothing(web: Web) -> None:
    hall = web.channel("to and fro")
    alice = web.cast.person("Alice")
    web.member(alice, hall)
    bob = web.member(web.cast.person("Bob"), hall)
    place: Json = {"epoch": "e1", "seq": 0}
    heard: list[int] = []
    for number in range(40):
        messages.post(web.store, alice, hall, messages.Draft("text", {"text": str(number)}, f"n{number}"))
        if number % 4 == 3:
            ask(bob, {"op": "leave", "channel": hall})
            entered = ask(bob, {"op": "enter", "channel": hall, "since": place})
            heard += seqs(entered["messages"])
            place = {"epoch": entered["epoch"], "seq": entered["tip"]}
    assert heard == list(range(1, 41))


def test_a_log_that_was_lost_is_told_and_talk_goes_on(tmp_path: Path) -> None:
    with running(tmp_path) as web:
        hall = web.channel("hall")
        alice, bob = web.member(web.cast.person("Alice"), hall), web.member(web.cast.person("Bob"), hall)
        for number in range(5):
            ask(alice, say(hall, str(number), f"n{number}"))
        assert seqs(events(bob, "message", 5)) == [1, 2, 3, 4, 5]
        web.store.live.command("FLUSHALL", key="x")
        forked = events(bob, "forked", 1, 10)[0]
        assert (forked["seq"], forked["epoch"] != "e1") == (0, True)
        said = says_until_said(alice, hall, "after")
        assert said["epoch"] == forked["epoch"]
        heard = events(bob, "message", 1)[0]
        assert (heard["seq"], heard["epoch"], heard["body"]["text"]) == (said["seq"], said["epoch"], "after")


@pytest.mark.parametrize("how", ["kill", "stop"])
def test_a_redis_that_dies_and_comes_back_loses_nothing_and_nobody_reconnects(tmp_path: Path, how: str) -> None:
    with running(tmp_path) as web:
        hall = web.channel("hall")
        alice, bob = web.member(web.cast.person("Alice"), hall), web.member(web.cast.person("Bob"), hall)
        for number in range(5):
            ask(alice, say(hall, str(number), f"n{number}"))
        getattr(web.redis, how)()
        refused = ask(alice, say(hall, "meanwhile", "meanwhile"))
        assert (refused["code"], refused["temporary"]) == ("unavailable", True)
        web.redis.start()
        began = time.monotonic()
        says_until_said(alice, hall, "again")
        assert time.monotonic() - began < 10
        ask(alice, say(hall, "last", "last"))
        heard = seqs(events(bob, "message", 7, 6))
        assert heard == list(range(1, 8))
