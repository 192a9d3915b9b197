"""Who speaks on a socket, and what is done about it.

Frames of one socket are acted on in their order. What needs no waiting is done where it is read: a `say` with nothing
before it goes straight into the next pipeline. Everything else queues behind what came before, and a socket with too
much in its queue is not read.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from gevent.pool import Pool
from msgspec import UNSET

from miniprogram import arrival as door
from miniprogram import protocol as wire
from miniprogram.arrival import Arrival
from miniprogram.channel import Channel
from miniprogram.connection import Connection, State
from miniprogram.framing import NOT_UTF8
from miniprogram.log import log
from rooms import messages, positions, receipts, seats
from rooms.errors import Code, Refused
from rooms.events import Person, Position

if TYPE_CHECKING:
    from miniprogram.sessions import Sessions

QUEUE = 16
"""Requests of one socket that wait for those before them."""
RESUMED_AT_ONCE = 16

CLOSES = {Code.EXPIRED: wire.Close.EXPIRED, Code.BANNED: wire.Close.SIGNED_OUT}


class Again(NamedTuple):
    """A message that was refused although its author had entered here: Redis lost the seat."""

    request: wire.Say

    @property
    def id(self) -> int:
        return self.request.id


class Session:
    __slots__ = ("_queue", "avatar", "connection", "entered", "greeted", "in_flight", "issued",
                 "number", "person", "sessions", "until")

    def __init__(self, sessions: Sessions, connection: Connection, number: int) -> None:
        self.sessions = sessions
        self.connection = connection
        self.number = number
        self.person: Person | None = None
        self.greeted = False
        self.issued = 0
        """When the token was issued, ms."""
        self.until = 0
        """When the token is over, in the reader's seconds."""
        self.entered: dict[str, Channel] = {}
        self.in_flight = 0
        """Messages on their way to the log."""
        self._queue: deque[wire.AnyRequest | Again] | None = None

    @property
    def holder(self) -> str:
        """This socket's name as a holder of seats."""
        return f"{self.sessions.process}.{self.number}"

    # ---- as the connection's speaker

    @property
    def known(self) -> bool:
        return self.person is not None

    @property
    def working(self) -> bool:
        """Whether an answer is still to come."""
        return self.in_flight > 0 or self._queue is not None

    @property
    def busy(self) -> bool:
        return self._queue is not None and len(self._queue) >= QUEUE

    def expires(self) -> int:
        return self.until

    def expire(self) -> None:
        self.connection.close(wire.Close.EXPIRED)

    def ended(self, on_purpose: bool) -> None:
        self.sessions.gone(self)
        channels, self.entered = self.entered, {}
        for channel in channels.values():
            channel.leave(self.connection)
        if channels and self.person is not None:
            self.sessions.let_go(self.person, list(channels), self.holder, on_purpose)

    def heard(self, payload: bytes) -> None:
        try:
            request = wire.decode(payload)
        except wire.NotAnObject as broken:
            self.connection.close(wire.Close.NOT_AN_OBJECT if broken.utf8 else NOT_UTF8)
            return
        if not self.greeted:
            self._first(request)
        elif isinstance(request, wire.Refusal):
            self.connection.answer(wire.refusal(request))
        elif isinstance(request, wire.Ping) and self.known:
            self._ping(request)
        elif self._queue is None and isinstance(request, wire.Say):
            self._say(request)
        else:
            self._later(request)

    def _first(self, request: wire.AnyRequest | wire.Refusal) -> None:
        if isinstance(request, wire.Hello):
            self.greeted = True
            self._later(request)
            return
        if isinstance(request, wire.Refusal):
            self.connection.answer(wire.refusal(request))
        self.connection.close(wire.Close.NO_HELLO)

    # ---- in order

    def _later(self, request: wire.AnyRequest | Again) -> None:
        if self._queue is None:
            self._queue = deque((request,))
            self.sessions.workers.do(self._work)
            return
        self._queue.append(request)
        if self.busy:
            self.connection.reader.pause(self.connection)

    def _work(self) -> None:
        queue = self._queue
        while queue and self.connection.state is State.OPEN:
            self._act(queue[0])
            queue.popleft()
        self._queue = None
        if self.connection.state is State.OPEN:
            self.connection.reader.resume(self.connection)

    def _act(self, request: wire.AnyRequest | Again) -> None:
        try:
            self._perform(request)
        except Refused as no:
            self._refuse(request, no)
        except Exception:
            self.sessions.counters.errors += 1
            log.exception("%s failed", type(request).__name__.lower())
            self._refuse(request, Refused(Code.UNAVAILABLE, "the server made a mistake", 1_000))

    def _refuse(self, request: wire.AnyRequest | Again, no: Refused) -> None:
        self.connection.answer(wire.refused(request.id, no))
        if isinstance(request, wire.Hello) and self.person is None:
            self.connection.close(CLOSES.get(no.code, wire.Close.NO_HELLO))

    def _perform(self, request: wire.AnyRequest | Again) -> None:
        if isinstance(request, wire.Hello):
            self._hello(request)
        elif isinstance(request, wire.Say):
            self._say(request)
        elif isinstance(request, Again):
            self._say_again(request.request)
        elif isinstance(request, wire.Enter):
            self._enter(request)
        elif isinstance(request, wire.Leave):
            self._leave(request)
        elif isinstance(request, wire.Read):
            self._read(request)
        elif isinstance(request, wire.History):
            self._history(request)
        else:
            self._ping(request)

    @property
    def _me(self) -> Person:
        assert self.person is not None
        return self.person

    # ---- the verbs

    def _ping(self, request: wire.Ping) -> None:
        self.connection.answer(wire.encode(wire.Pong(id=request.id)))

    def _say(self, request: wire.Say) -> None:
        self.in_flight += 1

        def then(said: messages.Said | Refused) -> None:
            self.in_flight -= 1
            if isinstance(said, messages.Said):
                self._said(request, said)
            elif said.code is Code.NOT_ENTERED and request.channel in self.entered:
                self._later(Again(request))
            else:
                self.connection.answer(wire.refused(request.id, said))

        messages.post_soon(self.sessions.store, self._me, request.channel, _draft(request), then)

    def _say_again(self, request: wire.Say) -> None:
        seats.enter(self.sessions.store, self._me, request.channel, self.holder)
        self._said(request, messages.post(self.sessions.store, self._me, request.channel, _draft(request)))

    def _said(self, request: wire.Say, said: messages.Said) -> None:
        self.connection.answer(wire.encode(wire.Said(
            id=request.id, channel=said.channel, client_id=said.client_id, epoch=said.epoch, seq=said.seq, at=said.at)))

    def _hello(self, request: wire.Hello) -> None:
        if self.person is not None:
            raise Refused(Code.BAD_FRAME, "hello was said already")
        self.sessions.admit(self, request.token)
        resume = {} if request.resume is UNSET else request.resume
        pool = Pool(RESUMED_AT_ONCE)
        found = pool.map(lambda item: self._resume(*item), list(resume.items())) if resume else []
        me = self._me
        if self.connection.state is not State.OPEN:
            self._give_back([there for there in found if isinstance(there, Arrival)])
            return
        found = [self._checked(there) for there in found]
        states: list[wire.State | wire.NotEntered] = [
            there.state() if isinstance(there, Arrival) else there for there in found]
        self.connection.answer(wire.encode(wire.Welcome(
            id=request.id, user=wire.User(me.id, me.name, me.avatar), now=self.sessions.store.clock.now(),
            heartbeat_seconds=wire.HEARTBEAT_SECONDS, channels=states)))
        for there in found:
            if isinstance(there, Arrival):
                self._take_up(there)

    def _resume(self, channel: str, since: wire.Place) -> Arrival | wire.NotEntered:
        try:
            return self.sessions.door.arrive(self._me, channel, self.holder, None, since, all_or_none=True)
        except Refused as no:
            return wire.NotEntered(channel, no.code.value)

    def _checked(self, there: Arrival | wire.NotEntered) -> Arrival | wire.NotEntered:
        if isinstance(there, wire.NotEntered):
            return there
        try:
            self.sessions.door.check(there)
        except Refused as no:
            self._give_back([there])
            return wire.NotEntered(there.channel.id, no.code.value)
        return there

    def _take_up(self, there: Arrival) -> None:
        """What was missed, as ordinary frames, or a gap in their place."""
        channel, connection = there.channel, self.connection
        if there.forked is not None:
            connection.answer(door.forked(channel.id, there.forked))
        if there.page is None:
            connection.answer(door.gap(channel.id, there.seat.epoch, there.after))
        for entry in there.page or ():
            connection.answer(entry.frame)
        self.entered[channel.id] = channel
        self.sessions.door.seat_in(there, connection)

    def _give_back(self, arrivals: list[Arrival]) -> None:
        """The socket ended, or the log forked, on the way in."""
        self.sessions.let_go(self._me, [there.channel.id for there in arrivals], self.holder, on_purpose=False)

    def _enter(self, request: wire.Enter) -> None:
        if request.ticket is not UNSET:
            raise Refused(Code.NOT_FOUND, "no such ticket")
        password = None if request.password is UNSET else request.password
        since = None if request.since is UNSET else request.since
        there = self.sessions.door.arrive(self._me, request.channel, self.holder, password, since)
        if self.connection.state is not State.OPEN:
            self._give_back([there])
            return
        self.sessions.door.check(there)
        there.channel.leave(self.connection)
        if there.forked is not None:
            self.connection.answer(door.forked(request.channel, there.forked))
        self.connection.answer(there.answer(request.id, latest=since is None))
        self.entered[request.channel] = there.channel
        self.sessions.door.seat_in(there, self.connection)

    def _leave(self, request: wire.Leave) -> None:
        channel = self.entered.pop(request.channel, None)
        if channel is None:
            raise Refused(Code.NOT_ENTERED, "not entered on this socket")
        channel.leave(self.connection)
        seats.step_out(self.sessions.store, self._me, request.channel, self.holder)
        self.connection.answer(wire.encode(wire.Left(id=request.id, channel=request.channel)))

    def _read(self, request: wire.Read) -> None:
        self._check_epoch(request.channel, None if request.epoch is UNSET else request.epoch, request.seq)
        receipts.read(self.sessions.store, self._me, request.channel, request.seq)
        self.connection.answer(wire.encode(wire.Done(id=request.id)))

    def _history(self, request: wire.History) -> None:
        before = None if request.before is UNSET else request.before
        after = None if request.after is UNSET else request.after
        if request.epoch is not UNSET:
            self._check_epoch(request.channel, request.epoch, before or after or 0)
        page = messages.history(self.sessions.store, self._me, request.channel, before, after, request.limit)
        entries, whole = door.fit(page.entries, keep_newest=after is None)
        self.connection.answer(wire.encode(wire.Page(id=request.id, channel=request.channel, messages=door.raw(entries),
                                           more=page.more or not whole)))

    def _check_epoch(self, channel_id: str, epoch: str | None, seq: int) -> None:
        """Raises Refused(NOT_FOUND) for a seq that lies in an end of the log that was lost."""
        channel = self.entered.get(channel_id)
        if epoch is None or channel is None or epoch == channel.epoch:
            return
        if positions.where(channel.forks, channel.epoch, channel.tip, Position(epoch, seq)).forked is not None:
            raise Refused(Code.NOT_FOUND, "that entry was lost")


def _draft(request: wire.Say) -> messages.Draft:
    return messages.Draft(request.type, {"text": request.body.text}, request.client_id,
                          None if request.reply_to is UNSET else request.reply_to)
