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

if TYPE_CHECKING:
    from miniprogram.session import Session


def enter(session: Session, request: Enter) -> None:
    if request.ticket is not UNSET:
        raise Refused(Code.NOT_FOUND, "no such ticket")
    password = None if request.password is UNSET else request.password
    since = None if request.since is UNSET else request.since
    door = session.sessions.door
    there = door.arrive(session.me, request.channel, session.holder, password, since)
    if session.connection.state is not State.OPEN:
        give_back(session, [there])
        return
    door.check(there)
    there.channel.leave(session.connection)
    if there.forked is not None:
        session.connection.answer(forked(request.channel, there.forked))
    session.connection.answer(there.answer(request.id, latest=since is None))
    session.entered[request.channel] = there.channel
    door.seat_in(there, session.connection)


def leave(session: Session, request: Leave) -> None:
    channel = session.entered.pop(request.channel, None)
    if channel is None:
        raise Refused(Code.NOT_ENTERED, "not entered on this socket")
    channel.leave(session.connection)
    seats.step_out(session.sessions.store, session.me, request.channel, session.holder)
    session.answer(wire.Left(id=request.id, channel=request.channel))


VERBS: dict[type, Any] = {Enter: enter, Leave: leave}
