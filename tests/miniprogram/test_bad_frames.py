"""Bad input on a socket, over the wire: the list of what every server is tried with, 1 to 28.

Each class ends as the contract says, costs the process nothing, and leaves it serving others; the fixture `web` fails
the run when a traceback was logged.
"""

from __future__ import annotations

import base64
import contextlib
import json
import secrets
import socket
import time
from pathlib import Path
from typing import Any

import pytest

from rooms.live import keys
from tests.miniprogram.client_frames import close, frame
from tests.miniprogram.web import Web, ask, closes_with, events, say
from tests.socket_client import Ended, Socket

KEY = base64.b64encode(secrets.token_bytes(16)).decode()
HEADERS = {"Host": "x", "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
           "Sec-WebSocket-Key": KEY, "Sec-WebSocket-Protocol": "teahouse.v1"}


@pytest.fixture
def guest(web: Web) -> Socket:
    """Somebody who has said hello."""
    return web.greeted(web.cast.person("Guest"))


def serves(web: Web) -> None:
    """Others notice nothing."""
    assert ask(web.greeted(web.cast.person("Other")), {"op": "ping"})["op"] == "pong"


def memory(web: Web) -> int:
    return sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096 for pid in web.workers())


# ---- frames, 1 to 19

@pytest.mark.parametrize(("stream", "code"), [
    (frame(b"x", rsv=4), 1002), (frame(b"x", rsv=1), 1002), (frame(b"x", 3), 1002), (frame(b"x", 15), 1002),
    (frame(b"x" * 126, 9), 1002), (frame(b"", 9, fin=False), 1002), (frame(b"x", 0), 1002),
    (frame(b"x", fin=False) + frame(b"y"), 1002), (frame(b"x", masked=False), 1002),
    (frame(b"x", length=b"\x7f" + (2**63).to_bytes(8, "big")), 1009), (frame(b"x", length=b"\x7e\x00\x01"), 1002),
    (frame(b"x", 8), 1002), (close(999), 1002), (close(1005), 1002), (close(2999), 1002), (close(5000), 1002),
    (frame(b'{"op":"\xc0\xaf"}'), 1007), (frame(b"\xe8", fin=False) + frame(b"\x8c", 0), 1007),
    (frame(b"x", 2), 1003), (frame(b"x" * 16385), 1009),
    (frame(b"x" * 9000, fin=False) + frame(b"x" * 9000, 0), 1009),
    (frame(b"x" * 16384), 4000),
])
def test_a_broken_frame_closes_with_its_code(web: Web, guest: Socket, stream: bytes, code: int) -> None:
    guest.raw.sendall(stream)
    closes_with(guest, code)
    assert guest.problem == ""
    serves(web)


def test_a_close_is_answered_with_its_code_and_data_after_it_is_ignored(web: Web, guest: Socket) -> None:
    guest.raw.sendall(close(3001) + frame(b'{"op":"ping","id":1}') * 100)
    closes_with(guest, 3001)


def test_compression_is_not_offered_so_compressed_frames_are_errors(web: Web) -> None:
    raw = handshake(web, HEADERS | {"Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits"})
    head = raw.recv(4096).decode()
    assert head.startswith("HTTP/1.1 101")
    assert "extensions" not in head.lower()
    raw.sendall(frame(b"\x00" * 100, rsv=4))
    assert raw.recv(4096)[:4] == b"\x88\x02\x03\xea"


def test_fifty_thousand_empty_fragments_take_no_memory(web: Web, guest: Socket) -> None:
    before = memory(web)
    guest.raw.settimeout(0.3)
    with contextlib.suppress(OSError):
        guest.raw.sendall(frame(b"", fin=False) + frame(b"", 0, fin=False) * 50_000)
    serves(web)
    assert memory(web) - before < 8 << 20


def test_a_header_and_then_silence_holds_nobody_up(web: Web, guest: Socket) -> None:
    guest.raw.sendall(frame(b"x" * 1000)[:7])
    serves(web)
    for byte in frame(b"x" * 20)[:10]:
        guest.raw.sendall(bytes([byte]))
    serves(web)


def test_a_flood_of_pings_is_read_no_faster_than_the_limit(web: Web, guest: Socket) -> None:
    before = memory(web)
    guest.raw.settimeout(1.0)
    ping, sent, end = frame(b"p" * 20, 9) * 1000, 0, time.monotonic() + 2
    with contextlib.suppress(OSError):
        while time.monotonic() < end:
            sent += guest.raw.send(ping)
    serves(web)
    assert memory(web) - before < 8 << 20


