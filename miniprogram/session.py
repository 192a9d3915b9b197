"""Who speaks on a socket, and what is done about it.

Frames of one socket are acted on in their order. What needs no waiting is done where it is read: a `say` with nothing
before it goes straight into the next pipeline. Everything else queues behind what came before, and a socket with too
much in its queue is not read.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from miniprogram import protocol as wire
from miniprogram.channel import Channel
from miniprogram.connection import Connection, State
from miniprogram.framing import NOT_UTF8
from miniprogram.log import log
from miniprogram.protocol import Answer
from miniprogram.protocol.events import Event
from miniprogram.protocol.requests import Typing
from miniprogram.verbs import VERBS, talking
from rooms import tracing
from rooms.errors import Code, Refused
from rooms.events import Person

if TYPE_CHECKING:
    from miniprogram.sessions import Sessions

QUEUE = 16
"""Requests of one socket that wait for those before them."""

CLOSES = {Code.EXPIRED: wire.Close.EXPIRED, Code.BANNED: wire.Close.SIGNED_OUT}


class Again(NamedTuple):
    """A message that was refused although its author had entered here: Redis lost the seat."""

    request: wire.Say

    @property
    def id(self) -> int:
        return self.request.id


class Doubt(NamedTuple):
    """Somebody may not be there any more: they left by another way."""

    channel: str
    id: int = 0


Request = wire.AnyRequest | Again | Doubt


class Session:
    __slots__ = ("_queue", "address", "avatar", "connection", "entered", "greeted", "in_flight", "issued",
                 "number", "person", "sessions", "typed_at", "until", "waiting",
                 "watching", "welcomed")

    def __init__(self, sessions: Sessions, connection: Connection, number: int, address: str = "") -> None:
        self.sessions = sessions
        self.connection = connection
        self.number = number
        self.address = address
        self.person: Person | None = None
        self.greeted = self.welcomed = False
        """Whether they have said hello, and whether that was answered with `welcome`."""
        self.issued = 0
        """When the token was issued, ms."""
        self.until = 0
        """When the token is over, in the reader's seconds."""
        self.entered: dict[str, Channel] = {}
        self.waiting: dict[str, str] = {}
        """Channels in whose queue this socket stands, and its tickets."""
        self.watching: tuple[str, ...] = ()
        self.typed_at = 0
        """When it was last shown that they write, in the reader's seconds."""
        self.in_flight = 0
        """Messages on their way to the log."""
        self._queue: deque[Request] | None = None

    @property
    def holder(self) -> str:
        """This socket's name as a holder of seats."""
        return f"{self.sessions.process}.{self.number}"

    # ---- as the connection's speaker

    @property
    def user(self) -> str:
        return self.person.id if self.person is not None else ""

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
        self._let_go(on_purpose)

    def _let_go(self, on_purpose: bool) -> None:
        channels, self.entered = self.entered, {}
        waiting = list(self.waiting)
        for channel in channels.values():
            channel.leave(self.connection)
        self.sessions.hub.watches.leave(self)
        for name in waiting:
            self.sessions.hub.lines.leave(self, name)
        if self.person is not None:
            self.sessions.let_go(self.person, [*channels, *waiting], self.holder, on_purpose)

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
            self.answer(wire.Pong(id=request.id))
        elif self._queue is None and isinstance(request, wire.Say) and talking.is_quick(request):
            talking.say(self, request)
        else:
            self._later(request)

    def _first(self, request: wire.AnyRequest | wire.Refusal) -> None:
        if isinstance(request, wire.Hello):
            self.greeted = True
            self._queue = deque((request,))
            self.sessions.greetings.begin()
            self.sessions.workers.do(self._come_in)
            return
        if isinstance(request, wire.Refusal):
            self.connection.answer(wire.refusal(request))
        self.connection.close(wire.Close.NO_HELLO)

    # ---- in order

    def _later(self, request: Request) -> None:
        if self._queue is None:
            self._queue = deque((request,))
            self.sessions.workers.do(self._work)
            return
        self._queue.append(request)
        if self.busy:
            self.connection.reader.pause(self.connection)

    def _come_in(self) -> None:
        """Their hello; then what they asked behind it, for which they wait inside."""
        in_time = self.connection.state is State.OPEN
        try:
            if in_time:
                self._act_on_the_next()
        finally:
            self.sessions.greetings.end(in_time)
        self._work()

    def _work(self) -> None:
        while self._queue and self.connection.state is State.OPEN:
            self._act_on_the_next()
        self._queue = None
        if self.connection.is_over():
            self._let_go(on_purpose=False)  # what was taken while it ended
        if self.connection.state is State.OPEN:
            self.connection.reader.resume(self.connection)

    def _act_on_the_next(self) -> None:
        """It stays in the queue meanwhile: what is asked behind it waits."""
        assert self._queue is not None
        request = self._queue[0]
        with tracing.about(self._trace(request)), tracing.first(type(request).__name__.lower()):
            self._act(request)
        self._queue.popleft()

    def _trace(self, request: Request) -> tracing.Trace:
        """That of the message, else one of this request of this socket."""
        said = request.request if isinstance(request, Again) else request
        client_id = getattr(said, "client_id", "")
        return tracing.of_message(self.user if client_id else self.holder, client_id or str(getattr(request, "id", 0)))

    def _act(self, request: Request) -> None:
        try:
            self._perform(request)
        except Refused as no:
            self._refuse(request, no)
        except Exception:
            self.sessions.counters.errors += 1
            log.exception("%s failed", type(request).__name__.lower())
            self._refuse(request, Refused(Code.UNAVAILABLE, "the server made a mistake", 1_000))

    def _refuse(self, request: Request, no: Refused) -> None:
        if isinstance(request, Typing | Doubt):
            return
        self.connection.answer(wire.refused(request.id, no))
        if isinstance(request, wire.Hello) and not self.welcomed:  # who is known may still not have come in
            self.connection.close(CLOSES.get(no.code, wire.Close.NO_HELLO))

    def _perform(self, request: Request) -> None:
        if isinstance(request, Again):
            talking.say_again(self, request.request)
        elif isinstance(request, Doubt):
            self.sessions.is_still_there(self, request.channel)
        else:
            VERBS[type(request)](self, request)

    # ---- for the verbs

    @property
    def me(self) -> Person:
        """Who said hello here."""
        assert self.person is not None
        return self.person

    def answer(self, told: Answer) -> None:
        self.connection.answer(wire.encode(told))

    def tell(self, event: Event) -> None:
        self.connection.answer(wire.encode(event))

    def put_out(self, channel: Channel) -> bool:
        """Somebody ended this person's presence there: they hear nothing more. False where it had ended already."""
        if self.entered.pop(channel.id, None) is None:
            return False
        channel.part(self.connection)
        return True

    def doubt(self, channel: str) -> None:
        """Behind what waits, it is asked whether they are still there."""
        if channel in self.entered:
            self._later(Doubt(channel))

    def later(self, request: wire.Say) -> None:
        """Behind what waits, once more: the author had entered here, and Redis lost the seat."""
        self._later(Again(request))
