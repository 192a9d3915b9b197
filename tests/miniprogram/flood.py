"""Somebody floods a channel from several sockets, on all processes, while a moderator acts on them."""

from __future__ import annotations

import itertools
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field

from rooms import members
from rooms.events import Person
from tests.miniprogram.web import Web, ask, say
from tests.socket_client import Ended, Json, Socket

SOCKETS = 5
PAUSE_SECONDS = 0.005
PATIENCE_SECONDS = 15.0
PING_SECONDS = 15.0
AFTER_SECONDS = 1.0
"""How long is listened for what must not come."""
TOLD_AS = {"mute": "muted", "kick": "kicked", "ban": "banned"}
REFUSED_AS = {"mute": {"muted"}, "kick": {"not_entered"}, "ban": {"banned", "not_entered"}}


@dataclass
class Heard:
    """What one socket was told, with the time (`time.monotonic()`) of each frame."""

    socket: Socket
    frames: list[tuple[float, Json]] = field(default_factory=list)

    def listen(self, stop: threading.Event) -> None:
        pinged = time.monotonic()
        with suppress(Ended, OSError):
            while not stop.is_set():
                if time.monotonic() - pinged > PING_SECONDS:
                    pinged = time.monotonic()
                    self.socket.send({"op": "ping", "id": 1})
                with suppress(TimeoutError):
                    self.frames.append((time.monotonic(), self.socket.receive(0.05)))

    def has(self, seq: int) -> bool:
        return any(frame.get("seq") == seq and frame["op"] in TOLD_AS.values() for _, frame in list(self.frames))

    def entries(self, channel: str) -> list[tuple[float, Json]]:
        return [(at, frame) for at, frame in list(self.frames) if frame.get("channel") == channel and "seq" in frame
                and frame["op"] not in ("said", "read", "tip")]


@dataclass
class Delays:
    """Seconds from the answer to the moderator until the last of the sockets concerned was told, and was refused; 0
    where that came before the answer."""

    told: float
    refused: float


class Flood:
    def __init__(self, web: Web, listeners: int) -> None:
        self.web, self.numbers = web, itertools.count(1)
        self.room = web.cast.add_room()
        self.hall = web.cast.channel("hall", self.room)
        self.moderator = web.cast.person("Moderator")
        self.desk = web.member(self.moderator, self.hall)
        members.set_role(web.store, self.room, self.moderator.id, "moderator")
        self.stop = threading.Event()
        self.threads: list[threading.Thread] = []
        self.others = [self._heard(web.cast.person(f"listener {number}")) for number in range(listeners)]

    def round(self, act: str) -> Delays:
        """A new person floods; the act; what must hold of it, and how long it took."""
        target = self.web.cast.person("Flooder")
        theirs = [self._heard(target) for _ in range(SOCKETS)]
        talking = threading.Event()
        talkers = [self._do(self._talk, heard.socket, talking) for heard in theirs]
        time.sleep(0.5)
        answer = ask(self.desk, {"op": act, "channel": self.hall, "user": target.id}, next(self.numbers))
        done = time.monotonic()
        assert answer["op"] == "done", answer
        time.sleep(AFTER_SECONDS)
        talking.set()
        for talker in talkers:
            talker.join()
        seq = self._judge(act, target, theirs)
        told = [at for heard in theirs for at, frame in heard.entries(self.hall) if frame["seq"] == seq]
        assert len(told) == SOCKETS, "every socket of theirs is told"
        refused = [min(at for at, frame in heard.frames if frame.get("code") in REFUSED_AS[act]) for heard in theirs]
        for heard in theirs:
            heard.socket.vanish()
        return Delays(max(0.0, max(told) - done), max(0.0, max(refused) - done))

    def _judge(self, act: str, target: Person, theirs: list[Heard]) -> int:
        """Not one entry of theirs above the act, for anybody; nothing at all above it for whom it put out."""
        history = ask(self.desk, {"op": "history", "channel": self.hall, "limit": 200}, next(self.numbers))["messages"]
        seq = next(int(entry["seq"]) for entry in reversed(history)
                   if entry["op"] == TOLD_AS[act] and entry["user"] == target.id)
        end = time.monotonic() + PATIENCE_SECONDS
        while not all(heard.has(seq) for heard in (*self.others, *theirs)):
            assert time.monotonic() < end, "everybody is told"
            time.sleep(0.05)
        for heard in self.others:
            late = [frame for _, frame in heard.entries(self.hall)
                    if frame["op"] == "message" and frame["from"]["id"] == target.id and frame["seq"] > seq]
            assert late == [], "an entry of theirs above the act"
        said = [frame["seq"] for heard in theirs for _, frame in heard.frames if frame["op"] == "said"]
        assert said, "they were heard before"
        assert max(said) < seq
        if act != "mute":
            for heard in theirs:
                assert max(frame["seq"] for _, frame in heard.entries(self.hall)) == seq, "nothing above it"
        return seq

    def _talk(self, socket: Socket, over: threading.Event) -> None:
        with suppress(OSError):
            while not over.wait(PAUSE_SECONDS):
                number = next(self.numbers)
                socket.send({"id": number, **say(self.hall, f"spam {number}", f"n{number}")})

    def _heard(self, person: Person) -> Heard:
        heard = Heard(self.web.member(person, self.hall))
        self._do(heard.listen, self.stop)
        return heard

    def _do(self, what: object, *given: object) -> threading.Thread:
        thread = threading.Thread(target=what, args=given, daemon=True)  # type: ignore[arg-type]
        thread.start()
        self.threads.append(thread)
        return thread

    def end(self) -> None:
        self.stop.set()
        for thread in self.threads:
            thread.join(60)
