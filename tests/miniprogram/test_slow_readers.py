"""A reader who lags costs a bounded amount, is told what was left out, and hurts nobody else."""

from __future__ import annotations

import threading
import time
from itertools import pairwise
from pathlib import Path

from rooms import messages
from rooms.errors import Refused
from rooms.events import Person
from tests.miniprogram.web import Web, ask, closes_with
from tests.socket_client import Ended, Json, Socket

TEXT = "茶" * 600


def talk(web: Web, speaker: Person, hall: str, count: int, first: int = 0) -> None:
    """Says so much, within seconds, that the kernel's buffers of a stalled reader are full many times over."""
    said: list[messages.Said | messages.Held | Refused] = []
    for number in range(first, first + count):
        draft = messages.Draft("text", {"text": f"{number} {TEXT}"}, f"n{number}")
        messages.post_soon(web.store, speaker, hall, draft, said.append)
        while len(said) < number - first - 100:
            time.sleep(0.001)
    while len(said) < count:
        time.sleep(0.001)
    assert all(isinstance(answer, messages.Said) for answer in said)


def drain(reader: Socket, seconds: float) -> list[Json]:
    found = []
    try:
        while True:
            found.append(reader.receive(seconds))
    except (TimeoutError, Ended):
        return found


def test_a_reader_who_stops_for_a_while_gets_whole_frames_in_order_and_a_gap_for_the_rest(web: Web) -> None:
    hall = web.channel("stalled")
    alice = web.cast.person("Alice")
    web.member(alice, hall).vanish()
    reader = web.member(web.cast.person("Reader"), hall, receive_buffer=4096)
    before = memory(web)
    talk(web, alice, hall, 3000)
    assert memory(web) - before < 30 << 20
    found = drain(reader, 1.0)
    assert reader.problem == ""
    seqs = [message["seq"] for message in found if message["op"] == "message"]
    gaps = [message["after"]["seq"] for message in found if message["op"] == "gap"]
    assert gaps
    assert seqs == sorted(set(seqs))
    holes = [before for before, after in pairwise([0, *seqs, 3001]) if after != before + 1]
    assert set(holes) <= set(gaps)
    # what was left out is in the history, and what comes now is heard
    history = ask(reader, {"op": "history", "channel": hall, "after": gaps[-1], "limit": 10})
    assert history["messages"][0]["seq"] == gaps[-1] + 1
    talk(web, alice, hall, 1, first=9000)
    assert [message["seq"] for message in drain(reader, 0.5) if message["op"] == "message"] == [3001]


def test_a_reader_who_takes_nothing_for_ten_seconds_is_closed_and_others_notice_nothing(web: Web) -> None:
    hall = web.channel("dead")
    alice = web.cast.person("Alice")
    healthy = web.member(alice, hall)
    dead = web.member(web.cast.person("Dead"), hall, receive_buffer=4096)
    heard: list[Json] = []
    listener = threading.Thread(target=lambda: heard.extend(drain(healthy, 2.0)))
    listener.start()
    talk(web, alice, hall, 3000)
    listener.join()
    assert [message["seq"] for message in heard if message["op"] == "message"] == list(range(1, 3001))
    time.sleep(11)
    assert web.log().count("Traceback") == 0
    before = memory(web)
    left = drain(dead, 1.0)  # what the kernel had taken, then the end
    assert dead.problem == ""
    assert len(left) < 1000
    assert memory(web) <= before
    assert ask(healthy, {"op": "ping"})["op"] == "pong"


def test_answers_that_nobody_reads_end_with_4008(web: Web) -> None:
    hall = web.channel("answers")
    alice = web.cast.person("Alice")
    web.member(alice, hall).vanish()
    talk(web, alice, hall, 60)
    greedy = web.member(web.cast.person("Greedy"), hall, receive_buffer=4096)
    before = too_slow(web)
    for number in range(400):
        greedy.send({"id": number, "op": "history", "channel": hall, "limit": 50})
    end = time.monotonic() + 60
    while too_slow(web) == before:
        assert time.monotonic() < end
        time.sleep(0.2)
    closes_with(greedy, 4008)


def too_slow(web: Web) -> float:
    """Sockets closed with 4008 so far, as the metrics tell it."""
    lines = web.get("/metrics").text.splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith("teahouse_socket_too_slow_total"))


def memory(web: Web) -> int:
    return sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096 for pid in web.workers())

