"""A mini-program on a phone, as a careful client would be: it says, hears, comes back with its places, asks again.

What it shows per channel is a list without holes. It says each message until it is answered, with one `client_id`
however often, and comes back after every break with `resume`. It notes everything by which a server could be judged:
what was acknowledged and when, what was pushed out of order or twice, bytes that were no frames.
"""

from __future__ import annotations

import itertools
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import requests

from tests.patience import PATIENCE_SECONDS
from tests.priority import go_first
from tests.socket_client import Ended, Json, Refusal, Socket

ENTRIES = ("message", "announced", "recalled", "edited", "pinned", "muted", "unmuted", "kicked", "banned", "pardoned",
           "rules")
PING_SECONDS = 10.0
NEVER_AGAIN = (1000, 4003)
TWICE_IS_ONCE = frozenset({"enter", "leave", "read", "history", "watch", "quiet"})
MOST_ANSWER_SECONDS = 30.0


@dataclass
class Sent:
    """One message on its way. Times are `time.monotonic()`."""

    channel: str
    client_id: str
    text: str
    at: float
    tries: int = 0
    seq: int | None = None
    epoch: str = ""
    acked_at: float | None = None
    refused: str | None = None
    due: float = 0.0

    @property
    def settled(self) -> bool:
        return self.seq is not None or self.refused is not None


@dataclass
class Shown:
    """What stands on the screen of one channel, oldest first, and where the server's stream goes on."""

    entries: list[Json] = field(default_factory=list)
    waiting: dict[int, Json] = field(default_factory=dict)
    begin: int = 0
    """seq before the first entry."""
    began_in: str = ""
    streamed: int | None = None
    """seq of the last entry that the server gave on this socket; None where a gap allows any."""
    entered: bool = False
    """The server has said so, and has not refused since because of it."""
    left: bool = False
    asking: bool = False

    @property
    def last(self) -> int:
        return int(self.entries[-1]["seq"]) if self.entries else self.begin

    @property
    def place(self) -> Json:
        """The position to go on from."""
        return {"epoch": self.entries[-1]["epoch"] if self.entries else self.began_in, "seq": self.last}


class Asked(NamedTuple):
    """A request whose answer has not come yet."""

    op: str
    request: Json
    at: float


