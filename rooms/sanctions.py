"""Acts upon people: mute, kick, ban, and their ends. Whom they concern gets a notice with reason and end, unless they
sit there and read it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

from rooms import authority, gate, identities, notices, seats, standings
from rooms.authority import EVERYWHERE, Actor, Done, Place, checked_reason
from rooms.errors import Code, Refused
from rooms.live import keys
from rooms.live.scripts import SANCTION
from rooms.notices import Kind
from rooms.record import Connection, cursors, members, organizations, outside, users
from rooms.record import notices as notice_rows
from rooms.record import sanctions as rows
from rooms.record.sanctions import Sanction
from rooms.record.users import User
from rooms.store import Store

log = logging.getLogger(__name__)

LONGEST_SECONDS = 10 * 365 * 86_400
MOST_ASKED = 20
"""Channels of a room in which we look whether somebody sits there."""

Also = Callable[[Connection], object]
"""What else becomes true in the transaction of the act; what it raises, the act raises, and nothing was done."""


def mute(store: Store, actor: Actor, place: str, user: str, seconds: int | None = None, reason: str = "",
         also: Also | None = None) -> Done:
    """Nobody hears `user` in the channel, room or organization `place` until the time is over; without `seconds`,
    until unmuted. Only staff act in the whole organization.

    Raises Refused: not_found, not_member, forbidden, bad_frame, too_long.
    """
    return _impose(store, actor, place, user, "mute", "muted", seconds, reason, also)


def unmute(store: Store, actor: Actor, place: str, user: str, reason: str = "", also: Also | None = None) -> Done:
    return _lift(store, actor, place, user, "mute", "unmuted", reason, also)


def ban(store: Store, actor: Actor, place: str, user: str, seconds: int | None = None, reason: str = "") -> Done:
    """Puts `user` out and keeps them out, until the time is over or they are pardoned. Out of the organization, their
    tokens end as well."""
    return _impose(store, actor, place, user, "ban", "banned", seconds, reason, None)


def pardon(store: Store, actor: Actor, place: str, user: str, reason: str = "") -> Done:
    return _lift(store, actor, place, user, "ban", "pardoned", reason, None)


def kick(store: Store, actor: Actor, place: str, user: str, reason: str = "") -> Done:
    """Puts `user` out; they may come back. Out of a room, their membership ends too."""
    reason, user = checked_reason(reason), identities.whole(store, user)
    where = authority.find(store, actor, place, user)
    notice = _notice(store, actor, where, Kind.KICKED, user, 0, reason)

    def act(connection: Connection) -> list[str]:
        organizations.lock(connection, actor.person.organization)
        authority.may(connection, store, actor, where, user)
        if not where.channel:
            members.remove(connection, where.room, user)
        put_out = _put_out(connection, store, where, user)
        notice_rows.add_many(connection, notice)
        authority.write_down(connection, store, actor, where, "kick", user, reason)
        return put_out

    put_out = store.record.write(act)
    notices.nudge(store, [one.user for one in notice])
    if not where.channel:
        _at_the_gate(store, actor, where.room, "", None, out=user)
    done = authority.tell(store, actor, where, "kicked", user, {"user": user, "reason": reason})
    _is_out(store, user, put_out, done)
    return done


def _impose(store: Store, actor: Actor, place: str, user: str, kind: str, op: str, seconds: int | None, reason: str,
            also: Also | None) -> Done:
    user = identities.whole(store, user)
    where = _find(store, actor, place, user)
    reason, now = checked_reason(reason), store.clock.now() + store.live.offset_ms
    if seconds is not None and not 1 <= seconds <= LONGEST_SECONDS:
        raise Refused(Code.BAD_FRAME, f"seconds: 1 to {LONGEST_SECONDS}")
    until = 0 if seconds is None else now + seconds * 1_000
    standing = Sanction(actor.person.organization, where.room, where.channel, kind, user, until, reason,
                        actor.person.id, now)
    notice = _notice(store, actor, where, Kind(op), user, until, reason)

    def act(connection: Connection) -> tuple[User | None, list[str]]:
        if also is not None:
            also(connection)
        known = _stands(connection, store, actor, where, standing)
        put_out = _put_out(connection, store, where, user) if kind == "ban" else []
        notice_rows.add_many(connection, notice)
        authority.write_down(connection, store, actor, where, kind, user, reason, after={"until": until})
        return known, put_out

    known, put_out = store.record.write(act)
    notices.nudge(store, [one.user for one in notice])
    told = {"user": user, "until": until or None, "reason": reason}
    if known is not None:
        done = _everywhere(store, actor, known, op, told)
    else:
        done = _in_the_room(store, actor, where, op, user, told, _field(kind, user, where.channel), until)
    _is_out(store, user, put_out, done)
    return done


def _stands(connection: Connection, store: Store, actor: Actor, where: Place, standing: Sanction) -> User | None:
    """The user, where it holds in the whole organization."""
    if not where.room:
        return standings.impose(connection, actor.role, standing)
    organizations.lock(connection, actor.person.organization)
    authority.may(connection, store, actor, where, standing.user)
    rows.set_(connection, standing)
    return None


def _in_the_room(store: Store, actor: Actor, where: Place, op: str, user: str, told: Mapping[str, Any], field: str,
                 until: int) -> Done:
    if where.channel:
        return authority.tell(store, actor, where, op, user, told, ["sanction", field, str(until)])
    _at_the_gate(store, actor, where.room, field, until)
    return authority.tell(store, actor, where, op, user, told)


def _lift(store: Store, actor: Actor, place: str, user: str, kind: str, op: str, reason: str,
          also: Also | None) -> Done:
    user = identities.whole(store, user)
    where = _find(store, actor, place, user)
    reason = checked_reason(reason)
    notice = _notice(store, actor, where, Kind(op), user, 0, reason)

    def act(connection: Connection) -> bool:
        if also is not None:
            also(connection)
        lifted = _stands_no_more(connection, store, actor, where, kind, user)
        if lifted:
            notice_rows.add_many(connection, notice)
            authority.write_down(connection, store, actor, where, "un" + kind, user, reason)
        return lifted

    lifted = store.record.write(act)
    if lifted:
        notices.nudge(store, [one.user for one in notice])
    told, field = {"user": user, "reason": reason}, _field(kind, user, where.channel)
    if not where.room:
        known = store.record.read(lambda c: users.one(c, user)) if lifted else None
        return _everywhere(store, actor, known, op, told) if known else Done({})
    if where.channel:
        return authority.tell(store, actor, where, op, user, told, ["lift", field, "1" if lifted else "0"])
    stood = _at_the_gate(store, actor, where.room, field, None)
    return authority.tell(store, actor, where, op, user, told) if lifted or stood else Done({})


def _stands_no_more(connection: Connection, store: Store, actor: Actor, where: Place, kind: str, user: str) -> bool:
    """False where it did not, by the record: the gate is told all the same, as it may not have heard of the end."""
    organization = actor.person.organization
    if not where.room:
        return standings.lift(connection, organization, actor.role, kind, user, store.clock.now())
    organizations.lock(connection, organization)
    authority.may(connection, store, actor, where, user)
    return rows.lift(connection, organization, where.room, where.channel, kind, user)


def _find(store: Store, actor: Actor, place: str, user: str) -> Place:
    if place == actor.person.organization:
        return EVERYWHERE
    return authority.find(store, actor, place, user)


def _notice(store: Store, actor: Actor, where: Place, kind: Kind, user: str, until: int,
            reason: str) -> list[notices.Notice]:
    """For who is elsewhere; whoever sits in the channel at a socket gets the entry there."""
    sits = any(seats.is_present(store, user, channel) for channel in where.channels[:MOST_ASKED])
    if sits or user == actor.person.id:
        return []
    facts = {"until": until, "reason": reason}
    return [notices.made(actor.person.organization, user, kind, store.clock.now(), where.room, where.channel, facts,
                         until)]


def _put_out(connection: Connection, store: Store, where: Place, user: str) -> list[str]:
    """The record's part of being put out, before the gate's: until it is known which entry says so (`_is_out`), they
    read what was archived by now. Returns the channels where they were not out already."""
    inside = where.channels or standings.channels_of(connection, user)
    for channel in inside:
        cursors.remove(connection, channel, user)
    return outside.begin(connection, user, inside, store.clock.now())


def _is_out(store: Store, user: str, put_out: list[str], done: Done) -> None:
    """Up to the entry that says so they may read."""
    seqs = {channel: done.seqs[channel] for channel in put_out if channel in done.seqs}
    if seqs:
        store.record.write(lambda c: outside.until(c, user, seqs))
        for channel in seqs:
            store.live.hint("calls", channel)


def _everywhere(store: Store, actor: Actor, user: User, op: str, told: Mapping[str, Any]) -> Done:
    """Every gate of the organization first; then those who know the person are told, where they can be."""
    identities.remember(store, user)
    standings.spread(store, user.organization, user.id)
    seqs: dict[str, int] = {}
    for room, inside in standings.member_channels(store, user.id).items():
        try:
            seqs |= authority.tell(store, actor, Place(room, "", inside), op, user.id, told, ["wide"]).seqs
        except Refused as refused:
            log.warning("a notice was left out room=%s op=%s: %s", room, op, refused.message)
    return Done(seqs)


def _at_the_gate(store: Store, actor: Actor, room: str, field: str, until: int | None, out: str = "") -> bool:
    """Whether it stood there, where it is lifted."""
    name = keys.of_room(store.live.prefix, room)
    answer = gate.ask(store, room, SANCTION, [name.gate, name.sanctions, name.members], [
        actor.person.organization, field or "-", "" if until is None else str(until), out])
    return int(answer[0]) == 1


def _field(kind: str, user: str, channel: str) -> str:
    return ":".join(filter(None, (kind[0], user, channel)))
