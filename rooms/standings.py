"""What holds of somebody in a whole organization: bans and mutes by the organization itself, and how a change that
concerns many rooms reaches all their gates.

The record says it first, together with a mark that it is still to be spread. Then each room's gate is told, one script
a room, and only then the mark goes. Who dies in between leaves the mark, and a sweep finds it. A gate that is not ready
needs no word, because it will be built from the record; one that is being built at this moment is begun again. Gates
remember the version of the word they heard, so that a late messenger with old news changes nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from rooms import gate, identities, ids, recovery
from rooms.errors import Code, Refused
from rooms.events import Person
from rooms.live import keys
from rooms.live.scripts import ABSORB, STAND
from rooms.permissions import RANK, Role, moderates, rank
from rooms.record import Connection, aliases, allowed, channels, free, members, organizations, sanctions, users
from rooms.record import rooms as room_rows
from rooms.record import standings as rows
from rooms.record.sanctions import Sanction
from rooms.record.standings import Standing
from rooms.record.users import User
from rooms.store import Store

log = logging.getLogger(__name__)

TRIES = 3
TOGETHER = 100
PATIENCE_MS = 5_000
"""A mark older than this has lost the process that was spreading it."""

NOBODY = "-"


class _View(NamedTuple):
    """What the record says. `become`: whom this user was found to be, where that is somebody else."""

    standing: Standing
    become: str
    roles: Mapping[str, str]
    sanctions: Sequence[Sanction]
    free: frozenset[str]
    rooms: Sequence[str]
    inside: Mapping[str, Sequence[str]]
    """The channels of the rooms from which they have to be put out."""
    listed: frozenset[str] = frozenset()
    """Rooms with channels on whose lists they are: these are made ready anew."""


def check(store: Store, person: Person) -> None:
    """Raises Refused(banned) for who may not come in to the organization at all."""
    now = store.clock.now()
    ends = store.record.read(lambda c: sanctions.bans(c, person.organization, "", person.id))
    refuse_banned(ends, now)


def refuse_banned(ends: Sequence[int], now: int) -> None:
    """Raises Refused(banned) when one of these ends is still to come; 0 never comes."""
    standing = [end for end in ends if end == 0 or end > now]
    if standing:
        raise Refused(Code.BANNED, retry_after_ms=None if 0 in standing else max(standing) - now)


def impose(connection: Connection, role: str, standing: Sanction) -> User | None:
    """For a transaction: the sanction stands in the whole organization; a ban also ends every token.

    Returns the user. `role` is what the actor may do in rooms. Raises Refused: not_found, forbidden.
    """
    organizations.lock(connection, standing.organization)
    _may(connection, standing.organization, role, standing.user)
    sanctions.set_(connection, standing)
    rows.touch(connection, standing.organization, standing.user, standing.at, wide=True)
    if standing.kind == "ban":
        users.change(connection, standing.user, tokens_after=standing.at + 1)
    return users.one(connection, standing.user)


def lift(connection: Connection, organization: str, role: str, kind: str, user: str, now: int) -> bool:
    """For a transaction. False when there was nothing to lift. Raises Refused: not_found, forbidden."""
    organizations.lock(connection, organization)
    _may(connection, organization, role, user)
    if not sanctions.lift(connection, organization, "", "", kind, user):
        return False
    rows.touch(connection, organization, user, now, wide=True)
    return True


def spread(store: Store, organization: str, user: str) -> None:
    """Every gate that is concerned learns what the record says of `user`. Safe to repeat, and in several places."""
    for _ in range(TRIES):
        view = store.record.read(lambda c: _look(c, organization, user))
        if view is None:
            return
        _tell(store, view)
        if store.record.write(lambda c, view=view: rows.reached(c, view.standing)):  # type: ignore[misc]
            return


def finish(store: Store) -> int:
    """Spreads what was left behind by a process that died; returns how many people that concerned. One whose rooms
    cannot be reached now does not hold up the others."""
    before = store.clock.now() - PATIENCE_MS
    found = store.record.read(lambda c: rows.due(c, before, TOGETHER))
    return sum(_finish(store, standing) for standing in found)


def _finish(store: Store, standing: Standing) -> bool:
    known = store.record.read(lambda c: users.one(c, standing.user))
    try:
        if known is not None:
            identities.remember(store, known)
        spread(store, standing.organization, standing.user)
    except Refused as refused:
        log.warning("somebody's standing is still to be spread user=%s: %s", standing.user, refused.message)
        return False
    return True


def member_channels(store: Store, user: str) -> dict[str, list[str]]:
    """room → its channels, for the rooms to which the user belongs."""
    def look(connection: Connection) -> dict[str, list[str]]:
        return _channels(connection, user, list(members.of_user(connection, user)))

    return store.record.read(look)


def channels_of(connection: Connection, user: str) -> list[str]:
    """Every channel of the rooms to which the user belongs."""
    inside = _channels(connection, user, list(members.of_user(connection, user)))
    return [channel for those in inside.values() for channel in those]


def _look(connection: Connection, organization: str, user: str) -> _View | None:
    standing = rows.one(connection, organization, user)
    if standing is None:
        return None
    kept = aliases.kept(connection, user)
    roles = members.of_user(connection, kept)
    held = sanctions.of_user(connection, organization, user)
    listed = frozenset(free.rooms_of(connection, user))
    if standing.wide:
        concerned = room_rows.ids(connection, organization)
    else:
        concerned = sorted({*roles, *listed, *(s.room for s in held if s.room)})
    out = kept != user or any(s.kind == "ban" and not s.room for s in held)
    named = frozenset(ids.room_of(one.channel) for one in allowed.of_user(connection, user))
    return _View(standing, "" if kept == user else kept, roles, held, listed, concerned,
                 _channels(connection, user, list(roles)) if out else {}, named)


def _channels(connection: Connection, user: str, those: Sequence[str]) -> dict[str, list[str]]:
    """room → the channels in which the user may be."""
    return {room: [channel.id for channel in (
        *channels.of_room(connection, room), *channels.direct_of(connection, user, room))] for room in those}


def _tell(store: Store, view: _View) -> None:
    for start in range(0, len(view.rooms), TOGETHER):
        part = view.rooms[start:start + TOGETHER]
        told = [(STAND, _room_keys(store, room), _words(view, room)) for room in part]
        answers = store.live.calls(told, durable=True)
        for room, answer in zip(part, answers, strict=True):
            if isinstance(answer, Refused):
                raise answer
            if answer[0] == b"closed":
                recovery.close(store, room)
    for room in view.listed:
        recovery.close(store, room)
    for room, inside in view.inside.items():
        for channel in inside:
            _put_out(store, view, room, channel)


def _put_out(store: Store, view: _View, room: str, channel: str) -> None:
    arguments = [view.standing.organization, view.standing.user, view.become]
    try:
        gate.ask(store, room, ABSORB, _channel_keys(store, channel), arguments)
    except Refused as refused:
        if refused.code is not Code.NOT_FOUND:
            raise
    store.live.hint("reads", channel)


def _words(view: _View, room: str) -> list[str]:
    user = view.standing.user
    role = NOBODY if view.become else view.roles.get(room, "")
    wide = {s.kind: str(s.until) for s in view.sanctions if not s.room}
    here = [word for s in view.sanctions if s.room == room
            for word in (":".join(filter(None, (s.kind[0], user, s.channel))), str(s.until))]
    return [view.standing.organization, user, str(view.standing.version), role, "1" if room in view.free else "0",
            wide.get("mute", ""), wide.get("ban", ""), *here]


def _may(connection: Connection, organization: str, role: str, user: str) -> None:
    """Staff only. Owners and admins act on anybody, moderators on those who moderate nowhere."""
    if not moderates(role):
        raise Refused(Code.FORBIDDEN)
    target = users.one(connection, user)
    if target is None or target.organization != organization or target.erased_at is not None:
        raise Refused(Code.NOT_FOUND)
    highest = max((rank(held) for held in members.of_user(connection, user).values()), default=-1)
    if rank(role) < RANK[Role.OWNER] and highest >= rank(role):
        raise Refused(Code.FORBIDDEN)


def _room_keys(store: Store, room: str) -> list[str]:
    name = keys.of_room(store.live.prefix, room)
    return [name.gate, name.members, name.sanctions, name.free]


def _channel_keys(store: Store, channel: str) -> list[Any]:
    name = keys.of_channel(store.live.prefix, channel)
    return [name.room.gate, name.room.members, name.head, name.seats, name.held, name.away, name.leases, name.queue,
            name.tickets, name.waiting, name.offers, name.feed, name.reads, name.dirty, name.places, name.log,
            name.recalled, name.slow]
