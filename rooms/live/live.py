"""The door to Redis for one process: scripts and commands, gathered into pipelines, to the node that serves the key."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from rooms.errors import Code, Misconfigured, Refused
from rooms.live import keys
from rooms.live.address import Address, Servers
from rooms.live.feed import Feed, OnNote, OnResubscribed
from rooms.live.pipeline import MEETING, Call, Pipeline, Then
from rooms.live.scripts import DELETE_IF, Script
from rooms.live.topology import Topology, slot_sender, topology_of, written
from rooms.live.wire import ErrorReply, Wire, WireLost

HINT_EVERY_SECONDS = 1.0
HINTS_REMEMBERED = 50_000


class Live:
    """Open it after a fork, never before. All errors of Redis arrive as Refused(UNAVAILABLE)."""

    def __init__(self, url: str, prefix: str, topology: Topology, generation: int, replicas: int) -> None:
        self.url, self.prefix, self._topology = url, prefix, topology
        self._generation, self._replicas = generation, replicas
        self._pipelines: dict[Address | None, Pipeline] = {}
        self._lock = threading.Lock()
        self._hinted: dict[tuple[str, str], float] = {}
        self.opened: Callable[[bytes], bytes] = _as_it_is
        """Opens a wire form that lies sealed in the log (see `sealing`); the store puts it in."""
        self.offset_ms = 0
        """Only tests set it: moves the clock of the rules."""

    @classmethod
    def open(cls, url: str, prefix: str = "th", generation: int = 1, replicas: int = 0) -> Live:
        """Raises Misconfigured when no Redis answers there. `replicas`: how many must confirm a durable call."""
        try:
            return cls(Servers.of(url).url, prefix, topology_of(url), generation, replicas)
        except (WireLost, ErrorReply, TimeoutError, ValueError) as error:
            raise Misconfigured(f"REDIS_URL: no Redis answers there ({error})") from error

    @property
    def cluster(self) -> bool:
        return self._topology.cluster

    def masters(self) -> list[str]:
        return [written(address) for address in self._topology.masters()]

    def close(self) -> None:
        self._topology.close()
        for pipeline in self._pipelines.values():
            pipeline.close()

    # scripts

    def call_soon(self, script: Script, names: Sequence[str], arguments: Sequence[str | bytes], then: Then,
                  durable: bool = False) -> None:
        """Sends the script with the next round trip; `then` gets its reply or a Refused, and must not wait."""
        self._submit(Call((names, arguments), then, names[0], script, durable))

    def call(self, script: Script, names: Sequence[str], arguments: Sequence[str | bytes],
             durable: bool = False) -> Any:
        """The same, and waits. Raises Refused(UNAVAILABLE) when Redis cannot."""
        return self.begin(script, names, arguments, durable).wait()

    def begin(self, script: Script, names: Sequence[str], arguments: Sequence[str | bytes],
              durable: bool = False) -> Answer:
        """The same, and the caller waits when it suits."""
        answer = Answer()
        self.call_soon(script, names, arguments, answer.set, durable)
        return answer

    def calls(self, several: Sequence[tuple[Script, Sequence[str], Sequence[str | bytes]]],
              durable: bool = False) -> list[Any]:
        """Several scripts in one round trip a node; a Refused stands where one failed."""
        answers = [self.begin(*each, durable) for each in several]
        return [answer.get() for answer in answers]

    # plain commands

    def command(self, *words: str | bytes, key: str) -> Any:
        """One command on the node that serves `key`."""
        return self.commands([(words, key)])[0]

    def commands(self, several: Sequence[tuple[Sequence[str | bytes], str]]) -> list[Any]:
        """Several commands, each with its key, in one round trip a node."""
        answers = [self.begin_command(*words, key=key) for words, key in several]
        return [answer.wait() for answer in answers]

    def begin_command(self, *words: str | bytes, key: str) -> Answer:
        """One command, and the caller waits when it suits."""
        answer = Answer()
        self._submit(Call(words, answer.set, key, None, False))
        return answer

    def tell(self, *words: str | bytes, key: str, then: Then | None = None) -> None:
        """A command for whose answer nobody waits and whose loss is repaired by a sweep. `then` gets the reply or a
        Refused, and must not wait."""
        self._submit(Call(words, then or _ignore, key, None, False))

    # small things that are kept outside rooms

    def name(self, *parts: str) -> str:
        """A key outside the rooms: `live.name("push", appid, id)`."""
        return ":".join((self.prefix, *parts))

    def get(self, key: str) -> bytes | None:
        value: bytes | None = self.command("GET", key, key=key)
        return value

    def set(self, key: str, value: str | bytes, px: int | None = None, nx: bool = False) -> bool:
        """False when `nx` was asked for and the key was there."""
        words: list[str | bytes] = ["SET", key, value]
        if px is not None:
            words += ["PX", str(px)]
        if nx:
            words.append("NX")
        return self.command(*words, key=key) is not None

    def delete(self, key: str) -> None:
        self.command("DEL", key, key=key)

    def delete_if(self, key: str, value: str | bytes) -> bool:
        """Deletes the key only while it holds this value."""
        return bool(self.call(DELETE_IF, [key], [value])[1])

    def delete_if_soon(self, key: str, value: str | bytes) -> None:
        """The same without waiting, for a key that has an end."""
        self.call_soon(DELETE_IF, [key], [value], _ignore, False)

    def once(self, key: str, seconds: int) -> bool:
        """True for exactly one caller in that time, over all processes."""
        return self.set(self.name("once", key), "1", px=seconds * 1000, nx=True)

    def hint(self, kind: str, thing: str, *, surely: bool = False) -> None:
        """Remembers that a thing wants attention, at most once a second each; a sweep repairs a lost hint. `surely`:
        although this process may have hinted just now, for who has taken the hint away and found more to do."""
        now = time.monotonic()
        if self._hinted.get((kind, thing), 0.0) > now and not surely:
            return
        if len(self._hinted) >= HINTS_REMEMBERED:
            self._hinted.clear()
        self._hinted[kind, thing] = now + HINT_EVERY_SECONDS
        key = self.name("hint", kind)
        self.tell("ZADD", key, str(int(time.time() * 1000)), thing, key=key)

    def hinted(self, kind: str, limit: int) -> list[str]:
        """Takes away the oldest hints. A process gives one a second, so something may happen after it without another:
        who must not miss that looks again a moment later."""
        key = self.name("hint", kind)
        popped = self.command("ZPOPMIN", key, str(limit), key=key)
        return [thing.decode() for thing in popped[::2]]

    # what else a process asks of the servers

    def feed(self, on_note: OnNote, on_resubscribed: OnResubscribed) -> Feed:
        return Feed(self.url, self.prefix, self._topology, on_note, on_resubscribed)

    def ready_for(self, room: str) -> str:
        """The ready mark that rooms on this room's node must bear; asks the node first where it is not known yet."""
        gate = keys.of_room(self.prefix, room).gate
        pipeline = self._pipeline(self._owner(gate))
        if not pipeline.ready:
            self.command("EXISTS", gate, key=gate)
        return pipeline.ready

    def meet(self, room: str) -> str:
        """The same, asked anew: what this process knows may be of a time before its node was a replica for a while."""
        gate = keys.of_room(self.prefix, room).gate
        return self._pipeline(self._owner(gate)).met(self.command("INFO", *MEETING, key=gate))

    def away(self, seconds: float) -> list[str]:
        """The masters that do not serve, asked all at once; none waits longer than that."""
        words = ("CLUSTER", "INFO") if self.cluster else ("PING",)
        asked = {address: self._ask(address, words) for address in self._topology.masters()}
        end = time.monotonic() + seconds
        return [written(address) for address, answer in asked.items() if not _serves(answer.within(end))]

    def _ask(self, address: Address | None, words: Sequence[str]) -> Answer:
        answer = Answer()
        self._pipeline(address).submit(Call(words, answer.set, "", None, False))
        return answer

    def settings(self, name: str) -> list[str | None]:
        """A configuration value of every master; None where the server does not tell."""
        return [self._ask_one(address, "CONFIG", "GET", name) for address in self._topology.masters()]

    def info(self, section: str) -> list[dict[str, str]]:
        """INFO of every master."""
        found = []
        for address in self._topology.masters():
            wire = Wire(self.url, address)
            wire.open()
            try:
                lines = bytes(wire.ask("INFO", section)).decode().splitlines()
                found.append(dict(line.split(":", 1) for line in lines if ":" in line))
            finally:
                wire.close()
        return found

    def _ask_one(self, address: Address | None, *words: str) -> str | None:
        wire = Wire(self.url, address)
        wire.open()
        try:
            reply = wire.ask(*words)
            return reply[1].decode() if reply else None
        except ErrorReply:
            return None
        finally:
            wire.close()

    # nodes

    def _submit(self, call: Call) -> None:
        try:
            pipeline = self._pipeline(self._owner(call.key))
        except Refused as refused:
            call.then(refused)
            return
        pipeline.submit(call)

    def _owner(self, key: str) -> Address | None:
        try:
            return self._topology.owner(key)
        except WireLost as error:
            raise Refused(Code.UNAVAILABLE, str(error), 1_000) from error

    def _pipeline(self, address: Address | None) -> Pipeline:
        pipeline = self._pipelines.get(address)
        if pipeline is None:
            with self._lock:
                pipeline = self._pipelines.get(address) or self._open_pipeline(address)
        return pipeline

    def _open_pipeline(self, address: Address | None) -> Pipeline:
        pipeline = Pipeline(Wire(self.url, address), self._generation, lambda: self.offset_ms, self._replicas,
                            self._elsewhere, self._topology.doubt)
        self._pipelines[address] = pipeline
        return pipeline

    def _elsewhere(self, call: Call, error: str) -> None:
        """A Cluster's node sent the call on. ASK is for this once; the slot is still on its way."""
        word, slot, address = slot_sender(error)
        if word == "MOVED":
            self._pipeline(self._topology.moved(slot, address)).submit(call)
        else:
            call.then(Refused(Code.UNAVAILABLE, "the room's slot is moving to another node", 1_000))


