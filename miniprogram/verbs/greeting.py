"""Saying hello, and coming back to where one was."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from gevent.pool import Pool
from msgspec import UNSET

from miniprogram import protocol as wire
from miniprogram.arrival import Arrival, forked, gap
from miniprogram.connection import State
from miniprogram.protocol.requests import Hello, Ping
from rooms.errors import Code, Refused
from rooms.seats import Queued

if TYPE_CHECKING:
    from miniprogram.session import Session

RESUMED_AT_ONCE = 16

Back = Arrival | Queued | wire.NotEntered


def hello(session: Session, request: Hello) -> None:
    if session.person is not None:
        raise Refused(Code.BAD_FRAME, "hello was said already")
    session.sessions.admit(session, request.token)
    resume = {} if request.resume is UNSET else request.resume
    pool = Pool(RESUMED_AT_ONCE)
    found = pool.map(lambda item: _resume(session, *item), list(resume.items())) if resume else []
    if session.connection.state is not State.OPEN:
        give_back(session, [there for there in found if not isinstance(there, wire.NotEntered)])
        return
    found = [_checked(session, there) for there in found]
    states: list[wire.State | wire.NotEntered | wire.Waiting] = [
        _told(there) for there in found]
    me = session.me
    session.answer(wire.Welcome(
        id=request.id, user=wire.User(me.id, me.name, me.avatar), now=session.sessions.store.clock.now(),
        heartbeat_seconds=wire.HEARTBEAT_SECONDS, channels=states))
    session.welcomed = True
    for there in found:
        if isinstance(there, Arrival):
            _take_up(session, there)
        elif isinstance(there, Queued):
            session.sessions.hub.lines.join(session, there)


def give_back(session: Session, arrivals: Sequence[Arrival | Queued]) -> None:
    """The socket ended, or the log forked, on the way in."""
    channels = [there.channel.id if isinstance(there, Arrival) else there.channel for there in arrivals]
    session.sessions.let_go(session.me, channels, session.holder, on_purpose=False)


def ping(session: Session, request: Ping) -> None:
    session.answer(wire.Pong(id=request.id))


def _resume(session: Session, channel: str, since: wire.Place) -> Back:
    try:
        return session.sessions.door.arrive(session.me, channel, session.holder, None, since, resumed=True)
    except Refused as no:
        return wire.NotEntered(channel, no.code.value)


def _told(there: Back) -> wire.State | wire.NotEntered | wire.Waiting:
    if isinstance(there, Arrival):
        return there.state()
    if isinstance(there, Queued):
        return wire.Waiting(there.channel, there.ticket, there.place, there.length)
    return there


def _checked(session: Session, there: Back) -> Back:
    if not isinstance(there, Arrival):
        return there
    try:
        session.sessions.door.check(there)
    except Refused as no:
        give_back(session, [there])
        return wire.NotEntered(there.channel.id, no.code.value)
    return there


def _take_up(session: Session, there: Arrival) -> None:
    """What was missed, as ordinary frames, or a gap in their place."""
    channel, connection = there.channel, session.connection
    if there.forked is not None:
        connection.answer(forked(channel.id, there.forked))
    if there.page is None:
        connection.answer(gap(channel.id, there.seat.epoch, there.after))
    for entry in there.page or ():
        connection.answer(entry.frame)
    session.entered[channel.id] = channel
    if not session.sessions.door.seat_in(there, connection):
        del session.entered[channel.id]


VERBS: dict[type, Any] = {Hello: hello, Ping: ping}
