"""Thousands of phones in one thread: what `tests/phone.py` costs a thread for.

Each comes in, hears, pings, and comes back with its place after every end of its socket, as the mini-program does:
after the time that a `bye` names, else after a pause that doubles (`miniprogram/client/socket/monitor.ts`; WeChat
shows it no header of a refused handshake). A request that is not answered in 20 seconds is the end of its socket. They
talk in turn, at a rate for all together: each says one message at a time, with one `client_id` however often, until it
is answered. What a server must not do is counted; what it promised and showed goes into a ledger (`tests/ledger.py`).
"""

from __future__ import annotations

import heapq
import json
import random
import select
import socket
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from typing import Any

from bench import wire
from tests.guests import Guest, Listener
from tests.ledger import Ledger
from tests.patience import PATIENCE_SECONDS
from tests.phone import ENTRIES
from tests.priority import go_first

FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.5, 15.0
WELCOME_SECONDS = 10.0
"""A socket that has not said `welcome` by then is given up."""
ANSWER_SECONDS = 20.0
"""A request that is not answered by then was lost with its socket."""
PING_SECONDS = 25.0
TRY_AGAIN_SECONDS = 2.0
"""Where a refusal that passes names no time."""
AT_ONCE = 64
"""Of those that come for the first time."""
PIECE = 1 << 16
REMEMBERED = 4_096
"""Entries that are read once for all who get them."""
WRONGS_TOLD = 200
NO_WORD = 0
"""The code of an end without a close frame."""
DRAINING = 4013
HELLO, ENTER, HISTORY, SAY, PING = 1, 2, 3, 4, 9
"""The ids of requests: of each kind at most one is on its way."""
PAGE = 200
PASSING = b'{"op":"present"', b'{"op":"typing"', b'{"op":"read"'


@dataclass
class Stay:
    """What happened since `begin_notes`."""

    began: float = field(default_factory=time.monotonic)
    byes: int = 0
    closes: Counter[int] = field(default_factory=Counter)
    without_bye: int = 0
    """Ends of sockets that had not said `bye`."""
    given_up: int = 0
    """Sockets that had not said `welcome` within ten seconds, closed by the phone."""
    unanswered: int = 0
    """Sockets that were closed by the phone because a request had no answer."""
    turned_away: Counter[str] = field(default_factory=Counter)
    """Handshakes that were answered otherwise than with 101, by their first line."""
    refused: Counter[str] = field(default_factory=Counter)
    """Refusals that pass, by the request and the code."""
    away_seconds: list[float] = field(default_factory=list)
    """From `bye`, or the end of the socket, until `welcome`."""
    waited_seconds: list[float] = field(default_factory=list)
    """Of each message from when it was first said, or from when these notes began, until it was answered."""
    longest_turn_seconds: float = 0.0
    """Of the crowd's own loop: so much of any wait may be its own."""