def test_a_peer_that_pours_bytes_in_is_not_buffered(web: Web, guest: Socket) -> None:
    before = memory(web)
    guest.raw.settimeout(0.5)
    pong, end = frame(b"p" * 125, 10) * 500, time.monotonic() + 2
    with contextlib.suppress(OSError):
        while time.monotonic() < end:
            guest.raw.send(pong)
    assert memory(web) - before < 8 << 20
    serves(web)


# ---- handshakes, 20

def handshake(web: Web, headers: dict[str, str], line: str = "GET /ws HTTP/1.1", behind: bytes = b"") -> socket.socket:
    raw = socket.create_connection(("127.0.0.1", web.port), timeout=5)
    lines = [line, *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    raw.sendall("\r\n".join(lines).encode() + behind)
    return raw


def status(web: Web, headers: dict[str, str], line: str = "GET /ws HTTP/1.1") -> int:
    with handshake(web, headers, line) as raw:
        return int(raw.recv(4096).split()[1])


def without(name: str) -> dict[str, str]:
    return {key: value for key, value in HEADERS.items() if key != name}


@pytest.mark.parametrize(("headers", "line", "expected"), [
    (HEADERS | {"Sec-WebSocket-Version": "8"}, "GET /ws HTTP/1.1", 426),
    (HEADERS | {"Sec-WebSocket-Version": "0"}, "GET /ws HTTP/1.1", 426),
    (without("Sec-WebSocket-Version"), "GET /ws HTTP/1.1", 426),
    (without("Sec-WebSocket-Key"), "GET /ws HTTP/1.1", 400),
    (HEADERS | {"Sec-WebSocket-Key": "dG9vIHNob3J0"}, "GET /ws HTTP/1.1", 400),
    (HEADERS | {"Sec-WebSocket-Key": "not base64 !!!!!!!!!!!!!"}, "GET /ws HTTP/1.1", 400),
    (without("Upgrade"), "GET /ws HTTP/1.1", 400), (without("Connection"), "GET /ws HTTP/1.1", 400),
    (HEADERS | {"Upgrade": "h2c"}, "GET /ws HTTP/1.1", 400),
    (HEADERS, "GET /ws HTTP/1.0", 400), (HEADERS, "POST /ws HTTP/1.1", 405),
    (HEADERS | {"Sec-WebSocket-Protocol": "teahouse.v9"}, "GET /ws HTTP/1.1", 400),
    (HEADERS | {"Content-Length": "5"}, "GET /ws HTTP/1.1", 400),
    (HEADERS | {f"X-{number}": "x" for number in range(100)}, "GET /ws HTTP/1.1", 431),
    (HEADERS | {"X": "x" * 65536}, "GET /ws HTTP/1.1", 431),
    (HEADERS | {"Host": "a b\x01"}, "GET /ws HTTP/1.1", 400),
    (HEADERS | {"Connection": "keep-alive, Upgrade"}, "GET /ws HTTP/1.1", 101),
    (HEADERS | {"Origin": "http://evil.example"}, "GET /ws HTTP/1.1", 101),
    (without("Sec-WebSocket-Protocol"), "GET /ws HTTP/1.1", 101),
])
def test_a_handshake_is_answered_with_its_status(web: Web, headers: dict[str, str], line: str, expected: int) -> None:
    assert status(web, headers, line) == expected


def test_frames_behind_the_handshake_in_the_same_packet_are_heard(web: Web) -> None:
    token = web.token(web.cast.person("Hasty"))
    hello = json.dumps({"op": "hello", "id": 1, "token": token}).encode()
    with handshake(web, HEADERS, behind=frame(hello) + frame(b'{"op":"ping","id":2}')) as raw:
        received = b""
        while b"pong" not in received:
            received += raw.recv(4096)
        assert b"welcome" in received


# ---- what the frames say, 21 to 28

@pytest.mark.parametrize("payload", [
    b"", b"x", b"[]", b"null", b"\xef\xbb\xbf{}", b'{"op":"ping","id":NaN}', b'{"op":"ping","id":Infinity}',
    b"[" * 10_000, b'{"x":' + b"[" * 16_000 + b"}", b'{"op":"ping","x":"\\ud800"}',
])
def test_what_is_no_json_object_closes_with_4000(web: Web, guest: Socket, payload: bytes) -> None:
    guest.raw.sendall(frame(payload))
    closes_with(guest, 4000)
    serves(web)


@pytest.mark.parametrize("payload", [
    b'{"op":"ping","id":1e400}', b'{"op":"ping","id":' + b"9" * 5000 + b"}", b'{"op":"ping","id":1,"more":1}',
    b'{"op":"ping"}', b'{"op":"dance","id":7}', b'{"id":7}', b"{}",
    b'{"op":"history","id":7,"channel":"c_0123456789abcd","limit":-1}',
    b'{"op":"history","id":7,"channel":"c_0123456789abcd","limit":1000000}',
    b'{"op":"read","id":7,"channel":"c_0123456789abcd","seq":-1}',
    b'{"op":"read","id":7,"channel":"c_0123456789abcd","seq":9007199254740993}',
])
def test_a_wrong_request_is_refused_and_the_connection_lives(web: Web, guest: Socket, payload: bytes) -> None:
    guest.raw.sendall(frame(payload))
    assert guest.receive()["code"] == "bad_frame"
    assert ask(guest, {"op": "ping"})["op"] == "pong"


def test_a_nul_or_a_text_too_long_is_refused_and_stored_nowhere(web: Web) -> None:
    hall = web.channel("nul")
    member = web.member(web.cast.person("Guest"), hall)
    assert ask(member, say(hall, "a\0b", "one"))["code"] == "bad_frame"
    assert ask(member, say(hall, "x" * 2001, "two"))["code"] == "too_long"
    assert ask(member, {"op": "history", "channel": hall})["messages"] == []


def test_a_client_id_said_again_with_another_text_is_the_first_message(web: Web) -> None:
    hall = web.channel("client ids")
    alice, bob = web.member(web.cast.person("Alice"), hall), web.member(web.cast.person("Bob"), hall)
    first = ask(alice, say(hall, "first", "same"))
    assert ask(alice, say(hall, "other", "same"))["seq"] == first["seq"]
    assert ask(bob, say(hall, "mine", "same"))["seq"] == first["seq"] + 1


@pytest.mark.parametrize("place", [{"epoch": "e1", "seq": 10**12}, {"epoch": "x", "seq": 9},
                                   {"epoch": "e1", "seq": 2**53}])
def test_resuming_from_the_future_or_another_epoch_is_told_the_truth(web: Web, place: dict[str, Any]) -> None:
    hall = web.channel(f"future {place['epoch']} {place['seq']}")
    alice = web.member(web.cast.person("Alice"), hall)
    ask(alice, say(hall, "0", "n0"))
    bob = web.again(web.cast.person("Bob"), {hall: place})
    known = place["epoch"] == "e1"
    assert bob.receive() == {"op": "forked", "channel": hall, "epoch": "e1", "seq": 1 if known else 0}
    ask(alice, say(hall, "1", "n1"))
    assert events(bob, "message", 1)[0]["seq"] == (2 if known else 1)


def test_nothing_but_hello_may_come_first(web: Web) -> None:
    for first in ({"op": "ping", "id": 1}, {"op": "dance", "id": 1}, say("c_0123456789abcd", "x", "one") | {"id": 1}):
        early = web.socket()
        early.send(first)
        closes_with(early, 4001)


def test_a_second_hello_is_refused(web: Web, guest: Socket) -> None:
    token = web.token(web.cast.person("Other"))
    assert ask(guest, {"op": "hello", "token": token})["code"] == "bad_frame"
    assert ask(guest, {"op": "ping"})["op"] == "pong"


def test_a_burst_of_four_hundred_messages_loses_none(web: Web) -> None:
    hall = web.channel("burst")
    alice = web.member(web.cast.person("Alice"), hall)
    for number in range(400):
        alice.send({"id": number, **say(hall, str(number), f"n{number}")})
    assert [entry["seq"] for entry in events(alice, "message", 400)] == list(range(1, 401))


@pytest.mark.parametrize("channel", ["c_}", "c_{r_x}:head", "c_*", "c_?[a]", "c_0123456789abcd\n", "c_" + "0" * 60,
                                     "c_:"])
def test_a_channel_id_never_becomes_a_key_or_a_pattern(web: Web, guest: Socket, channel: str) -> None:
    for request in ({"op": "enter"}, {"op": "leave"}, {"op": "history"}, {"op": "read", "seq": 1}, say("", "x", "one")):
        assert ask(guest, {**request, "channel": channel})["code"] == "not_found"
    named = web.store.live.command("KEYS", f"{web.store.live.prefix}*{channel[2:].strip('*?:')[:8]}*", key="x")
    assert [name for name in named if b"who" not in name and channel.encode() in name] == []
    assert keys.of_channel(web.store.live.prefix, web.channel(f"k{channel[:6]!r}")).head


def test_random_bytes_never_hurt(web: Web) -> None:
    for _ in range(30):
        noise = web.greeted(web.cast.person("Noise"))
        with contextlib.suppress(OSError):
            noise.raw.sendall(secrets.token_bytes(2000))
        with contextlib.suppress(Ended, TimeoutError, OSError):
            events(noise, "none", 1, 0.05)
        noise.vanish()
    serves(web)
