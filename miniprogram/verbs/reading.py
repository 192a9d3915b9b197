"""Reading on, reading back, and saying how far one has read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import UNSET, UnsetType

from miniprogram import protocol as wire
from miniprogram.arrival import fit, raw
from miniprogram.protocol.requests import History, Read
from rooms import messages, positions, receipts
from rooms.errors import Code, Refused
from rooms.events import Position

if TYPE_CHECKING:
    from miniprogram.session import Session


def read(session: Session, request: Read) -> None:
    check_epoch(session, request.channel, request.epoch, request.seq)
    receipts.read(session.sessions.store, session.me, request.channel, request.seq)
    session.answer(wire.Done(id=request.id))


def history(session: Session, request: History) -> None:
    before = None if request.before is UNSET else request.before
    after = None if request.after is UNSET else request.after
    check_epoch(session, request.channel, request.epoch, before or after or 0)
    page = messages.history(session.sessions.store, session.me, request.channel, before, after, request.limit)
    entries, whole = fit(page.entries, keep_newest=after is None)
    session.answer(wire.Page(id=request.id, channel=request.channel, messages=raw(entries),
                             more=page.more or not whole))


def check_epoch(session: Session, channel_id: str, epoch: str | UnsetType, seq: int) -> None:
    """Raises Refused(NOT_FOUND) for a seq that lies in an end of the log that was lost."""
    channel = session.entered.get(channel_id)
    if epoch is UNSET or channel is None or epoch == channel.epoch:
        return
    if positions.where(channel.forks, channel.epoch, channel.tip, Position(epoch, seq)).forked is not None:
        raise Refused(Code.NOT_FOUND, "that entry was lost")


VERBS: dict[type, Any] = {Read: read, History: history}
