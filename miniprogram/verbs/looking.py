"""What one does beside talking: watching other channels, showing that one writes, asking for quiet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import UNSET

from miniprogram import protocol as wire
from miniprogram.protocol.requests import Quiet, Typing, Watch
from rooms import messages, quiet, seats

if TYPE_CHECKING:
    from miniprogram.session import Session

TYPING_EVERY_SECONDS = 2


def set_quiet(session: Session, request: Quiet) -> None:
    until = None if request.until is UNSET else request.until
    quiet.set_quiet(session.sessions.store, session.me, request.place, request.on, until)
    session.answer(wire.Done(id=request.id))


def watch(session: Session, request: Watch) -> None:
    """All of them or none."""
    hub = session.sessions.hub
    channels = list(dict.fromkeys(request.channels))
    for channel in channels:
        messages.check_readable(session.sessions.store, session.me, channel)
    for channel in channels:
        hub.follow(channel)
    hub.watches.watch(session, channels)
    session.answer(wire.Done(id=request.id))


def typing(session: Session, request: Typing) -> None:
    """Nobody waits for an answer: where it cannot be shown, it is not."""
    now = session.connection.reader.now
    if request.channel in session.entered and now >= session.typed_at + TYPING_EVERY_SECONDS:
        session.typed_at = now
        seats.typing(session.sessions.store, session.me, request.channel)


VERBS: dict[type, Any] = {Quiet: set_quiet, Watch: watch, Typing: typing}