class Phone:
    """One person's mini-program. `open` logs in and connects; `enter` before `say`; `close` in the end."""

    def __init__(self, base: str, login: Callable[[], str], name: str = "", *, host: str = "127.0.0.1", port: int = 0,
                 answer_seconds: float = 3.0, receive_buffer: int = 0) -> None:
        """`base` is the API's address, `login` gives a token, `port` the WebSocket's (a proxy's, perhaps)."""
        self.base, self.name, self._login = base, name, login
        self.host, self.port = host, port
        self.answer_seconds = answer_seconds
        """After so long without an answer the connection is taken for dead; each time it waits longer for the next."""
        self.receive_buffer = receive_buffer
        self.token = ""
        self.user: Json = {}
        self.shown: dict[str, Shown] = {}
        self.sent: list[Sent] = []
        self.frames: list[Json] = []
        self.wrongs: list[str] = []
        """Everything that a server must never do."""
        self.closes: list[int | None] = []
        self.torn = 0
        self.byes: list[Json] = []
        self.forks: list[Json] = []
        self.gaps: list[Json] = []
        self.refusals: deque[tuple[float, str, Json]] = deque(maxlen=4)
        """The last ones: when, to what, with which words."""
        self.connections = 0
        self.come_back = True
        self.keep_frames = True
        self.socket: Socket | None = None
        self._changed = threading.Condition(threading.RLock())
        self._numbers = itertools.count(1)
        self._asked: dict[int, Asked] = {}
        self._passwords: dict[str, str] = {}
        self._answers: dict[int, Json] = {}
        self._wanted: set[int] = set()
        self._stopped = threading.Event()
        self._reading = threading.Event()
        self._reading.set()
        self._thread: threading.Thread | None = None
        self._last_heard = 0.0
        self._last_sent = 0.0

    # ---- what a person does

    def open(self, seconds: float = 10.0) -> Phone:
        self.token = self.token or self._login()
        self._thread = threading.Thread(target=self._live, name=f"phone-{self.name}", daemon=True)
        self._thread.start()
        self.wait(lambda: self.connected, seconds, "connected")
        return self

    def enter(self, channel: str, password: str | None = None, seconds: float = 10.0) -> Json:
        """The answer to `enter`; a temporary refusal is tried again. `channel` is kept entered from then on."""
        end = time.monotonic() + max(PATIENCE_SECONDS, seconds)
        while True:
            extra = {} if password is None else {"password": password}
            answer = self.ask({"op": "enter", "channel": channel, **extra}, max(1.0, end - time.monotonic()))
            if answer["op"] == "entered":
                if password is not None:
                    self._passwords[channel] = password
                return answer
            if not answer.get("temporary") or time.monotonic() > end:
                return answer
            time.sleep(0.1)

    def leave(self, channel: str) -> Json:
        answer = self.ask({"op": "leave", "channel": channel})
        with self._changed:
            self.shown.pop(channel, None)
        return answer

    def say(self, channel: str, text: str, seconds: float = 15.0, client_id: str = "") -> Sent:
        """Says it and waits for the answer. Raises AssertionError after `seconds` without any."""
        sent = self.say_soon(channel, text, client_id)
        self.wait(lambda: sent.settled, seconds, f"{text!r} was answered")
        return sent

    def say_soon(self, channel: str, text: str, client_id: str = "") -> Sent:
        sent = Sent(channel, client_id or str(uuid.uuid4()), text, time.monotonic())
        with self._changed:
            self.sent.append(sent)
            self._send_say(sent)
        return sent

    def ask(self, request: Json, seconds: float = 5.0) -> Json:
        """Sends a request with an id of its own and gives its answer, whatever it is. What may be asked twice is asked
        again on the next connection where this one broke before it was answered."""
        again = request["op"] in TWICE_IS_ONCE
        while True:
            self.wait(lambda: self.connected or not again, seconds, "connected")
            with self._changed:
                connection, number = self.socket, self._send(request)
                self._wanted.add(number)
            self.wait(lambda: number in self._answers or (again and self.socket is not connection), seconds,  # noqa: B023
                      f"{request['op']} was answered")
            if number in self._answers:
                return self._answers.pop(number)

    def history(self, channel: str, **bounds: int) -> Json:
        return self.ask({"op": "history", "channel": channel, **bounds})

    def stop_reading(self) -> None:
        """As an app in the background: the connection stays, its bytes stay in the network."""
        self._reading.clear()

    def read_again(self) -> None:
        self._reading.set()

    def cut(self) -> None:
        """The network is gone, without a word; the phone comes back by itself."""
        with self._changed:
            if self.socket:
                self.socket.reset()

    def begin_notes(self) -> None:
        """Forgets how it came here."""
        with self._changed:
            self.closes, self.connections = [], 1

    def close(self, code: int = 1000) -> None:
        """Out of the app."""
        self.come_back = False
        self._stopped.set()
        self._reading.set()
        with self._changed:
            if self.socket:
                self.socket.close(code)
        if self._thread:
            self._thread.join(5)

    # ---- what can be seen

    @property
    def connected(self) -> bool:
        return self.socket is not None and bool(self.user)

    def plight(self) -> str:
        """For who wonders why it does not speak."""
        with self._changed:
            now = time.monotonic()
            unanswered = [(round(now - sent.at, 1), sent.tries) for sent in self.sent if not sent.settled]
            refusals = [(round(now - at, 1), op, refusal.get("code"), refusal.get("message"))
                        for at, op, refusal in self.refusals]
            entered = {channel: shown.entered for channel, shown in self.shown.items()}
            asked = [(asked.op, round(now - asked.at, 1)) for asked in self._asked.values()]
            return (f"{self.name}: connected={self.connected} by port {self.socket and self.socket.local_port} "
                    f"entered={entered} waits for {asked}, heard "
                    f"{now - self._last_heard:.1f} s ago, sent {now - self._last_sent:.1f} s ago, "
                    f"unanswered (s ago, tries) {unanswered}, refused (s ago) {refusals}, connections "
                    f"{self.connections}, closes {self.closes[-4:]}, patience {self.answer_seconds:.1f} s, "
                    f"lives={self._thread is not None and self._thread.is_alive()} {self.wrongs[-2:]}")

    def texts(self, channel: str) -> list[str]:
        said = [entry.get("body") or {} for entry in self.entries(channel) if entry["op"] == "message"]
        return [body["text"] for body in said if "text" in body]  # what was recalled shows none

    def entries(self, channel: str) -> list[Json]:
        with self._changed:
            return list(self.shown[channel].entries) if channel in self.shown else []

    def events(self, op: str, channel: str = "") -> list[Json]:
        with self._changed:
            return [each for each in self.frames if each.get("op") == op and channel in ("", each.get("channel"))]

    def entered(self, channel: str) -> bool:
        return self.connected and channel in self.shown and self.shown[channel].entered

    def wait(self, condition: Callable[[], Any], seconds: float = 10.0, what: str = "") -> None:
        with self._changed:
            met = self._changed.wait_for(condition, max(PATIENCE_SECONDS, seconds))
        assert met, f"{self.name}: not within {seconds:.1f} s: {what}; connected={self.connected}, {self.closes[-3:]}"

    def wait_for_text(self, channel: str, text: str, seconds: float = 10.0) -> None:
        self.wait(lambda: text in self.texts(channel), seconds, f"heard {text!r}")

    def api(self, method: str, path: str, **more: Any) -> requests.Response:
        """One request to the API as this person."""
        headers = {"Authorization": f"Bearer {self.token}"}
        with requests.Session() as http:
            http.trust_env = False
            return http.request(method, f"{self.base}/api/v1{path}", headers=headers, timeout=60, **more)

    # ---- the connection

    def _live(self) -> None:
        go_first()
        pause = 0.05
        while not self._stopped.is_set():
            try:
                self._connect()
                pause = 0.05
                self._listen()
            except (OSError, Ended, Refusal, requests.RequestException):
                self._lost(None)
                self._stopped.wait(pause)
                pause = min(pause * 2, 0.5)
            if not self.come_back:
                return

    def _connect(self) -> None:
        connection = Socket(self.host, self.port, 5.0, self.receive_buffer)
        resume = {channel: shown.place for channel, shown in self.shown.items()}
        with self._changed:
            if self._stopped.is_set():
                connection.vanish()
                return
            self.socket = connection
            self.connections += 1
            self.user = {}
            self._last_heard = time.monotonic()
            self._asked.clear()
            places = {"resume": resume} if resume else {}
            self._send({"op": "hello", "token": self.token, "client": "tests/1", **places})

    def _listen(self) -> None:
        connection = self.socket
        while connection is self.socket and connection is not None:
            if not self._reading.is_set():
                self._reading.wait()
                with self._changed:
                    self._last_heard = time.monotonic()
            try:
                message = connection.receive(0.2)
            except TimeoutError:
                if not self._look_after(connection):
                    self._lost(connection)
                    return
                continue
            except Ended as ended:
                self._ended(connection, ended)
                return
            except (OSError, ValueError) as error:  # closed under our feet, by ourselves
                self._ended(connection, Ended(None), error)
                return
            with self._changed:
                self._last_heard = time.monotonic()
                if self.keep_frames:
                    self.frames.append(message)
                self._hear(message)
                self._changed.notify_all()
            if time.monotonic() - self._last_sent > 0.2:
                self._look_after(connection)

    def _look_after(self, connection: Socket) -> bool:
        """Pings, says again what was refused for now, and notices a dead connection."""
        now = time.monotonic()
        with self._changed:
            unanswered = [sent for sent in self.sent if not sent.settled]
            waits = any(now - asked.at > self.answer_seconds for asked in self._asked.values())
            if waits and now - self._last_heard > self.answer_seconds:
                self.answer_seconds = min(self.answer_seconds * 1.5, MOST_ANSWER_SECONDS)
                return False
            for sent in unanswered:
                if sent.due and now >= sent.due and self.entered(sent.channel):
                    self._send_say(sent)
            for channel, shown in list(self.shown.items()):
                if self.user and not shown.entered and not self._is_asked("enter", channel):
                    extra = {"password": self._passwords[channel]} if channel in self._passwords else {}
                    self._send({"op": "enter", "channel": channel, "since": shown.place, **extra})
            if now - self._last_sent > PING_SECONDS:
                self._send({"op": "ping"})
        return True

    def _is_asked(self, op: str, channel: str) -> bool:
        return any(asked.op == op and asked.request.get("channel") == channel for asked in self._asked.values())

    def _ended(self, connection: Socket, ended: Ended, error: Exception | None = None) -> None:
        with self._changed:
            if not self._stopped.is_set():
                self.closes.append(ended.code)
            if connection.problem:
                self.wrongs.append(connection.problem)
            self.torn += connection.torn
            if ended.code in NEVER_AGAIN:
                self.come_back = False
        self._lost(connection)

    def _lost(self, connection: Socket | None) -> None:
        with self._changed:
            if connection is not None and connection is self.socket:
                connection.vanish()
                self.socket = None
            self.user = {}
            for shown in self.shown.values():
                shown.entered = shown.asking = False
                shown.streamed = None
                shown.waiting.clear()
            self._changed.notify_all()

    def _send(self, request: Json) -> int:
        number = request.get("id") or next(self._numbers)
        self._last_sent = time.monotonic()
        self._asked[number] = Asked(request["op"], request, self._last_sent)
        if self.socket is not None:
            try:
                self.socket.send({**request, "id": number})
            except OSError:  # perhaps half of it was sent, so nothing more can be
                self.socket.vanish()
        return int(number)

    def _send_say(self, sent: Sent) -> None:
        sent.due = 0.0
        if self.entered(sent.channel):
            sent.tries += 1
            self._send({"op": "say", "channel": sent.channel, "client_id": sent.client_id, "type": "text",
                        "body": {"text": sent.text}})
        else:
            sent.due = time.monotonic()

    # ---- what is heard

    def _hear(self, message: Json) -> None:
        op = message.get("op", "")
        if op in ENTRIES:
            self._hear_entry(message)
        elif op == "gap":
            self.gaps.append(message)
            shown = self.shown.get(message["channel"])
            if shown is not None:
                shown.streamed = None
                self._fill(message["channel"], shown)
        elif op == "forked":
            self._fork(message)
        elif op == "bye":
            self.byes.append(message)
        elif "id" in message:
            self._hear_answer(message)

    def _hear_answer(self, message: Json) -> None:
        asked = self._asked.pop(message["id"], None)
        if asked is None:
            self.wrongs.append(f"an answer to nothing: {message}")
            return
        op, request, _ = asked
        if message["op"] == "refused":
            self.refusals.append((time.monotonic(), op, message))
        if op == "hello":
            self._welcome(message)
        elif op == "enter" and message["op"] == "entered":
            self._entered(message, request)
        elif op == "say":
            self._said(message, request)
        elif op == "leave" and message["op"] == "left" and request["channel"] in self.shown:
            self.shown[request["channel"]].entered, self.shown[request["channel"]].left = False, True
        if op == "history" and message["op"] == "history":
            self._page(message, request)
        if message["id"] in self._wanted:
            self._wanted.discard(message["id"])
            self._answers[message["id"]] = message

    def _welcome(self, message: Json) -> None:
        if message["op"] != "welcome":
            self.wrongs.append(f"hello: {message}") if not message.get("temporary") else None
            return
        self.user = message["user"]
        for state in message["channels"]:
            shown = self.shown.get(state["channel"])
            if shown is None or "refused" in state:
                continue
            shown.entered, shown.streamed = True, shown.last
        self._say_again()

    def _entered(self, message: Json, request: Json) -> None:
        channel = message["channel"]
        shown = self.shown.setdefault(channel, Shown())
        shown.left = False
        if "since" not in request:
            shown.entries.clear()
            shown.begin, shown.began_in = message["tip"] - len(message["messages"]), message["epoch"]
        after = min(request["since"]["seq"], shown.last) if "since" in request else shown.begin
        for entry in message["messages"]:
            if entry["seq"] != after + 1:
                self.wrongs.append(f"entered.messages: {entry['seq']} after {after} in {channel}")
            after = entry["seq"]
            self._show(shown, entry)
        shown.entered, shown.streamed = True, message["tip"]
        if not message["complete"]:
            self._fill(channel, shown)
        self._say_again()

    def _say_again(self) -> None:
        for sent in self.sent:
            if not sent.settled and self.entered(sent.channel) and not self._is_on_its_way(sent):
                self._send_say(sent)

    def _is_on_its_way(self, sent: Sent) -> bool:
        return any(asked.op == "say" and asked.request["client_id"] == sent.client_id for asked in self._asked.values())

    def _said(self, message: Json, request: Json) -> None:
        for sent in reversed(self.sent):
            if sent.client_id == request["client_id"]:
                break
        else:
            return
        if message["op"] == "said":
            if sent.seq is not None and (sent.epoch, sent.seq) != (message["epoch"], message["seq"]):
                self.wrongs.append(f"{sent.client_id} was said as {sent.seq} and as {message['seq']}")
            sent.seq, sent.epoch, sent.acked_at = message["seq"], message["epoch"], time.monotonic()
        elif message.get("temporary") or message.get("code") == "not_entered":
            sent.due = time.monotonic() + min(1.0, message.get("retry_after_seconds") or 0.1)
            if message.get("code") == "not_entered":
                self.shown[sent.channel].entered = False
        else:
            sent.refused = message.get("code", "?")

    def _hear_entry(self, entry: Json) -> None:
        shown = self.shown.get(entry["channel"])
        if shown is None or shown.left:
            self.wrongs.append(f"an entry of a channel that was not entered: {entry['channel']} {entry['seq']}")
            return
        seq = entry["seq"]
        if shown.streamed is not None and seq != shown.streamed + 1:
            kind = "twice or back" if seq <= shown.streamed else "a hole"
            self.wrongs.append(f"{kind}: {seq} after {shown.streamed} in {entry['channel']}")
        shown.streamed = seq
        if seq <= shown.last:
            return
        shown.waiting[seq] = entry
        self._settle(shown)
        if shown.waiting:
            self._fill(entry["channel"], shown)

    def _settle(self, shown: Shown) -> None:
        while (following := shown.waiting.pop(shown.last + 1, None)) is not None:
            self._show(shown, following)

    def _show(self, shown: Shown, entry: Json) -> None:
        if entry["seq"] <= shown.last:
            return
        shown.entries.append({**entry, "heard_at": time.monotonic()})

    def _fill(self, channel: str, shown: Shown) -> None:
        if not shown.asking:
            shown.asking = True
            self._send({"op": "history", "channel": channel, "after": shown.last, "limit": 200})

    def _page(self, message: Json, request: Json) -> None:
        shown = self.shown.get(message["channel"])
        if shown is None or not shown.asking:
            return
        shown.asking = False
        for entry in message["messages"]:
            if entry["seq"] > shown.last:
                shown.waiting[entry["seq"]] = entry
        self._settle(shown)
        if message["more"] or (shown.waiting and message["messages"]):
            self._fill(message["channel"], shown)

    def _fork(self, message: Json) -> None:
        self.forks.append(message)
        shown = self.shown.get(message["channel"])
        if shown is None:
            return
        shown.waiting.clear()
        while shown.entries and shown.entries[-1]["seq"] > message["seq"]:
            shown.entries.pop()
        if message["seq"] <= shown.begin:
            shown.begin, shown.began_in = message["seq"], message["epoch"]
        shown.streamed = message["seq"]
