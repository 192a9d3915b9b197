"""Acts of authority, and taking one's own words back. Who may do what, the core decides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import UNSET, UnsetType

from miniprogram import protocol as wire
from miniprogram.protocol.requests import Announce, Ban, Kick, Mute, Pardon, Pin, Recall, Report, Rules, Unmute
from miniprogram.verbs.reading import check_epoch
from rooms import announcements, pins, recalls, reports, rules, sanctions
from rooms.authority import Actor

if TYPE_CHECKING:
    from miniprogram.session import Session


def recall(session: Session, request: Recall) -> None:
    check_epoch(session, request.channel, request.epoch, request.seq)
    recalls.recall(session.sessions.store, Actor(session.me), request.channel, request.seq, _words(request.reason))
    session.answer(wire.Done(id=request.id))


def report(session: Session, request: Report) -> None:
    epoch = "" if request.epoch is UNSET else request.epoch
    reports.report(session.sessions.store, session.me, request.channel, request.seq, _words(request.reason), epoch)
    session.answer(wire.Done(id=request.id))


def mute(session: Session, request: Mute) -> None:
    sanctions.mute(session.sessions.store, Actor(session.me), request.place, request.user, _number(request.seconds),
                   _words(request.reason))
    session.answer(wire.Done(id=request.id))


def unmute(session: Session, request: Unmute) -> None:
    sanctions.unmute(session.sessions.store, Actor(session.me), request.place, request.user, _words(request.reason))
    session.answer(wire.Done(id=request.id))


def kick(session: Session, request: Kick) -> None:
    sanctions.kick(session.sessions.store, Actor(session.me), request.place, request.user, _words(request.reason))
    session.answer(wire.Done(id=request.id))


def ban(session: Session, request: Ban) -> None:
    sanctions.ban(session.sessions.store, Actor(session.me), request.place, request.user, _number(request.seconds),
                  _words(request.reason))
    session.answer(wire.Done(id=request.id))


def pardon(session: Session, request: Pardon) -> None:
    sanctions.pardon(session.sessions.store, Actor(session.me), request.place, request.user, _words(request.reason))
    session.answer(wire.Done(id=request.id))


def pin(session: Session, request: Pin) -> None:
    check_epoch(session, request.channel, request.epoch, request.seq)
    pins.pin(session.sessions.store, Actor(session.me), request.channel, request.seq, request.on)
    session.answer(wire.Done(id=request.id))


def announce(session: Session, request: Announce) -> None:
    announcements.announce(session.sessions.store, Actor(session.me), request.place, request.text)
    session.answer(wire.Done(id=request.id))


def change_rules(session: Session, request: Rules) -> None:
    rules.change(session.sessions.store, Actor(session.me), request.channel, request.changed())
    session.answer(wire.Done(id=request.id))


def _words(given: str | UnsetType) -> str:
    return "" if given is UNSET else given


def _number(given: int | UnsetType) -> int | None:
    return None if given is UNSET else given


VERBS: dict[type, Any] = {Recall: recall, Mute: mute, Unmute: unmute, Kick: kick, Ban: ban, Pardon: pardon, Pin: pin,
         Announce: announce, Rules: change_rules, Report: report}
