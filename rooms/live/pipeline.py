"""All that wait for a node, in one round trip.

Calls that arrive while a round trip is under way gather, and leave together in the next: under load a verb costs its
share of one system call and one fsync, and without load it leaves at once. No timer is involved. What is said in one
channel meanwhile even travels as one call, so that its keys and the looks at the channel's state are shared too. The
next batch takes off before the replies of the last one are dealt with, so that Redis and this process work at the same
time.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any, NamedTuple

from rooms.errors import Code, Refused
from rooms.live.scripts import ALL, Script
from rooms.live.wire import ErrorReply, Wire, WireLost, pack

log = logging.getLogger(__name__)

MOST_WAITING = 20_000
MOST_TOGETHER = 1_000
MOST_AS_ONE = 64
"""A script runs alone: so many messages take about two milliseconds."""
WAIT_TIMEOUT_MS = 1_000
REST_AFTER_FAILURE_SECONDS = 0.1
COUNT_REPLICAS_EVERY_SECONDS = 5.0
MEETING = ("server", "replication")
"""What of INFO is asked for when one meets a node."""
NO_MASTER = ("READONLY", "CLUSTERDOWN", "MASTERDOWN")

Then = Callable[[Any], None]
"""Gets the reply, or an ErrorReply, or a Refused. Runs in the pipeline's own thread of control and must not wait."""


class Call:
    """One command or script on its way. `durable` calls are answered only after the replicas that the mode asks for."""

    __slots__ = ("arguments", "durable", "key", "script", "then", "tries")

    def __init__(self, arguments: Sequence[Any], then: Then, key: str, script: Script | None, durable: bool) -> None:
        self.arguments = arguments
        self.then = then
        self.key = key
        self.script = script
        self.durable = durable
        self.tries = 0

    @property
    def repeatable(self) -> bool:
        return self.script is None or self.script.repeatable

    @property
    def gathers(self) -> bool:
        return self.script is not None and self.script.common > 0

    def goes_with(self, other: Call) -> bool:
        """Whether both, which gather, can travel as one call."""
        assert self.script is not None
        (names, mine), (theirs, others), common = self.arguments, other.arguments, self.script.common
        return self.script is other.script and names == theirs and mine[:common] == others[:common]


Parcel = list[Call]
"""Calls that travel as one."""


