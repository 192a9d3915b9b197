"""The handshake, who may come in, and the end: nothing but frames ever follows a 101."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import threading
import time
from pathlib import Path

import pytest

from tests.miniprogram.client_frames import frame
from tests.miniprogram.test_bad_frames import HEADERS, handshake
from tests.miniprogram.web import Web, ask, closes_with, events, running, say
from tests.socket_client import Ended, Json, Refusal, Socket


def test_the_answer_to_a_handshake_names_our_subprotocol_and_no_extension(web: Web) -> None:
    with handshake(web, HEADERS | {"Sec-WebSocket-Extensions": "permessage-deflate"}) as raw:
        head, _, rest = raw.recv(4096).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 101 ")
    assert b"sec-websocket-protocol: teahouse.v1" in head.lower()
    assert b"extensions" not in head.lower()
    assert rest == b""


def test_a_plain_request_for_the_socket_is_refused_politely(web: Web) -> None:
    answer = web.get("/ws")
    assert answer.status_code == 400
    assert "code" in answer.json()["error"]


def test_more_handshakes_than_a_process_can_greet_are_told_when_to_come_back(tmp_path: Path) -> None:
    with running(tmp_path, TEAHOUSE_HANDSHAKES_PER_SECOND="5") as web:
        refused = []
        for _ in range(30):
            try:
                web.socket()
            except Refusal as refusal:
                refused.append(refusal)
        assert 15 < len(refused) < 26
        assert {(refusal.status, refusal.headers["retry-after"]) for refusal in refused} == {(503, "1")}
        time.sleep(1)
        web.greeted(web.cast.person("Later"))


def test_above_the_seat_limit_a_handshake_is_refused_and_never_left_without_an_answer(tmp_path: Path) -> None:
    with running(tmp_path, TEAHOUSE_SOCKETS_PER_PROCESS="5") as web:
        seated = [web.socket() for _ in range(5)]
        for _ in range(10):
            with pytest.raises(Refusal) as refusal:
                web.socket(timeout=2)
            assert refusal.value.status == 503
            assert int(refusal.value.headers["retry-after"]) > 0
        assert web.get("/healthz").status_code == 200
        seated[0].vanish()
        time.sleep(0.3)
        web.socket()


def test_silence_instead_of_hello_is_closed_with_4001(web: Web) -> None:
    quiet, pinging = web.socket(), web.socket()
    began = time.monotonic()
    while time.monotonic() - began < 8:
        pinging.raw.sendall(frame(b"", 9))
        time.sleep(1)
    closes_with(quiet, 4001)
    closes_with(pinging, 4001)
    assert 9 <= time.monotonic() - began < 13


# ---- the end

def raw_until_end(raw: socket.socket, into: bytearray) -> None:
    raw.settimeout(30)
    while data := raw.recv(65536):
        into += data


def frames_in(stream: bytes) -> list[bytes]:
    """The stream as a server's frames; an assertion where it is anything else."""
    found, at = [], 0
    while at < len(stream):
        assert stream[at] in (0x81, 0x88, 0x89, 0x8A), stream[at:at + 80]
        size, start = stream[at + 1], at + 2
        if size >= 126:
            start = at + (4 if size == 126 else 10)
            size = int.from_bytes(stream[at + 2:start], "big")
        assert start + size <= len(stream), "cut inside a frame"
        found.append(stream[at:start + size])
        at = start + size
    return found


def listening(web: Web, count: int, hall: str) -> tuple[list[bytearray], list[threading.Thread]]:
    streams, threads = [], []
    for number in range(count):
        member = web.member(web.cast.person(f"P{number}"), hall)
        stream = bytearray(member._rest)
        thread = threading.Thread(target=raw_until_end, args=(member.raw, stream))
        thread.start()
        streams.append(stream)
        threads.append(thread)
    return streams, threads


def talk_until_the_end(speaker: Socket, hall: str) -> list[Json]:
    said: list[Json] = []
    with contextlib.suppress(Ended, OSError):
        while True:
            said.append(ask(speaker, say(hall, str(len(said)), f"n{len(said)}")))
            time.sleep(0.005)
    return said


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGHUP])
def test_a_process_that_ends_says_bye_to_all_and_sends_nothing_but_frames(tmp_path: Path, how: signal.Signals) -> None:
    with running(tmp_path) as web:
        hall = web.channel("hall")
        streams, threads = listening(web, 20, hall)
        speaker = web.member(web.cast.person("Speaker"), hall)
        old = web.workers()
        os.kill(web.process.pid, how)
        said = talk_until_the_end(speaker, hall)
        for thread in threads:
            thread.join(60)
        for stream in streams:
            frames = frames_in(bytes(stream))
            assert sum(b'"op":"bye","reason":"draining","reconnect_after_ms":' in frame for frame in frames) == 1
            assert frames[-1] == b"\x88\x02" + (4013).to_bytes(2, "big")
        assert all(answer["op"] == "said" for answer in said)
        if how == signal.SIGTERM:
            assert web.process.wait(60) == 0
            return
        end = time.monotonic() + 60
        while old[0] in web.workers() and time.monotonic() < end:
            time.sleep(0.1)
        assert old[0] not in web.workers()
        again = web.member(web.cast.person("Back"), hall)
        assert ask(again, say(hall, "back", "back"))["seq"] > len(said)


def test_a_draining_process_is_not_ready_and_takes_no_new_socket(tmp_path: Path) -> None:
    with running(tmp_path) as web:
        members = [web.member(web.cast.person(f"P{number}"), web.channel(f"c{number}")) for number in range(3)]
        kept = [http.client.HTTPConnection("127.0.0.1", web.port, timeout=5) for _ in range(2)]
        for connection in kept:
            connection.request("GET", "/healthz")
            assert connection.getresponse().read() == b'{"status":"ok"}\n'
        os.kill(web.workers()[0], signal.SIGTERM)
        time.sleep(0.1)
        kept[0].request("GET", "/readyz")
        answer = kept[0].getresponse()
        assert (answer.status, b"draining" in answer.read()) == (503, True)
        kept[1].request("GET", "/ws", headers=HEADERS)
        answer = kept[1].getresponse()
        assert (answer.status, answer.headers["Retry-After"]) == (503, "1")
        for member in members:
            closes_with(member, 4013, 10)


# ---- two processes

def test_three_sockets_in_two_processes_hear_the_same(tmp_path: Path) -> None:
    with running(tmp_path, processes=2) as web:
        hall = web.channel("hall")
        members: list[Socket] = []
        while len({served_by(web, member) for member in members}) < 2 or len(members) < 3:
            members.append(web.member(web.cast.person(f"P{len(members)}"), hall))
        for number in range(50):
            members[number % len(members)].send({"id": number, **say(hall, str(number), f"n{number}")})
        heard = [[entry["seq"] for entry in events(member, "message", 50)] for member in members]
        assert heard == [list(range(1, 51))] * len(members)


def served_by(web: Web, member: Socket) -> int:
    """The process that holds the other end."""
    peer = f"0100007F:{web.port:04X} 0100007F:{member.local_port:04X}"
    inode = next(line.split()[9] for line in Path("/proc/net/tcp").read_text().splitlines()
                 if peer in " ".join(line.split()[1:3]))
    return next(pid for pid in web.workers()
                if any(os.path.realpath(fd).endswith(f"socket:[{inode}]") for fd in Path(f"/proc/{pid}/fd").iterdir()))


