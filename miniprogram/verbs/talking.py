"""Saying something. The one verb that does not wait: its answer comes with the pipeline that carried it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import UNSET

from miniprogram import protocol as wire
from miniprogram.protocol.requests import Forward, Say
from miniprogram.verbs.reading import check_epoch
from rooms import forwarding, messages, seats, tracing
from rooms.errors import Code, Refused

if TYPE_CHECKING:
    from miniprogram.session import Session


def is_quick(request: Say) -> bool:
    return messages.is_quick(request.type, request.body)


def say(session: Session, request: Say) -> None:
    if not is_quick(request):
        _say_slowly(session, request)
        return
    session.in_flight += 1

    def then(said: messages.Said | messages.Held | Refused) -> None:
        session.in_flight -= 1
        if not isinstance(said, Refused):
            _said(session, request, said)
        elif said.code is Code.NOT_ENTERED and request.channel in session.entered:
            session.later(request)
        else:
            session.connection.answer(wire.refused(request.id, said))

    messages.post_soon(session.sessions.store, session.me, request.channel, _draft(request),
                       then if tracing.tell is None else _told_of(session, request, then))


def _told_of(session: Session, request: Say, then: messages.Then) -> messages.Then:
    trace = tracing.of_message(session.me.id, request.client_id)
    return tracing.until("say", trace, then, channel=request.channel, type=request.type)


def _say_slowly(session: Session, request: Say) -> None:
    """What has to be looked up in the record first."""
    try:
        said = messages.post(session.sessions.store, session.me, request.channel, _draft(request))
    except Refused as no:
        if no.code is not Code.NOT_ENTERED or request.channel not in session.entered:
            raise
        say_again(session, request)
    else:
        _said(session, request, said)


def say_again(session: Session, request: Say) -> None:
    store = session.sessions.store
    seats.enter(store, session.me, request.channel, session.holder, again=True)
    _said(session, request, messages.post(store, session.me, request.channel, _draft(request)))


def forward(session: Session, request: Forward) -> None:
    check_epoch(session, request.source, request.epoch, request.seq)
    store, channel = session.sessions.store, request.channel
    try:
        said = forwarding.forward(store, session.me, channel, request.client_id, request.source, request.seq)
    except Refused as no:
        if no.code is not Code.NOT_ENTERED or channel not in session.entered:
            raise
        seats.enter(store, session.me, channel, session.holder, again=True)
        said = forwarding.forward(store, session.me, channel, request.client_id, request.source, request.seq)
    _said(session, request, said)


def _said(session: Session, request: Say | Forward, said: messages.Said | messages.Held) -> None:
    if isinstance(said, messages.Held):
        session.answer(wire.Held(id=request.id, channel=said.channel, client_id=said.client_id))
        return
    session.answer(wire.Said(id=request.id, channel=said.channel, client_id=said.client_id, epoch=said.epoch,
                             seq=said.seq, at=said.at))


def _draft(request: Say) -> messages.Draft:
    return messages.Draft(request.type, request.body, request.client_id,
                          None if request.reply_to is UNSET else request.reply_to)


VERBS: dict[type, Any] = {Say: say, Forward: forward}