class Pipeline:
    """One node's queue, connection and thread. `elsewhere` takes calls that a Cluster's node sent on, `doubt` hears
    when this node may be the master no longer. With `replicas` (how many at least) a durable call is answered once
    every replica that is connected has it: whichever of them is promoted, has it."""

    def __init__(self, wire: Wire, generation: int, offset_ms: Callable[[], int], replicas: int,
                 elsewhere: Callable[[Call, str], None], doubt: Callable[[], None]) -> None:
        self._wire = wire
        self._generation = generation
        self._offset_ms = offset_ms
        self._replicas = replicas
        self._connected = replicas
        self._count_at = 0.0
        self._elsewhere, self._doubt = elsewhere, doubt
        self._queue: deque[Call] = deque()
        self._work = threading.Condition()
        self._idle = False
        self._closed = False
        self._forgotten = False
        """The server has lost its scripts, or is another than we met: we meet again once nothing is under way."""
        self._rest_until = 0.0
        self.ready = ""
        """What a room's ready mark must say for this connection: the server's run as a master, and the record's
        generation."""
        self.round_trips = 0
        self._thread = threading.Thread(target=self._run, name="redis-pipeline", daemon=True)
        self._thread.start()

    def submit(self, call: Call) -> None:
        """Never waits. Above the bound the call is refused, through its `then`."""
        if self._closed or len(self._queue) >= MOST_WAITING:
            call.then(Refused(Code.UNAVAILABLE, "too much is waiting for Redis", 1_000))
            return
        self._queue.append(call)
        if self._idle:
            with self._work:
                self._work.notify()

    def close(self) -> None:
        self._closed = True
        with self._work:
            self._work.notify()
        self._thread.join(timeout=2)

    def _run(self) -> None:
        flight: list[Parcel] = []
        while not self._closed:
            if not flight:
                self._wait_for_work()
                flight = self._take_off()
                continue
            replies, landed = self._land(flight), flight
            flight = [] if self._forgotten else self._take_off()
            for parcel, reply in zip(landed, replies, strict=False):  # no replies: every call has heard why
                self._hand_out(parcel, reply)
        self._wire.close()

    def _wait_for_work(self) -> None:
        with self._work:
            self._idle = True
            while not self._queue and not self._closed:
                self._work.wait()
            self._idle = False

    def _take_off(self) -> list[Parcel]:
        """Sends what has gathered; empty when nothing has, or when it could not be sent."""
        batch = [self._queue.popleft() for _ in range(min(len(self._queue), MOST_TOGETHER))]
        if not batch:
            return []
        flight = _parcels(batch)
        try:
            self._ensure_open()
            self._wire.send(b"".join(self._packed(flight)))
        except (WireLost, TimeoutError) as error:
            self._failed(flight, error)
            return []
        self.round_trips += 1
        return flight

    def _land(self, flight: list[Parcel]) -> list[Any]:
        """One reply a parcel; none when the connection was lost."""
        try:
            replies = [self._wire.receive() for _ in flight]
            confirmed = not self._asks_replicas(flight) or self._all_have_it(self._wire.receive())
        except (WireLost, TimeoutError) as error:
            self._failed(flight, error)
            return []
        if confirmed:
            return replies
        lost = Refused(Code.UNAVAILABLE, "too few replicas confirmed the write", 1_000)
        return [lost if parcel[0].durable else reply for parcel, reply in zip(flight, replies, strict=True)]

    def _all_have_it(self, confirmed: Any) -> bool:
        """Whether every connected replica is among those that confirmed; counts anew who is connected where not all
        did, and now and then."""
        if not isinstance(confirmed, int) or confirmed < self._replicas:
            return False
        if confirmed < self._connected or time.monotonic() >= self._count_at:
            self._meet(_met(self._wire.ask("INFO", *MEETING)))
        return confirmed >= self._connected

    def _packed(self, flight: list[Parcel]) -> list[bytes]:
        offset, ready = str(self._offset_ms()), self.ready
        packed = [pack(_words(parcel, ready, offset)) for parcel in flight]
        if self._asks_replicas(flight):
            packed.append(pack(("WAIT", str(self._connected), str(WAIT_TIMEOUT_MS))))
        return packed

    def _asks_replicas(self, flight: list[Parcel]) -> bool:
        return self._replicas > 0 and any(parcel[0].durable for parcel in flight)

    def _hand_out(self, parcel: Parcel, reply: Any) -> None:
        """A script that gathers answers for each, or once for all where the room is closed."""
        one_for_all = not parcel[0].gathers or not isinstance(reply, list) or reply[0] == b"closed"
        replies = [reply] * len(parcel) if one_for_all else reply
        if len(replies) != len(parcel):
            log.error("redis answered %d of %d calls that went as one", len(replies), len(parcel))
            replies = [Refused(Code.UNAVAILABLE, "Redis did not answer each call", 1_000)] * len(parcel)
        for call, its in zip(parcel, replies, strict=True):
            self._settle(call, its)

    def _settle(self, call: Call, reply: Any) -> None:
        if isinstance(reply, ErrorReply):
            self._settle_error(call, reply)
            return
        try:
            call.then(reply)
        except Exception:
            log.exception("a reply's receiver failed")

    def _settle_error(self, call: Call, error: ErrorReply) -> None:
        word = str(error).split(" ", 1)[0]
        call.tries += 1
        if word == "NOSCRIPT" and call.tries < 3:
            self._forgotten = True
            self.submit(call)
        elif word in ("MOVED", "ASK") and call.tries < 8:
            self._forgotten = self._forgotten or word == "MOVED"
            self._elsewhere(call, str(error))
        elif word in ("ERR", "WRONGTYPE", "NOPERM") and "unknown command" not in str(error):
            log.error("redis refused %s: %s", call.script.name if call.script else call.arguments[0], error)
            call.then(Refused(Code.UNAVAILABLE, "Redis refused the command", None))
        else:  # OOM, MISCONF, LOADING, READONLY, BUSY, CLUSTERDOWN, MASTERDOWN, TRYAGAIN …: it may pass
            if word in NO_MASTER:
                self._forgotten = True
                self._doubt()
            call.then(Refused(Code.UNAVAILABLE, f"Redis cannot do it now ({word})", 1_000))

    def _ensure_open(self) -> None:
        if self._forgotten:
            self._wire.close()
        if self._wire.is_open:
            return
        if time.monotonic() < self._rest_until:
            raise WireLost("Redis was away a moment ago")
        self._wire.open()
        try:
            met = _met(self._wire.ask("INFO", *MEETING))
            if not met.is_master:
                raise WireLost("this node is a replica now")
            self._wire.exchange([pack(("SCRIPT", "LOAD", script.source)) for script in ALL])
        except (ErrorReply, WireLost) as error:
            self._wire.close()
            raise WireLost(str(error)) from error
        self._meet(met)
        self._forgotten = False

    def _meet(self, met: _Met) -> None:
        self.ready = f"{met.run}/{self._generation}"
        self._connected = max(self._replicas, met.replicas)
        self._count_at = time.monotonic() + COUNT_REPLICAS_EVERY_SECONDS

    def met(self, information: bytes) -> str:
        """The ready mark, by what the node says of itself now."""
        self._meet(_met(information))
        return self.ready

    def _failed(self, flight: list[Parcel], error: Exception) -> None:
        """What was under way may have happened. Repeatable calls are tried once more, before all that waited behind
        them; the others end as unknown."""
        self._wire.close()
        never_sent = not isinstance(error, TimeoutError) and time.monotonic() < self._rest_until
        if not never_sent:  # what is refused while resting does not make the rest longer
            self._rest_until = time.monotonic() + REST_AFTER_FAILURE_SECONDS
            log.warning("redis connection lost: %s", error)
        self._doubt()
        again: list[Call] = []
        for call in chain.from_iterable(flight):
            call.tries += 1
            if call.repeatable and call.tries == 1 and isinstance(error, WireLost) and not (
                    never_sent or self._closed):
                self._rest_until = 0.0
                again.append(call)
            else:
                call.then(Refused(Code.UNAVAILABLE, "Redis does not answer", 1_000))
        self._queue.extendleft(reversed(again))


