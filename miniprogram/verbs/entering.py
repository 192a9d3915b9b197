"""Taking a seat in a channel, and giving it up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import UNSET

from miniprogram import protocol as wire
from miniprogram.arrival import forked
from miniprogram.connection import State
from miniprogram.protocol.requests import Enter, Leave
from miniprogram.verbs.greeting import give_back
from rooms import seats
from rooms.errors import Code, Refused
from rooms.seats import Queued

if TYPE_CHECKING:
    from miniprogram.session import Session


def enter(session: Session, request: Enter) -> None:
    password = None if request.password is UNSET else request.password
    since = None if request.since is UNSET else request.since
    ticket = "" if request.ticket is UNSET else request.ticket
    door = session.sessions.door
    there = door.arrive(session.me, request.channel, session.holder, password, since, ticket)
    if session.connection.state is not State.OPEN:
        give_back(session, [there])
        return
    if isinstance(there, Queued):
        session.answer(wire.Queued(id=request.id, channel=there.channel, ticket=there.ticket, place=there.place,
                                   length=there.length))
        session.sessions.hub.lines.join(session, there)
        return
    session.sessions.hub.lines.leave(session, request.channel)
    door.check(there)
    there.channel.leave(session.connection)
    if there.forked is not None:
        session.connection.answer(forked(request.channel, there.forked))
    session.connection.answer(there.answer(request.id, latest=since is None))
    session.entered[request.channel] = there.channel
    if not door.seat_in(there, session.connection):
        del session.entered[request.channel]


def leave(session: Session, request: Leave) -> None:
    channel = session.entered.pop(request.channel, None)
    if channel is None and request.channel not in session.waiting:
        raise Refused(Code.NOT_ENTERED, "not entered on this socket")
    if channel is not None:
        channel.leave(session.connection)
    session.sessions.hub.lines.leave(session, request.channel)
    seats.step_out(session.sessions.store, session.me, request.channel, session.holder)
    session.answer(wire.Left(id=request.id, channel=request.channel))


VERBS: dict[type, Any] = {Enter: enter, Leave: leave}
