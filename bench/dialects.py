"""How each server is spoken to. They differ in how one comes in and in what stands around a message.

The house numbers its messages, so that each socket's order is checked; of the others only the count is.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple, Protocol

from bench import wire


class Seat(NamedTuple):
    """Where one socket sits and as whom; `since` is the position to resume from, as (epoch, seq)."""

    channel: str
    token: str = ""
    since: tuple[str, int] | None = None


class Arrived(NamedTuple):
    """The server let the socket in; the last message so far has this number."""

    seq: int
    epoch: str = ""


class Dialect(Protocol):
    entry: bytes
    """How a message's payload begins."""

    numbers: bool
    """Whether messages come back with `"seq":N`, counted up in a channel, and each `say` is answered with `said`."""

    ping: bytes
    """A whole frame by which an idle socket says that it lives; empty where none is needed."""

    def handshake(self, seat: Seat, /) -> bytes: ...

    def hello(self, seat: Seat, /) -> bytes:
        """What is sent behind the handshake; may be nothing, then the socket is in."""

    def heard(self, seat: Seat, payload: bytes, /) -> bytes | Arrived | None:
        """What to answer while coming in; Arrived when in; None to wait on. Raises Trouble."""

    def say(self, channel: str, number: int, text: str) -> bytes: ...

    def answer(self, payload: bytes, /) -> bytes | None:
        """What to send back when the server asks whether one lives."""


class Trouble(Exception):
    """The server said no, or something that is not understood."""


class House:
    """Teahouse: `teahouse.v1`."""

    entry = b'{"op":"message"'
    numbers = True
    ping = wire.frame(b'{"op":"ping","id":0}')

    def handshake(self, _seat: Seat) -> bytes:
        return wire.handshake("/ws", "teahouse.v1")

    def hello(self, seat: Seat) -> bytes:
        hello: dict[str, Any] = {"op": "hello", "id": 1, "token": seat.token, "client": "bench"}
        if seat.since is not None:
            hello["resume"] = {seat.channel: {"epoch": seat.since[0], "seq": seat.since[1]}}
        return wire.frame(_json(hello))

    def heard(self, seat: Seat, payload: bytes) -> bytes | Arrived | None:
        told = json.loads(payload)
        if told["op"] == "welcome" and seat.since is None:
            return wire.frame(_json({"op": "enter", "id": 2, "channel": seat.channel}))
        if told["op"] == "welcome":
            state = told["channels"][0]
            if "entered" not in state:
                raise Trouble(str(state))
            return Arrived(seat.since[1] if seat.since else 0, state["epoch"])
        if told["op"] == "entered":
            return Arrived(told["tip"], told["epoch"])
        if told["op"] in ("refused", "bye", "gap", "forked"):
            raise Trouble(payload.decode())
        return None

    def say(self, channel: str, number: int, text: str) -> bytes:
        return wire.frame(f'{{"op":"say","id":{number},"channel":"{channel}","client_id":"bench-{number:09}",'
                          f'"type":"text","body":{{"text":"{text}"}}}}'.encode())

    def answer(self, _payload: bytes) -> bytes | None:
        return None


class Plain:
    """Whatever is sent goes to everyone on the same path: the naive loop, Nchan, the C server."""

    entry = b'{"op":"message"'
    numbers = False
    ping = b""

    def handshake(self, seat: Seat) -> bytes:
        return wire.handshake(f"/ws/{seat.channel}")

    def hello(self, _seat: Seat) -> bytes:
        return b""

    def heard(self, _seat: Seat, payload: bytes) -> bytes | Arrived | None:
        raise Trouble(payload[:200].decode("utf-8", "replace"))

    def say(self, channel: str, number: int, text: str) -> bytes:
        return wire.frame(as_the_house_would(channel, number, text).encode())

    def answer(self, _payload: bytes) -> bytes | None:
        return None


class SocketIO:
    """Socket.IO 4 over its WebSocket transport: Engine.IO's packets are one digit before the text."""

    entry = b'42["message",'
    numbers = False
    ping = b""

    def handshake(self, _seat: Seat) -> bytes:
        return wire.handshake("/socket.io/?EIO=4&transport=websocket")

    def hello(self, _seat: Seat) -> bytes:
        return wire.frame(b"40")

    def heard(self, seat: Seat, payload: bytes) -> bytes | Arrived | None:
        if payload[:2] == b"40":
            return wire.frame(f'42["enter",{json.dumps(seat.channel)}]'.encode())
        if payload.startswith(b'42["entered"'):
            return Arrived(0)
        if payload[:1] == b"0":
            return None
        raise Trouble(payload[:200].decode("utf-8", "replace"))

    def say(self, channel: str, number: int, text: str) -> bytes:
        return wire.frame(f'42["say",{as_the_house_would(channel, number, text)}]'.encode())

    def answer(self, payload: bytes) -> bytes | None:
        return wire.frame(b"3") if payload == b"2" else None


def as_the_house_would(channel: str, number: int, text: str) -> str:
    """A message of the same shape and size as the house's own, so that everybody carries the same load."""
    return (f'{{"op":"message","channel":"{channel:<16}","epoch":"e1","seq":{number},"at":1760000000000,'
            f'"from":{{"id":"u_0123456789ab","name":"客000","door":"miniprogram"}},"type":"text",'
            f'"body":{{"text":"{text}"}},"client_id":"bench-{number:09}"}}')


DIALECTS: dict[str, type[Dialect]] = {"house": House, "plain": Plain, "socketio": SocketIO}


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()