class Crowd:
    """`with Crowd(port, guests) as crowd:` all are inside their channels, and are served until the block ends."""

    def __init__(self, port: int, guests: Sequence[Guest], seed: int = 1) -> None:
        self._port, self._chance = port, random.Random(seed)
        self.listeners = [Listener(f"g{number}", guest) for number, guest in enumerate(guests)]
        self.stay = Stay()
        self.ledger = Ledger()
        self.wrongs: list[str] = []
        """Everything that a server must never do, over all stays; the first of them."""
        self.wrong: Counter[str] = Counter()
        """How often, by kind."""
        self.entries = self.gaps = self.forks = 0
        self._a_second = 0.0
        self._next_word = 0.0
        self._free = deque(self._chance.sample(self.listeners, len(self.listeners)))
        """Who has nothing to say until it is their turn."""
        self._hears: dict[str, Callable[[Listener, dict[str, Any]], None]] = {
            **dict.fromkeys(ENTRIES, self._entry), "said": self._said, "welcome": self._welcome,
            "entered": self._entered, "history": self._page, "bye": self._bye, "gap": self._gap,
            "forked": self._forked, "refused": self._refused}
        self._read_already: dict[bytes, dict[str, Any]] = {}
        self._epoll = select.epoll()
        self._by_fd: dict[int, Listener] = {}
        self._later: list[tuple[float, int, Callable[[float], None]]] = []
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
        self._wait(lambda: not self.away, seconds, lambda: f"{self.away} are away")

    def wait_for_tips(self, tips: dict[str, int], seconds: float = 60.0) -> None:
        """Until each has the entry of this number in its channel."""
        def behind() -> list[Listener]:
            return [one for one in self.listeners if one.seq < tips.get(one.channel, 0)]
        self._wait(lambda: not behind(), seconds,
                   lambda: f"{len(behind())} are behind: {[(one.channel, one.seq) for one in behind()[:3]]} of {tips}")

    def wait_for_words(self, since: float, seconds: float) -> None:
        """Until each has said something whose first try was after `since`, and was answered."""
        def silent() -> list[Listener]:
            return [one for one in self.listeners if one.spoke_at < since]
        self._wait(lambda: not silent(), seconds, lambda: (
            f"{len(silent())} do not speak again: "
            f"{[(one.name, one.inside, one.saying, one.asked, one.filling) for one in silent()[:3]]}"))

    def _wait(self, met: Callable[[], bool], seconds: float, plight: Callable[[], str]) -> None:
        end = time.monotonic() + max(PATIENCE_SECONDS, seconds)
        while not met():
            assert self._broken is None, repr(self._broken)
            stay = self.stay
            assert time.monotonic() < end, (
                f"{plight()}; closes {stay.closes}, given up {stay.given_up}, unanswered {stay.unanswered}, turned "
                f"away {stay.turned_away}, refused {stay.refused}, {self.wrongs[:3]}")
            time.sleep(0.05)

    def begin_notes(self) -> Stay:
        """The notes until now."""
        before, self.stay = self.stay, Stay()
        return before

    def talk(self, a_second: float) -> None:
        """From now on so many messages a second begin, as long as anybody is free to say one."""
        self._a_second = a_second

    def hush(self, seconds: float) -> None:
        """Nobody begins another; until all that was begun is answered."""
        self._a_second = 0.0
        def talking() -> list[Listener]:
            return [one for one in self.listeners if one.saying]
        self._wait(lambda: not talking(), seconds, lambda: (
            f"{len(talking())} are not answered: {[(one.name, one.inside, one.asked) for one in talking()[:3]]}"))

    def of(self, channels: Collection[str]) -> list[Listener]:
        return [one for one in self.listeners if one.channel in channels]

    # ---- the loop

    def _serve(self) -> None:
        go_first()
        now = time.monotonic()
        try:
            while not self._ended.is_set():
                before, now = now, time.monotonic()
                self.stay.longest_turn_seconds = max(self.stay.longest_turn_seconds, now - before)
                self._come_first()
                self._act_later(now)
                self._speak(now)
                nap = min(0.05, max(0.0, self._later[0][0] - now)) if self._later else 0.05
                if self._a_second and self._free:
                    nap = min(nap, max(0.0, self._next_word - now))
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
        while self._later and self._later[0][0] <= now:
            heapq.heappop(self._later)[2](now)

    def _at(self, when: float, act: Callable[[float], None]) -> None:
        heapq.heappush(self._later, (when, next(self._order), act))

    def _next(self, when: float, one: Listener) -> None:
        """When it connects, is given up or pings; what it had to do before that is left."""
        one.due = when
        self._at(when, partial(self._due, one, when))

    def _due(self, one: Listener, when: float, now: float) -> None:
        if when != one.due:
            return  # it has something else to do by now
        if one.socket is None:
            self._connect(one)
        elif not one.inside and HELLO in one.asked:
            self.stay.given_up += 1
            self._give_up(one)
        else:
            self._ask(one, PING, {"op": "ping"})
            self._next(now + PING_SECONDS, one)

    def _give_up(self, one: Listener) -> None:
        one.shaken = False  # it ends by ourselves
        self._over(one, NO_WORD)

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
        one.shaken = one.inside = one.said_bye = one.filling = False
        one.streamed = -1
        one.asked = {HELLO: time.monotonic()}
        self._by_fd[one.fd] = one
        self._epoll.register(one.fd, select.EPOLLIN | select.EPOLLOUT)
        self._next(one.asked[HELLO] + WELCOME_SECONDS, one)

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
        self._epoll.modify(one.fd, select.EPOLLIN | select.EPOLLOUT if one.out else select.EPOLLIN)

    def _ask(self, one: Listener, number: int, request: dict[str, Any]) -> None:
        """Sends it; the socket is lost where no answer comes."""
        now = one.asked[number] = time.monotonic()
        self._at(now + ANSWER_SECONDS, partial(self._lost, one, number, now))
        self._send(one, {"id": number, **request})

    def _lost(self, one: Listener, number: int, asked_at: float, _now: float) -> None:
        if one.socket is not None and one.asked.get(number) == asked_at:
            self.stay.unanswered += 1
            self._give_up(one)

    def _send(self, one: Listener, request: dict[str, Any]) -> None:
        waits = bool(one.out)
        one.out += wire.frame(json.dumps(request).encode())
        if not waits:
            self._flush(one)

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
        one.rest = one.rest + data if one.rest else data
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
        self._send(one, {"op": "hello", "id": HELLO, "token": one.token, **place})
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
        one.socket, one.inside, one.filling = None, False, False
        one.asked.clear()
        self._next(now + self._pause(one), one)

    def _pause(self, one: Listener) -> float:
        if one.told >= 0:
            told, one.told = one.told, -1.0
            return told + self._chance.random() * FIRST_PAUSE_SECONDS
        longest = min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2.0**one.failures)
        one.failures = min(one.failures + 1, 16)
        return longest * (0.5 + self._chance.random() / 2)

    # ---- what is heard

    def _hear(self, one: Listener, payload: bytes) -> None:
        if payload.startswith(b'{"op":"message"'):
            self._entry(one, self._read_already.get(payload) or self._read_once(one.channel, payload))
            return
        if payload.startswith(PASSING):
            return
        told = json.loads(payload)
        one.asked.pop(told.get("id", 0), None)
        hears = self._hears.get(told["op"])
        if hears is not None:
            hears(one, told)

    def _read_once(self, channel: str, payload: bytes) -> dict[str, Any]:
        if len(self._read_already) >= REMEMBERED:
            self._read_already.clear()
        told: dict[str, Any] = json.loads(payload)
        self._read_already[payload] = told
        self._note_entry(channel, told)
        return told

    def _note_entry(self, channel: str, told: dict[str, Any]) -> None:
        place = told["epoch"], told["seq"]
        self._note(channel if told["channel"] == channel else "", "other",
                   self.ledger.shown(channel, told.get("client_id", ""), place))

    def _note(self, channel: str, kind: str, what: str) -> None:
        if not channel:
            kind, what = "astray", f"an entry of another channel: {what}"
        if what:
            self.wrong[kind] += 1
            if len(self.wrongs) < WRONGS_TOLD:
                self.wrongs.append(what)

    def _entry(self, one: Listener, told: dict[str, Any]) -> None:
        """One that was pushed: the next, unless a gap was told of."""
        seq = told["seq"]
        if seq != one.streamed + 1 and one.streamed >= 0:
            self._note(one.channel, "twice" if seq <= one.streamed else "hole",
                       f"{seq} after {one.streamed} in {one.channel}")
        one.streamed = seq
        self.entries += 1
        if seq == one.seq + 1 and not one.filling:
            one.has(told["epoch"], seq)
        elif seq > one.seq:
            self._fill(one)

    def _bye(self, one: Listener, told: dict[str, Any]) -> None:
        self.stay.byes += 1
        one.said_bye, one.told, one.gone_at = True, told["reconnect_after_ms"] / 1000, time.monotonic()

    def _gap(self, one: Listener, _told: dict[str, Any]) -> None:
        self.gaps += 1
        one.streamed = -1
        self._fill(one)

    def _forked(self, one: Listener, told: dict[str, Any]) -> None:
        self.forks += 1
        one.drops(told["epoch"], told["seq"])

    def _welcome(self, one: Listener, told: dict[str, Any]) -> None:
        state = next((each for each in told["channels"] if each["channel"] == one.channel), None)
        if state is None or "entered" not in state:
            if state is not None:
                self.stay.refused[f"welcome {state.get('refused')}"] += 1
            self._enter(one)
        else:
            one.streamed = one.seq
            self._inside(one)

    def _enter(self, one: Listener) -> None:
        one.inside = False
        since = {} if one.seq < 0 else {"since": {"epoch": one.epoch, "seq": one.seq}}
        self._ask(one, ENTER, {"op": "enter", "channel": one.channel, **since})

    def _entered(self, one: Listener, told: dict[str, Any]) -> None:
        """The latest entries, or those that it lacked."""
        if one.seq < 0:
            one.begins(told["epoch"], told["tip"])
        for entry in told["messages"]:
            if entry["seq"] > one.seq:
                self._follows(one, entry)
        one.streamed = told["tip"]
        self._inside(one)
        if not told["complete"]:
            self._fill(one)

    def _follows(self, one: Listener, entry: dict[str, Any]) -> None:
        """One of a page: the next."""
        self._note_entry(one.channel, entry)
        if entry["seq"] != one.seq + 1:
            self._note(one.channel, "hole", f"a page: {entry['seq']} after {one.seq} in {one.channel}")
        self.entries += 1
        one.has(entry["epoch"], entry["seq"])

    def _fill(self, one: Listener) -> None:
        if not one.filling:
            one.filling = True
            self._ask(one, HISTORY, {"op": "history", "channel": one.channel, "after": one.seq, "limit": PAGE})

    def _page(self, one: Listener, told: dict[str, Any]) -> None:
        one.filling = False
        entries = told["messages"]
        if not entries or entries[0]["seq"] <= one.seq + 1:  # else it was asked for before a fork
            for entry in entries:
                if entry["seq"] > one.seq:
                    self._follows(one, entry)
        if told["more"] or one.seq < one.streamed:
            self._fill(one)

    def _refused(self, one: Listener, told: dict[str, Any]) -> None:
        number, code = told["id"], told["code"]
        again = {ENTER: self._enter_again, HISTORY: self._fill_again, SAY: self._say_again, HELLO: None}
        if number not in again or not (told.get("temporary") or code == "not_entered"):
            self._note(one.channel, "refused", f"refused: {told}")
            return
        self.stay.refused[f"{('', 'hello', 'enter', 'history', 'say')[number]} {code}"] += 1
        act = again[number]
        if act is not None:  # else the end of the socket follows
            pause = told.get("retry_after_seconds") or TRY_AGAIN_SECONDS
            self._at(time.monotonic() + pause, partial(act, one, one.socket))
        if code == "not_entered" and one.inside:
            self._enter(one)

    def _enter_again(self, one: Listener, on: socket.socket | None, _now: float) -> None:
        if one.socket is on and on is not None and not one.inside and ENTER not in one.asked:
            self._enter(one)

    def _fill_again(self, one: Listener, on: socket.socket | None, _now: float) -> None:
        if one.socket is on and on is not None:
            one.filling = False
            self._fill(one)

    def _inside(self, one: Listener) -> None:
        now = time.monotonic()
        if not one.inside and one.gone_at:
            self.stay.away_seconds.append(now - one.gone_at)
        one.inside, one.failures, one.gone_at, one.told = True, 0, 0.0, -1.0
        self._next(now + PING_SECONDS, one)
        if one.saying:
            self._say(one)

    # ---- what is said

    def _speak(self, now: float) -> None:
        """Whoever's turn it is begins to say something, whether they are there or not."""
        if not self._a_second:
            self._next_word = now
        while self._a_second and self._free and self._next_word <= now:
            self._next_word += 1 / self._a_second
            one = self._free.popleft()
            one.words += 1
            one.saying, one.tried_at = True, now
            self._say(one)
        self._next_word = max(self._next_word, now) if not self._free else self._next_word

    def _say(self, one: Listener) -> None:
        if one.inside and SAY not in one.asked:
            self._ask(one, SAY, {"op": "say", "channel": one.channel, "client_id": one.client_id, "type": "text",
                                 "body": {"text": f"今天第 {one.words} 次问好"}})

    def _say_again(self, one: Listener, on: socket.socket | None, _now: float) -> None:
        if one.socket is on and one.saying:
            self._say(one)

    def _said(self, one: Listener, told: dict[str, Any]) -> None:
        place = told["epoch"], told["seq"]
        self._note(one.channel, "other", self.ledger.said(one.channel, told["client_id"], place, len(one.forks)))
        if told["client_id"] != one.client_id or not one.saying:
            self._note(one.channel, "other", f"an answer to nothing: {told}")
            return
        self.stay.waited_seconds.append(time.monotonic() - max(one.tried_at, self.stay.began))
        one.saying, one.spoke_at = False, one.tried_at
        self._free.append(one)
