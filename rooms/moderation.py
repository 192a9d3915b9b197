"""Acts of authority: mute, kick, ban, their ends, rules, announcements, pins; and taking one's own words back.

First the record (the sanction and its line in the audit, in one transaction), then the room's gate, and with it an
entry in each channel concerned: from that instant no door lets a message slip, because no door decides.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from rooms import direct, gate, identities, ids, media, notices, seats, shedding, standings
from rooms.errors import Code, Refused
from rooms.events import PUTS_OUT, Entry, Person
from rooms.live import keys
from rooms.live import log as entry_log
from rooms.live.scripts import ACT, FREE, SANCTION
from rooms.notices import Kind
from rooms.permissions import AUDIENCES, Right, Role, may_act_on, moderates
from rooms.record import (
    Connection,
    audit,
    channels,
    cursors,
    free,
    members,
    organizations,
    outside,
    reports,
    rules,
    sanctions,
    users,
)
from rooms.record import entries as rows
from rooms.record import notices as notice_rows
from rooms.record import rooms as room_rows
from rooms.record.audit import Act
from rooms.record.channels import Channel
from rooms.record.sanctions import Sanction
from rooms.record.users import User
from rooms.store import Store

log = logging.getLogger(__name__)

OWN_RECALL_MS = 120_000
LONGEST_REASON = 200
LONGEST_ANNOUNCEMENT = 2_000
LONGEST_SECONDS = 10 * 365 * 86_400
WORDS = ("text", "reason")
"""What of an act was said by somebody."""
MOST_ASKED = 20
"""Channels of a room in which we look whether somebody sits there."""


class Actor(NamedTuple):
    """Who acts. `role` is given to staff by their organization; members act by their own role in the room."""

    person: Person
    role: str = ""


class Done(NamedTuple):
    """`seq` of the entry in each channel; 0 where nothing had to change."""

    seqs: Mapping[str, int]


class _Place(NamedTuple):
    room: str
    channel: str
    channels: Sequence[str]


def mute(store: Store, actor: Actor, place: str, user: str, seconds: int | None = None, reason: str = "") -> Done:
    """Nobody hears `user` in the channel, room or organization `place` until the time is over; without `seconds`,
    until unmuted. Only staff act in the whole organization.

    Raises Refused: not_found, not_member, forbidden, bad_frame, too_long.
    """
    return _sanction(store, actor, place, user, "mute", "muted", seconds, reason)


def unmute(store: Store, actor: Actor, place: str, user: str, reason: str = "") -> Done:
    return _lift(store, actor, place, user, "mute", "unmuted", reason)


def ban(store: Store, actor: Actor, place: str, user: str, seconds: int | None = None, reason: str = "") -> Done:
    """Puts `user` out and keeps them out, until the time is over or they are pardoned. Out of the organization, their
    tokens end as well."""
    return _sanction(store, actor, place, user, "ban", "banned", seconds, reason)


def pardon(store: Store, actor: Actor, place: str, user: str, reason: str = "") -> Done:
    return _lift(store, actor, place, user, "ban", "pardoned", reason)


def kick(store: Store, actor: Actor, place: str, user: str, reason: str = "") -> Done:
    """Puts `user` out; they may come back. Out of a room, their membership ends too."""
    reason, user = checked_reason(reason), identities.whole(store, user)
    where = _place(store, actor, place, user=user)
    notice = _notice(store, actor, where, Kind.KICKED, user, 0, reason)

    def act(connection: Connection) -> None:
        organizations.lock(connection, actor.person.organization)
        _may(connection, actor, where.room, user)
        if not where.channel:
            members.remove(connection, where.room, user)
        _no_longer_hears(connection, where, user)
        notice_rows.add_many(connection, notice)
        _write_down(connection, store, actor, where, "kick", user, reason)

    store.record.write(act)
    notices.nudge(store, [one.user for one in notice])
    if not where.channel:
        _at_the_gate(store, actor, where.room, "", None, out=user)
    return _entries(store, actor, where, "kicked", user, {"user": user, "reason": reason}, [])


def set_rules(store: Store, actor: Actor, channel: str, changed: Mapping[str, int | bool | str]) -> Done:
    """Changes what the channel holds people to. Who may no longer be there by them is put out (`closing`).

    Raises Refused as `mute`, and bad_frame for what is no rule.
    """
    from rooms import closing

    where = _place(store, actor, channel, of_two=lambda *_: False)
    values = {name: _rule(name, value) for name, value in changed.items()}
    if not values or not where.channel:
        raise Refused(Code.BAD_FRAME, f"rules: some of {', '.join(RULES)}, of a channel")

    def act(connection: Connection) -> None:
        _may(connection, actor, where.room, "")
        before = rules.of_channel(connection, channel)
        rules.set_(connection, channel, values)
        _write_down(connection, store, actor, where, "rules", "", "", before, values)

    store.record.write(act)
    words = [word for pair in values.items() for word in pair]
    done = _entries(store, actor, where, "rules", "", dict(changed), ["rules", *words])
    if {Right.SEE, Right.ENTER} & set(values):
        closing.put_out(store, actor.person.organization, channel)
    return done


def announce(store: Store, actor: Actor, place: str, text: str) -> Done:
    """Says it to everybody in the channel or room. Raises Refused: forbidden, too_long, bad_frame."""
    where = _place(store, actor, place)
    if not text.strip() or "\0" in text:
        raise Refused(Code.BAD_FRAME, "an announcement needs words")
    if len(text) > LONGEST_ANNOUNCEMENT:
        raise Refused(Code.TOO_LONG, f"an announcement has at most {LONGEST_ANNOUNCEMENT} characters")

    def act(connection: Connection) -> None:
        _may(connection, actor, where.room, "")
        _write_down(connection, store, actor, where, "announce", "", "", {}, {"characters": len(text)})

    store.record.write(act)
    return _entries(store, actor, where, "announced", "", {"text": text}, [], counted=True)


def pin(store: Store, actor: Actor, channel: str, seq: int, on: bool = True) -> Done:
    """Holds an entry up, or takes it down; at most ten. Raises Refused: not_found, forbidden, full."""
    where = _place(store, actor, channel)
    author, _ = _said_by(store, channel, seq)
    return _entries(store, actor, where, "pinned", "", {"of": seq, "on": on},
                    ["pin", str(seq), "1" if on else "0", author])


def recall(store: Store, actor: Actor, channel: str, seq: int, reason: str = "", *, unseen: bool = False) -> Done:
    """Takes words back: one's own within two minutes, moderators those of others always; those between two members
    only where one of them reported them, or where the caller shows nothing of them (`unseen`).

    Raises Refused: not_found, forbidden, too_long.
    """
    where = _place(store, actor, channel, of_two=lambda c, two: unseen or direct.is_of(
        c, two, actor.person.id) or bool(reports.of_entry(c, two.id, seq)))
    reason = checked_reason(reason)
    author, at = _said_by(store, channel, seq)
    others = author or _author_in_the_log(store, channel, seq)
    if others not in ("", actor.person.id) and not _is_recalled(store, channel, seq):
        store.record.write(lambda c: _note_recall(c, store, actor, where, others, seq, reason))
    done = _entries(store, actor, where, "recalled", "", {"of": seq},
                    ["recall", str(seq), str(OWN_RECALL_MS), author, str(at)])
    media.recalled(store, channel, seq)
    return done


def _note_recall(connection: Connection, store: Store, actor: Actor, where: _Place, author: str, seq: int,
                 reason: str) -> None:
    """What the gate will ask is asked here too, so that nothing is written down that nobody may do."""
    _may(connection, actor, where.room, "")
    role = actor.role or members.role(connection, where.room, actor.person.id)
    if not may_act_on(role, members.role(connection, where.room, author) or Role.GUEST):
        raise Refused(Code.FORBIDDEN)
    _write_down(connection, store, actor, where, "recall", author, reason, {}, {"seq": seq})


def set_free(store: Store, actor: Actor, room: str, user: str, on: bool = True) -> None:
    """The white list: these may always speak, come first in the queue, and are never evicted."""
    where = _place(store, actor, room)
    if where.channel:
        raise Refused(Code.BAD_FRAME, "the white list is a room's")
    user = identities.whole(store, user)

    def act(connection: Connection) -> None:
        organizations.lock(connection, actor.person.organization)
        _may(connection, actor, room, "")
        if on:
            free.add(connection, room, user, actor.person.id, store.clock.now())
        else:
            free.remove(connection, room, user)
        _write_down(connection, store, actor, where, "free" if on else "unfree", user, "")

    store.record.write(act)
    name = keys.of_room(store.live.prefix, room)
    gate.ask(store, room, FREE, [name.gate, name.free], [actor.person.organization, user, "1" if on else "0"])


# what they have in common


def _sanction(store: Store, actor: Actor, place: str, user: str, kind: str, op: str, seconds: int | None,
              reason: str) -> Done:
    user = identities.whole(store, user)
    where = _place(store, actor, place, wide=True, user=user)
    reason, now = checked_reason(reason), store.clock.now() + store.live.offset_ms
    if seconds is not None and not 1 <= seconds <= LONGEST_SECONDS:
        raise Refused(Code.BAD_FRAME, f"seconds: 1 to {LONGEST_SECONDS}")
    until = 0 if seconds is None else now + seconds * 1_000
    organization, by = actor.person.organization, actor.person.id
    standing = Sanction(organization, where.room, where.channel, kind, user, until, reason, by, now)
    notice = _notice(store, actor, where, Kind(op), user, until, reason)

    def act(connection: Connection) -> User | None:
        known = None
        if where.room:
            organizations.lock(connection, actor.person.organization)
            _may(connection, actor, where.room, user)
            sanctions.set_(connection, standing)
        else:
            known = standings.impose(connection, actor.role, standing)
        if kind == "ban":
            _no_longer_hears(connection, where, user)
        notice_rows.add_many(connection, notice)
        _write_down(connection, store, actor, where, kind, user, reason, {}, {"until": until})
        return known

    known = store.record.write(act)
    notices.nudge(store, [one.user for one in notice])
    if known is not None:
        return _everywhere(store, actor, known, op, {"user": user, "until": until or None, "reason": reason})
    field = _field(kind, user, where.channel)
    if not where.channel:
        _at_the_gate(store, actor, where.room, field, until)
    told = {"user": user, "until": until or None, "reason": reason}
    return _entries(store, actor, where, op, user, told, ["sanction", field, str(until)] if where.channel else [])


def _lift(store: Store, actor: Actor, place: str, user: str, kind: str, op: str, reason: str) -> Done:
    user = identities.whole(store, user)
    where = _place(store, actor, place, wide=True, user=user)
    reason, organization = checked_reason(reason), actor.person.organization
    notice = _notice(store, actor, where, Kind(op), user, 0, reason)

    def act(connection: Connection) -> bool:
        if where.room:
            organizations.lock(connection, organization)
            _may(connection, actor, where.room, user)
            lifted = sanctions.lift(connection, organization, where.room, where.channel, kind, user)
        else:
            lifted = standings.lift(connection, organization, actor.role, kind, user, store.clock.now())
        if lifted:
            notice_rows.add_many(connection, notice)
            _write_down(connection, store, actor, where, "un" + kind, user, reason)
        return lifted

    if not store.record.write(act):
        return Done({})
    notices.nudge(store, [one.user for one in notice])
    if not where.room:
        known = store.record.read(lambda c: users.one(c, user))
        return _everywhere(store, actor, known, op, {"user": user, "reason": reason}) if known else Done({})
    field = _field(kind, user, where.channel)
    if not where.channel:
        _at_the_gate(store, actor, where.room, field, None)
    return _entries(store, actor, where, op, user, {"user": user, "reason": reason},
                    ["lift", field, "1"] if where.channel else [])


def _notice(store: Store, actor: Actor, where: _Place, kind: Kind, user: str, until: int,
            reason: str) -> list[notices.Notice]:
    """For who is elsewhere; whoever sits in the channel at a socket gets the entry there."""
    sits = any(seats.is_present(store, user, channel) for channel in where.channels[:MOST_ASKED])
    if sits or user == actor.person.id:
        return []
    facts = {"until": until, "reason": reason}
    return [notices.made(actor.person.organization, user, kind, store.clock.now(), where.room, where.channel, facts,
                         until)]


def _no_longer_hears(connection: Connection, where: _Place, user: str) -> None:
    """The record's part of being put out: the gate's part is done with the entry."""
    for channel in where.channels:
        cursors.remove(connection, channel, user)


def _everywhere(store: Store, actor: Actor, user: User, op: str, told: Mapping[str, Any]) -> Done:
    """Every gate of the organization first; then those who know the person are told, where they can be."""
    identities.remember(store, user)
    standings.spread(store, user.organization, user.id)
    seqs: dict[str, int] = {}
    for room, inside in standings.member_channels(store, user.id).items():
        try:
            seqs |= _entries(store, actor, _Place(room, "", inside), op, user.id, told, ["wide"]).seqs
        except Refused as refused:
            log.warning("a notice was left out room=%s op=%s: %s", room, op, refused.message)
    return Done(seqs)


def _place(store: Store, actor: Actor, place: str, wide: bool = False, user: str = "",
           of_two: Callable[[Connection, Channel], bool] | None = None) -> _Place:
    """The channels of a room (with `user`, those that only they and another see among them), one channel, or with
    `wide` the whole of the own organization. Not found and not of this organization look the same.

    `of_two` says whether one may act in this channel of two members, where that is not asked of the actor being one
    of them.
    """
    if wide and place == actor.person.organization:
        return _Place("", "", [])
    channel = place if ids.is_channel(place) else ""
    room = ids.room_of(channel) if channel else place
    if not ids.is_room(room):
        raise Refused(Code.NOT_FOUND)

    def ask(connection: Connection) -> list[str] | None:
        found = room_rows.one(connection, room)
        if found is None or found.organization != actor.person.organization:
            return None
        if channel:
            one = channels.one(connection, channel)
            mine = of_two or (lambda c, two: direct.is_of(c, two, actor.person.id))
            return None if one is None or (one.direct and not mine(connection, one)) else [channel]
        twos = channels.direct_of(connection, user, room) if user else ()
        return [one.id for one in (*channels.of_room(connection, room), *twos)]

    inside = store.record.read(ask)
    if inside is None:
        raise Refused(Code.NOT_FOUND)
    return _Place(room, channel, inside)


def _may(connection: Connection, actor: Actor, room: str, user: str) -> None:
    """Raises Refused: not_found for a stranger, forbidden for who may not do this to `user`."""
    role = actor.role or members.role(connection, room, actor.person.id)
    if role is None:
        raise Refused(Code.NOT_MEMBER)
    if not moderates(role):
        raise Refused(Code.FORBIDDEN)
    if not user:
        return
    if not members.may_belong(connection, room, user):
        raise Refused(Code.NOT_FOUND)
    if not may_act_on(role, members.role(connection, room, user)):
        raise Refused(Code.FORBIDDEN)


def _write_down(connection: Connection, store: Store, actor: Actor, where: _Place, act: str, target: str, reason: str,
                before: Mapping[str, Any] | None = None, after: Mapping[str, Any] | None = None) -> None:
    encode = msgspec.json.encode
    audit.add(connection, actor.person.organization, Act(
        store.clock.now(), actor.person.id, actor.person.door.value, act, target, where.room, where.channel, reason,
        encode(before or {}).decode(), encode(after or {}).decode()))


def _at_the_gate(store: Store, actor: Actor, room: str, field: str, until: int | None, out: str = "") -> None:
    name = keys.of_room(store.live.prefix, room)
    gate.ask(store, room, SANCTION, [name.gate, name.sanctions, name.members], [
        actor.person.organization, field or "-", "" if until is None else str(until), out])


def _entries(store: Store, actor: Actor, where: _Place, op: str, user: str, told: Mapping[str, Any],
             effect: list[str], counted: bool = False) -> Done:
    """One entry in each channel."""
    told = {name: value for name, value in told.items() if value is not None}
    by = {"id": actor.person.id, "name": actor.person.name, "door": actor.person.door.value}
    store.sealing.read(actor.person.organization)
    seqs = {}
    for channel in where.channels:
        sealed = {name: store.sealing.closed(actor.person, channel, told[name]) for name in WORDS if told.get(name)}
        after = b"," + msgspec.json.encode({**told, **sealed, "by": by})[1:]
        before = f'{{"op":"{op}","channel":"{channel}"'
        arguments: list[str | bytes] = [
            actor.person.organization, actor.person.id, actor.role, op, "1" if counted else "0", before, after, user,
            channel, *(effect or [""])]
        answer = gate.ask(store, where.room, ACT, _act_keys(store, channel), arguments)
        seqs[channel] = int(answer[1])
        store.live.hint("archive", channel)
        store.live.hint("due", channel)
    if op in PUTS_OUT:
        store.record.write(lambda c: outside.set_(c, user, seqs, store.clock.now()))
        for channel in seqs:
            store.live.hint("calls", channel)
    return Done(seqs)


def _act_keys(store: Store, channel: str) -> list[str]:
    name = keys.of_channel(store.live.prefix, channel)
    return [name.room.gate, name.room.members, name.head, name.seats, name.held, name.away, name.leases, name.queue,
            name.tickets, name.waiting, name.offers, name.feed, name.reads, name.log, name.room.sanctions,
            name.recalled, name.dirty, name.outside, name.places]


def _said_by(store: Store, channel: str, seq: int) -> tuple[str, int]:
    """Who said it and when, from the record, as the log may no longer know; empty and 0 where the record does not
    either."""
    if not ids.is_channel(channel) or not 1 <= seq < 1 << 53:
        raise Refused(Code.NOT_FOUND)
    row = store.record.read(lambda c: rows.one(c, channel, seq))
    return (row.user, row.at) if row else ("", 0)


def _author_in_the_log(store: Store, channel: str, seq: int) -> str:
    """Of what is not in the record yet."""
    found = entry_log.between(store.live, channel, seq, seq)
    entry = Entry.parse(found[0].frame) if found and found[0].op == "message" else None
    return entry.author.id if entry is not None and entry.author is not None else ""


def _is_recalled(store: Store, channel: str, seq: int) -> bool:
    key = keys.of_channel(store.live.prefix, channel).recalled
    return store.live.command("ZSCORE", key, str(seq), key=key) is not None


def _field(kind: str, user: str, channel: str) -> str:
    return ":".join(filter(None, (kind[0], user, channel)))


def checked_reason(reason: str) -> str:
    if len(reason) > LONGEST_REASON or "\0" in reason:
        raise Refused(Code.TOO_LONG, f"a reason has at most {LONGEST_REASON} characters")
    return reason.strip()


RULES: dict[str, tuple[int, int]] = {
    "muted_all": (0, 1), "slow_seconds": (0, 86_400), "capacity": (0, 1_000_000), "queue_most": (0, 100_000),
    "fold_seconds": (0, 3_600), "guard_count": (0, 1_000), "guard_seconds": (1, 3_600),
    shedding.RULE: (0, 100_000)}
ROLE_RULES = tuple(Right)


def _rule(name: str, value: int | bool | str) -> str:
    if name in ROLE_RULES and value in AUDIENCES:
        return str(value)
    least, most = RULES.get(name, (1, 0))
    if isinstance(value, str) or not least <= int(value) <= most:
        roles = ", ".join(AUDIENCES) if name in ROLE_RULES else "no such rule"
        allowed = f"{least} to {most}" if name in RULES else roles
        raise Refused(Code.BAD_FRAME, f"{name}: {allowed}")
    return str(int(value))
