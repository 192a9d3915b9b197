"""Thousands of phones that only listen, in one thread: what `tests/phone.py` costs a thread for.

Each comes in, hears, pings, and comes back with its place after every end of its socket, as the mini-program does:
after the time that a `bye` names, else after a pause that doubles (`miniprogram/client/socket/monitor.ts`). What a
server must not do is counted: a hole, an entry twice, an end of which nobody was told.
"""

from __future__ import annotations

import heapq
import json
import random
import select
import socket
import threading
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from typing import Any, NamedTuple

from bench import wire
from tests.patience import PATIENCE_SECONDS

FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.5, 15.0
WELCOME_SECONDS = 10.0
"""A socket that has not said `welcome` by then is given up."""
PING_SECONDS = 25.0
AT_ONCE = 64
"""Of those that come for the first time."""
PIECE = 1 << 16
NO_WORD = 0
"""The code of an end without a close frame."""
DRAINING = 4013


class Guest(NamedTuple):
    token: str
    channel: str


@dataclass
class Stay:
    """What happened since `begin_notes`."""

    byes: int = 0
    closes: Counter[int] = field(default_factory=Counter)
    without_bye: int = 0
    """Ends of sockets that had not said `bye`."""
    given_up: int = 0
    """Sockets that had not said `welcome` within ten seconds, closed by the phone."""
    turned_away: Counter[str] = field(default_factory=Counter)
    """Handshakes that were answered otherwise than with 101, by their first line."""
    away_seconds: list[float] = field(default_factory=list)
    """From `bye`, or the end of the socket, until `welcome`."""


class Listener:
    """One phone. `seq` is the last entry it has; `said_bye` and `lost_at` are of the socket that it had last."""

    __slots__ = ("channel", "due", "epoch", "failures", "fd", "gone_at", "inside", "out", "rest", "said_bye", "seq",
                 "shaken", "socket", "token", "told")

    def __init__(self, guest: Guest) -> None:
        self.token, self.channel = guest
        self.socket: socket.socket | None = None
        self.fd = -1
        self.rest, self.out = b"", b""
        self.shaken = self.inside = self.said_bye = False
        self.epoch, self.seq = "", -1
        self.failures, self.told = 0, -1.0
        self.due = 0.0
        """When it connects, is given up or pings."""
        self.gone_at = 0.0
        """When it was told to go, or was cut; 0 while it is there."""


