"""What acts of authority have in common: who acts, and where, whether they may, what is written down, and the entries
that tell of it.

First the record (what is to hold, and its line in the audit, in one transaction), then the room's gate, and with it an
entry in each channel concerned: from that instant no door lets a message slip, because no door decides. Who dies in
between has answered nobody: the act can be asked for again, and brings about what is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from rooms import auditing, gate, ids
from rooms.errors import Code, Refused
from rooms.events import Person
from rooms.live import keys
from rooms.live.scripts import ACT
from rooms.permissions import may_act_on, moderates
from rooms.record import Connection, allowed, channels, members, rooms, sanctions
from rooms.record.channels import Channel
from rooms.store import Store

LONGEST_REASON = 200
WORDS = ("text", "reason")
"""What of an act was said by somebody."""


class Actor(NamedTuple):
    """Who acts. `role` is given to staff by their organization; members act by their own role in the room."""

    person: Person
    role: str = ""


class Done(NamedTuple):
    """`seq` of the entry in each channel; 0 where nothing had to change."""

    seqs: Mapping[str, int]


class Place(NamedTuple):
    """Where an act holds: in one `channel` of a room, in all `channels` of the room, or with neither in the whole
    organization."""

    room: str
    channel: str
    channels: Sequence[str]


EVERYWHERE = Place("", "", ())

OfTwo = Callable[[Connection, Channel], bool]


def find(store: Store, actor: Actor, place: str, user: str = "", of_two: OfTwo | None = None) -> Place:
    """The channels of a room (with `user`, those that only they and another see among them), or one channel. Not
    found and not of this organization look the same.

    `of_two` says whether one may act in this channel of two members, where that is not asked of the actor being one
    of them.
    """
    channel = place if ids.is_channel(place) else ""
    room = ids.room_of(channel) if channel else place
    if not ids.is_room(room):
        raise Refused(Code.NOT_FOUND)

    def ask(connection: Connection) -> list[str]:
        found = rooms.one(connection, room)
        if found is None or found.organization != actor.person.organization:
            raise Refused(Code.NOT_FOUND)
        if channel:
            return _only(connection, channel, of_two or _mine(actor))
        twos = channels.direct_of(connection, user, room) if user else ()
        return [one.id for one in (*channels.of_room(connection, room), *twos)]

    return Place(room, channel, store.record.read(ask))


def may(connection: Connection, store: Store, actor: Actor, where: Place, user: str = "") -> None:
    """Raises Refused: not_found for a stranger, forbidden for who may not do this to `user`, banned for who is out."""
    role = actor.role or members.role(connection, where.room, actor.person.id)
    if role is None:
        raise Refused(Code.NOT_MEMBER)
    if not moderates(role):
        raise Refused(Code.FORBIDDEN)
    refuse_banned(connection, store, actor, where)
    if not user:
        return
    if not members.may_belong(connection, where.room, user):
        raise Refused(Code.NOT_FOUND)
    if not may_act_on(role, members.role(connection, where.room, user)):
        raise Refused(Code.FORBIDDEN)


def refuse_banned(connection: Connection, store: Store, actor: Actor, where: Place) -> None:
    """A moderator who is banned acts on nobody there. Staff are not members, and nobody bans them."""
    _refuse(connection, store, actor, where, "ban", Code.BANNED)


def refuse_muted(connection: Connection, store: Store, actor: Actor, where: Place) -> None:
    """Whoever may not speak does not announce either."""
    _refuse(connection, store, actor, where, "mute", Code.MUTED)


def _refuse(connection: Connection, store: Store, actor: Actor, where: Place, kind: str, code: Code) -> None:
    if actor.role:
        return
    ends = sanctions.ends(connection, actor.person.organization, where.room, where.channels, kind, actor.person.id)
    now = store.clock.now() + store.live.offset_ms
    standing = [end for end in ends if end == 0 or end > now]
    if standing:
        raise Refused(code, retry_after_ms=None if 0 in standing else max(standing) - now)


def write_down(connection: Connection, store: Store, actor: Actor, where: Place, act: str, target: str = "",
               reason: str = "", before: Mapping[str, Any] | None = None,
               after: Mapping[str, Any] | None = None) -> None:
    """In the transaction that does it."""
    auditing.note(connection, store, actor, actor.person.organization, act, target, where.room, where.channel, reason,
                  before, after)


def tell(store: Store, actor: Actor, where: Place, op: str, user: str, told: Mapping[str, Any],
         effect: Sequence[str] = (), counted: bool = False) -> Done:
    """One entry in each channel, with what it brings about there (`act.lua`). `user`: whom it is about."""
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
        answer = gate.ask(store, where.room, ACT, _keys(store, channel), arguments)
        seqs[channel] = int(answer[1])
        store.live.hint("archive", channel)
        store.live.hint("due", channel)
    return Done(seqs)


def checked_reason(reason: str) -> str:
    if len(reason) > LONGEST_REASON or "\0" in reason:
        raise Refused(Code.TOO_LONG, f"a reason has at most {LONGEST_REASON} characters")
    return reason.strip()


def _only(connection: Connection, channel: str, of_two: OfTwo) -> list[str]:
    one = channels.one(connection, channel)
    if one is None or (one.direct and not of_two(connection, one)):
        raise Refused(Code.NOT_FOUND)
    return [channel]


def _mine(actor: Actor) -> OfTwo:
    return lambda connection, two: allowed.lists(connection, two.id, actor.person.id)


def _keys(store: Store, channel: str) -> list[str]:
    name = keys.of_channel(store.live.prefix, channel)
    return [name.room.gate, name.room.members, name.head, name.seats, name.held, name.away, name.leases, name.queue,
            name.tickets, name.waiting, name.offers, name.feed, name.reads, name.log, name.room.sanctions,
            name.recalled, name.dirty, name.outside, name.places]
