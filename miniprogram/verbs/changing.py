"""Saying it in other words, and putting an emoji under what somebody said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from miniprogram import protocol as wire
from miniprogram.protocol.requests import Edit, React
from miniprogram.verbs.reading import check_epoch
from rooms import edits, reactions

if TYPE_CHECKING:
    from miniprogram.session import Session


def edit(session: Session, request: Edit) -> None:
    check_epoch(session, request.channel, request.epoch, request.seq)
    edits.edit(session.sessions.store, session.me, request.channel, request.seq, {"text": request.body.text})
    session.answer(wire.Done(id=request.id))


def react(session: Session, request: React) -> None:
    check_epoch(session, request.channel, request.epoch, request.seq)
    reactions.react(session.sessions.store, session.me, request.channel, request.seq, request.emoji, request.on)
    session.answer(wire.Done(id=request.id))


VERBS: dict[type, Any] = {Edit: edit, React: react}
