"""One socket of the load client: non-blocking, read in large pieces, counted by walking the frames' heads."""

from __future__ import annotations

import socket
from typing import Protocol

from bench import wire
from bench.dialects import Arrived, Dialect, Seat, Trouble
from bench.tally import Tally

PIECE = 1 << 17
PORTS_PER_ADDRESS = 10_000
BIND_ADDRESS_NO_PORT = 24


class Keeper(Protocol):
    """Who owns the sockets."""

    dialect: Dialect
    open: int
    troubles: list[str]
    passing: int

    def freed(self, tally: Tally) -> None:
        """A message reached its last reader."""

    def arrived(self, told: Arrived) -> None: ...

    def lost(self, one: Socket, why: str) -> None: ...

    def watch(self, one: Socket, writing: bool) -> None: ...


class Socket:
    __slots__ = ("_out", "_rest", "_socket", "fd", "inside", "keeper", "position", "sampled", "seat", "shaken", "tally")

    def __init__(self, keeper: Keeper, seat: Seat, tally: Tally, port: int, number: int) -> None:
        self.keeper, self.seat, self.tally = keeper, seat, tally
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        self._socket.setsockopt(socket.IPPROTO_IP, BIND_ADDRESS_NO_PORT, 1)
        self._socket.bind((f"127.0.0.{1 + number // PORTS_PER_ADDRESS}", 0))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.connect_ex(("127.0.0.1", port))
        self.fd = self._socket.fileno()
        self._rest = b""
        self._out = keeper.dialect.handshake(seat)
        self.shaken = self.inside = False
        self.position = 0
        self.sampled = number % 10 == 0

    # ---- out

    def send(self, data: bytes) -> None:
        if self._out:
            self._out += data
            return
        try:
            sent = self._socket.send(data)
        except BlockingIOError:
            sent = 0
        except OSError as error:
            self.keeper.lost(self, str(error))
            return
        if sent < len(data):
            self._out = data[sent:]
            self.keeper.watch(self, True)

    def writable(self) -> None:
        """Connected, or able to take more."""
        out, self._out = self._out, b""
        self.keeper.watch(self, False)
        if out:
            self.send(out)

    def close(self, politely: bool) -> None:
        """Politely with 1000, else as a phone that loses its network."""
        if politely:
            self.send(wire.frame((1000).to_bytes(2, "big"), wire.CLOSE))
        self._socket.close()

    # ---- in

    def readable(self, now: float) -> None:
        try:
            data = self._socket.recv(PIECE)
        except BlockingIOError:
            return
        except OSError as error:
            self.keeper.lost(self, str(error))
            return
        if not data:
            self.keeper.lost(self, "closed by the server")
            return
        tally = self.tally
        if self._rest:
            data = self._rest + data
        elif self.inside:
            memo = tally.memos.get(self.position)
            if memo is not None and memo[0] == data:
                if tally.moved(self, memo[1], now):
                    self.keeper.freed(tally)
                return
        if self.shaken:
            self._walk(data, now)
        else:
            self._shake(data, now)

    def _shake(self, data: bytes, now: float) -> None:
        head, end, rest = data.partition(b"\r\n\r\n")
        self._rest = data
        if not end:
            return
        if b" 101 " not in head.split(b"\r\n", 1)[0]:
            self.keeper.lost(self, head.split(b"\r\n", 1)[0].decode("latin-1"))
            return
        self.shaken = True
        hello = self.keeper.dialect.hello(self.seat)
        if hello:
            self.send(hello)
        else:
            self._come_in(Arrived(0))
        self._walk(rest, now)

    def _walk(self, data: bytes, now: float) -> None:
        at, start_position, others = 0, self.position, 0
        upto, entry = start_position, self.keeper.dialect.entry
        while True:
            start, end = wire.bounds(data, at)
            if not end:
                break
            if self.inside and data.startswith(entry, start):
                upto = self._count(data, start, upto)
            else:
                others += 1
                self._other(data[start:end], data[at] & 15)
                if self.position != start_position:
                    start_position = upto = self.position
            at = end
        self._rest = data[at:]
        if upto > start_position:
            if not others and not self._rest:
                self.tally.memos[start_position] = (data, upto)
            if self.tally.moved(self, upto, now):
                self.keeper.freed(self.tally)

    def _count(self, data: bytes, start: int, upto: int) -> int:
        if not self.keeper.dialect.numbers:
            return upto + 1
        at = data.find(b'"seq":', start) + 6
        seq = int(data[at:data.find(b",", at)])
        if seq != upto + 1:
            self.tally.wrong += 1
            if len(self.keeper.troubles) < 5:
                self.keeper.troubles.append(f"{seq} came after {upto}")
        return max(seq, upto)

    def _other(self, payload: bytes, opcode: int) -> None:
        if opcode == wire.CLOSE:
            self.keeper.lost(self, f"closed with {int.from_bytes(payload[:2], 'big')}")
        elif opcode == wire.PING:
            self.send(wire.frame(payload, wire.PONG))
        elif not self.inside:
            self._come_further(payload)
        elif payload.startswith(b'{"op":"said"'):
            self.tally.said += 1
        elif payload.startswith((b'{"op":"refused"', b'{"op":"gap"', b'{"op":"bye"', b'{"op":"forked"')):
            self.tally.wrong += 1
            self.keeper.troubles.append(payload[:200].decode())
        else:
            self.keeper.passing += 1
            answer = self.keeper.dialect.answer(payload)
            if answer:
                self.send(answer)

    def _come_further(self, payload: bytes) -> None:
        try:
            following = self.keeper.dialect.heard(self.seat, payload)
        except Trouble as trouble:
            self.keeper.lost(self, str(trouble))
            return
        if isinstance(following, Arrived):
            self._come_in(following)
        elif following:
            self.send(following)

    def _come_in(self, told: Arrived) -> None:
        self.inside = True
        self.position = told.seq
        self.keeper.arrived(told)
