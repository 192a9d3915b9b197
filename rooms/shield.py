"""The shield: one act that closes a room up against a raid, and one act back.

Newcomers have to ask; in every channel people speak slowly, the same words are refused when they come again and again,
and only members speak. What each rule was before is kept in the record, and set again when the shield goes down; what
was changed by hand meanwhile is overwritten by it.
"""

from __future__ import annotations

from typing import Any

import msgspec

from rooms import auditing, doors, rules
from rooms.authority import Actor
from rooms.doors import Ways
from rooms.errors import Code, Refused
from rooms.permissions import Role
from rooms.record import Connection, channels, organizations, shields
from rooms.record import rules as rule_rows
from rooms.record.shields import Shield
from rooms.store import Store

UP: dict[str, int | str] = {
    "slow_seconds": 30, "guard_count": 3, "guard_seconds": 60, "post": Role.MEMBER.value}
DOWN: dict[str, str] = {"guard_count": "0", "guard_seconds": "60", "post": Role.GUEST.value}


class Before(msgspec.Struct):
    """Channel → its rules, as they were."""

    by_request: bool
    rules: dict[str, dict[str, str]]


def raise_(store: Store, actor: Actor, room: str) -> None:
    """Raises Refused: not_found, not_member, forbidden, duplicate (it is up already)."""
    def act(connection: Connection) -> list[str]:
        organizations.lock(connection, actor.person.organization)
        found = doors.moderator(connection, store, actor, room)
        inside = channels.of_room(connection, room)
        before = Before(found.by_request, {channel.id: _rules_of(connection, channel) for channel in inside})
        row = Shield(room, msgspec.json.encode(before).decode(), actor.person.id, store.clock.now())
        if not shields.add(connection, row):
            raise Refused(Code.DUPLICATE, "the shield is up already")
        auditing.note(connection, store, actor, found.organization, "shield", room=room)
        return [channel.id for channel in inside]

    for channel in store.record.write(act):
        rules.change(store, actor, channel, UP)
    _ask_first(store, actor, room, True)


def lower(store: Store, actor: Actor, room: str) -> None:
    """It is down when all is as it was before: whoever dies on the way leaves it up, to be lowered again.

    Raises Refused: not_found (also where it is not up), not_member, forbidden.
    """
    def look(connection: Connection) -> tuple[Before, set[str]]:
        doors.moderator(connection, store, actor, room)
        standing = shields.one(connection, room)
        if standing is None:
            raise Refused(Code.NOT_FOUND, "the shield is not up")
        there = {channel.id for channel in channels.of_room(connection, room)}
        return msgspec.json.decode(standing.before, type=Before), there

    before, there = store.record.read(look)
    for channel, values in before.rules.items():
        if channel in there:
            rules.change(store, actor, channel, {name: _typed(value) for name, value in values.items()})
    _ask_first(store, actor, room, before.by_request)
    store.record.write(lambda c: _is_down(c, store, actor, room))


def is_up(store: Store, room: str) -> bool:
    return store.record.read(lambda c: shields.one(c, room)) is not None


def _is_down(connection: Connection, store: Store, actor: Actor, room: str) -> None:
    organizations.lock(connection, actor.person.organization)
    if shields.one(connection, room) is not None:
        shields.remove(connection, room)
        auditing.note(connection, store, actor, actor.person.organization, "unshield", room=room)


def _ask_first(store: Store, actor: Actor, room: str, on: bool) -> None:
    """Moderators raise the shield, so the way in is set with what the shield may, not with what they may."""
    doors.change(store, actor._replace(role=Role.OWNER), room, Ways(by_request=on))


def _rules_of(connection: Connection, channel: channels.Channel) -> dict[str, str]:
    set_ = {"slow_seconds": str(channel.slow_seconds), **DOWN, **rule_rows.of_channel(connection, channel.id)}
    return {name: set_[name] for name in UP}


def _typed(value: str) -> Any:
    return int(value) if value.isdigit() else value