class Crowd:
    """`with Crowd(port, guests) as crowd:` all are inside their channels, and are served until the block ends."""

    def __init__(self, port: int, guests: Sequence[Guest], seed: int = 1) -> None:
        self._port, self._chance = port, random.Random(seed)
        self.listeners = [Listener(guest) for guest in guests]
        self.stay = Stay()
        self.wrongs: list[str] = []
        """Everything that a server must never do, over all stays."""
        self.entries = self.gaps = self.forks = 0
        self._epoll = select.epoll()
        self._by_fd: dict[int, Listener] = {}
        self._later: list[tuple[float, int, Listener]] = []
        self._order = count()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="crowd", daemon=True)
        self._broken: BaseException | None = None

    def __enter__(self) -> Crowd:
        self._fresh = list(reversed(self.listeners))
        self._thread.start()
        self.wait_for_all(120 + len(self.listeners) / 20)
        return self

    def __exit__(self, *_error: object) -> None:
        self._ended.set()
        self._thread.join(30)
        for one in self.listeners:
            if one.socket is not None:
                one.socket.close()
        self._epoll.close()

    # ---- for the test

    @property
    def away(self) -> int:
        return sum(not one.inside for one in self.listeners)

    def wait_for_all(self, seconds: float) -> None:
        """Until everybody is in."""
        end = time.monotonic() + max(PATIENCE_SECONDS, seconds)
        while self.away:
            assert self._broken is None, repr(self._broken)
            assert time.monotonic() < end, f"{self.away} are away: {self.stay} {self.wrongs[:3]}"
            time.sleep(0.05)

    def wait_for_tips(self, tips: dict[str, int], seconds: float = 60.0) -> None:
        """Until each has the entry of this number in its channel."""
        end = time.monotonic() + max(PATIENCE_SECONDS, seconds)
        while behind := [one for one in self.listeners if one.seq < tips.get(one.channel, 0)]:
            assert time.monotonic() < end, f"{len(behind)} are behind, such as {behind[0].seq} of {tips}"
            time.sleep(0.05)

    def begin_notes(self) -> None:
        self.stay = Stay()

    # ---- the loop

    def _serve(self) -> None:
        try:
            while not self._ended.is_set():
                now = time.monotonic()
                self._come_first()
                self._act_later(now)
                nap = min(0.05, max(0.0, self._later[0][0] - now)) if self._later else 0.05
                for fd, events in self._epoll.poll(nap, 4096):
                    one = self._by_fd.get(fd)
                    if one is not None:
                        self._ready(one, events)
        except BaseException as error:
            self._broken = error
            raise

    def _come_first(self) -> None:
        if self._fresh:
            coming = sum(not one.inside for one in self._by_fd.values())
            for _ in range(min(AT_ONCE - coming, len(self._fresh))):
                self._connect(self._fresh.pop())

    def _act_later(self, now: float) -> None:
        """Who is due to connect, to be given up or to ping."""
        while self._later and self._later[0][0] <= now:
            when, _, one = heapq.heappop(self._later)
            if when != one.due:
                continue  # it has something else to do by now
            if one.socket is None:
                self._connect(one)
            elif not one.inside:
                self.stay.given_up += 1
                one.shaken = False  # it ends by ourselves
                self._over(one, NO_WORD)
            else:
                self._send(one, {"op": "ping", "id": 9})
                self._at(now + PING_SECONDS, one)

    def _at(self, when: float, one: Listener) -> None:
        one.due = when
        heapq.heappush(self._later, (when, next(self._order), one))

    def _ready(self, one: Listener, events: int) -> None:
        if events & select.EPOLLOUT and one.out:
            self._flush(one)
        if events & ~select.EPOLLOUT and one.socket is not None:
            self._read(one)

    # ---- one socket

    def _connect(self, one: Listener) -> None:
        one.socket = made = socket.socket(socket.AF_INET, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        made.connect_ex(("127.0.0.1", self._port))
        one.fd = made.fileno()
        one.rest, one.out = b"", wire.handshake("/ws", "teahouse.v1")
        one.shaken = one.inside = one.said_bye = False
        self._by_fd[one.fd] = one
        self._epoll.register(one.fd, select.EPOLLIN | select.EPOLLOUT)
        self._at(time.monotonic() + WELCOME_SECONDS, one)

    def _flush(self, one: Listener) -> None:
        assert one.socket is not None
        try:
            sent = one.socket.send(one.out)
        except BlockingIOError:
            return
        except OSError:
            self._over(one, NO_WORD)
            return
        one.out = one.out[sent:]
        if not one.out:
            self._epoll.modify(one.fd, select.EPOLLIN)

    def _send(self, one: Listener, request: dict[str, Any]) -> None:
        one.out += wire.frame(json.dumps(request).encode())
        self._epoll.modify(one.fd, select.EPOLLIN | select.EPOLLOUT)

    def _read(self, one: Listener) -> None:
        assert one.socket is not None
        try:
            data = one.socket.recv(PIECE)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._over(one, NO_WORD)
            return
        one.rest += data
        if one.shaken or self._shake(one):
            self._walk(one)

    def _shake(self, one: Listener) -> bool:
        head, end, rest = one.rest.partition(b"\r\n\r\n")
        if not end:
            return False
        first = head.split(b"\r\n", 1)[0].decode("latin-1")
        if " 101 " not in first:
            self.stay.turned_away[first] += 1
            self._over(one, NO_WORD)
            return False
        one.shaken, one.rest = True, rest
        place = {} if one.seq < 0 else {"resume": {one.channel: {"epoch": one.epoch, "seq": one.seq}}}
        self._send(one, {"op": "hello", "id": 1, "token": one.token, **place})
        return True

    def _walk(self, one: Listener) -> None:
        data, at = one.rest, 0
        while one.socket is not None:
            start, end = wire.bounds(data, at)
            if not end:
                break
            if data[at] & 15 == wire.CLOSE:
                self._over(one, int.from_bytes(data[start:start + 2], "big"))
                return
            if data[at] & 15 == wire.TEXT:
                self._hear(one, data[start:end])
            at = end
        one.rest = data[at:]

    def _hear(self, one: Listener, payload: bytes) -> None:
        if payload.startswith(b'{"op":"present"'):
            return
        told = json.loads(payload)
        op = told["op"]
        if op == "message":
            self._entry(one, told)
        elif op == "welcome":
            self._welcome(one, told)
        elif op == "entered":
            self._entered(one, told)
        elif op == "bye":
            self.stay.byes += 1
            one.said_bye, one.told, one.gone_at = True, told["reconnect_after_ms"] / 1000, time.monotonic()
        elif op == "gap":
            self.gaps += 1
            one.seq = told["after"]["seq"]
            self._ask(one)
        elif op == "forked":
            self.forks += 1
            one.epoch, one.seq = told["epoch"], min(one.seq, told["seq"])
        elif op == "refused":
            if told["id"] == 2 and told.get("temporary"):
                self._ask(one)
            else:
                self.wrongs.append(f"refused: {told}")

    def _entry(self, one: Listener, told: dict[str, Any]) -> None:
        if told["seq"] != one.seq + 1:
            self.wrongs.append(f"{told['seq']} after {one.seq} in {one.channel}")
        one.epoch, one.seq = told["epoch"], told["seq"]
        self.entries += 1

    def _welcome(self, one: Listener, told: dict[str, Any]) -> None:
        state = next((each for each in told["channels"] if each["channel"] == one.channel), None)
        if state is None or "entered" not in state:
            self._ask(one)
        else:
            self._inside(one)

    def _ask(self, one: Listener) -> None:
        since = {} if one.seq < 0 else {"since": {"epoch": one.epoch, "seq": one.seq}}
        self._send(one, {"op": "enter", "id": 2, "channel": one.channel, **since})

    def _entered(self, one: Listener, told: dict[str, Any]) -> None:
        """The latest entries, or those that it lacked."""
        for entry in told["messages"]:
            if one.seq >= 0 and entry["seq"] > one.seq:
                self._entry(one, entry)
        one.epoch, one.seq = told["epoch"], told["tip"]
        self._inside(one)

    def _inside(self, one: Listener) -> None:
        now = time.monotonic()
        if not one.inside and one.gone_at:
            self.stay.away_seconds.append(now - one.gone_at)
        one.inside, one.failures, one.gone_at = True, 0, 0.0
        self._at(now + PING_SECONDS, one)

    def _over(self, one: Listener, code: int) -> None:
        """The socket has ended; it comes back in its time."""
        assert one.socket is not None
        now = time.monotonic()
        if one.shaken:
            self.stay.closes[code] += 1
            self.stay.without_bye += not one.said_bye
        one.gone_at = one.gone_at or now
        del self._by_fd[one.fd]
        with suppress(OSError):
            self._epoll.unregister(one.fd)
        one.socket.close()
        one.socket, one.inside = None, False
        self._at(now + self._pause(one), one)

    def _pause(self, one: Listener) -> float:
        if one.told >= 0:
            told, one.told = one.told, -1.0
            return told + self._chance.random() * FIRST_PAUSE_SECONDS
        longest = min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2.0**one.failures)
        one.failures = min(one.failures + 1, 16)
        return longest * (0.5 + self._chance.random() / 2)