class Answer:
    """Where one waits for one reply. A bare lock: an Event is made of four things, and there is one for each reply."""

    __slots__ = ("_pending", "_value")

    def __init__(self) -> None:
        self._pending = threading.Lock()
        self._pending.acquire()
        self._value: Any = None

    def set(self, value: Any) -> None:
        self._value = value
        self._pending.release()

    def get(self) -> Any:
        """The reply, or the Refused that came instead."""
        with self._pending:
            return self._value

    def within(self, end: float) -> Any:
        """The same; None where nothing has come by then (`time.monotonic()`)."""
        if not self._pending.acquire(timeout=max(0.0, end - time.monotonic())):
            return None
        return self._value

    def wait(self) -> Any:
        """The reply. Raises the Refused that came instead."""
        value = self.get()
        if isinstance(value, Refused):
            raise value
        return value


def _serves(reply: Any) -> bool:
    """A node of a Cluster also says whether the Cluster as a whole does."""
    return isinstance(reply, bytes) and (reply == b"PONG" or b"cluster_state:ok" in reply)


def _ignore(_: Any) -> None:
    """Nobody waits for this answer."""


def _as_it_is(frame: bytes) -> bytes:
    return frame


def token() -> str:
    """An unguessable word for locks."""
    return secrets.token_hex(8)