def _parcels(batch: list[Call]) -> list[Parcel]:
    """In the order of the calls, but that one may join an earlier one of its channel: only where nothing else was asked
    of the room in between, so that whoever enters and then speaks has entered."""
    parcels: list[Parcel] = []
    joinable: dict[str, dict[Sequence[str], Parcel]] = {}
    for call in batch:
        if not call.gathers:
            joinable.pop(call.key, None)
            parcels.append([call])
            continue
        of_room = joinable.setdefault(call.key, {})
        names = call.arguments[0]
        parcel = of_room.get(names)
        if parcel is not None and len(parcel) < MOST_AS_ONE and call.goes_with(parcel[0]):
            parcel.append(call)
        else:
            parcel = of_room[names] = [call]
            parcels.append(parcel)
    return parcels


def _words(parcel: Parcel, ready: str, offset: str) -> tuple[Any, ...]:
    """What is sent for it."""
    first = parcel[0]
    if first.script is None:
        return tuple(first.arguments)
    names, arguments = first.arguments
    common = first.script.common
    rest = chain.from_iterable(call.arguments[1][common:] for call in parcel[1:])
    return ("EVALSHA", first.script.digest, str(len(names)), *names, ready, offset, *arguments, *rest)


class _Met(NamedTuple):
    run: str
    """Other after every start of the server, and after every time that it was made a master."""
    is_master: bool
    replicas: int


def _met(information: Any) -> _Met:
    lines = bytes(information).decode().splitlines()
    told = dict(line.split(":", 1) for line in lines if ":" in line)
    if "run_id" not in told:
        raise WireLost("the server names no run id")
    return _Met(f"{told['run_id']}.{told.get('master_replid', '')[:16]}", told.get("role") != "slave",
                int(told.get("connected_slaves", 0)))
