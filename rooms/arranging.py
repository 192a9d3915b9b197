"""Rooms and channels as the organization arranges them: made, named, ordered, closed and opened again.

The record and the audit first, in one transaction; then the room's gate is set anew. A room or channel that is archived
keeps its entries and its members: nobody comes in or speaks until it is opened again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from rooms import auditing, doors, names, recovery
from rooms import channels as rules_of_channels
from rooms import rooms as rules_of_rooms
from rooms.authority import Actor
from rooms.errors import Code, Refused
from rooms.permissions import RANK, Role, rank
from rooms.record import Connection, channels, organizations, rooms
from rooms.record.channels import Channel
from rooms.record.rooms import Room
from rooms.store import Store

OPEN, ARCHIVED = "open", "archived"


def add_room(store: Store, actor: Actor, name: str, password: str | None = None, private: bool = False,
             listed: bool = True) -> str:
    """Raises Refused: forbidden, duplicate (name), full, bad_frame, too_long."""
    _owner(actor)
    def note(connection: Connection, room: str) -> None:
        auditing.note(connection, store, actor, actor.person.organization, "room_add", room=room,
                      after={"name": name, "private": private})

    return rules_of_rooms.add(store, actor.person.organization, name, password or None, private=private, listed=listed,
                              also=note)


def edit_room(store: Store, actor: Actor, room: str, name: str | None = None, capacity: int | None = None,
              archived: bool | None = None) -> None:
    """What is None stays. Raises Refused: not_found, not_member, forbidden, duplicate (name), bad_frame, too_long."""
    fields = _named(name) | _state(archived)
    if capacity is not None:
        if not 0 <= capacity <= rules_of_rooms.LARGEST_CAPACITY:
            raise Refused(Code.BAD_FRAME, f"capacity: 0 (none) to {rules_of_rooms.LARGEST_CAPACITY}")
        fields["capacity"] = capacity

    def act(connection: Connection) -> None:
        organizations.lock(connection, actor.person.organization)
        found = doors.moderator(connection, store, actor, room, Role.OWNER)
        if "name_key" in fields:
            other = rooms.by_name(connection, found.organization, fields["name_key"])
            if other is not None and other.id != room:
                raise Refused(Code.DUPLICATE, f"there is a room {other.name} already")
        _change(connection, store, actor, rooms.change, found, fields, "room_edit", room)

    _write(store, room, fields, act)


def order_rooms(store: Store, actor: Actor, wanted: Sequence[str]) -> None:
    """These first, in this order; the rest after them as they were. Raises Refused: not_found, forbidden."""
    _owner(actor)
    organization = actor.person.organization

    def act(connection: Connection) -> None:
        organizations.lock(connection, organization)
        known = [room.id for room in rooms.of_organization(connection, organization)]
        _order(connection, rooms.change, known, wanted)
        auditing.note(connection, store, actor, organization, "rooms_order", after={"rooms": list(wanted)})

    store.record.write(act)


def add_channel(store: Store, actor: Actor, room: str, name: str, capacity: int = 0, slow_seconds: int = 0) -> str:
    """Raises Refused: not_found, not_member, forbidden, duplicate (name), full, bad_frame, too_long."""
    store.record.read(lambda c: doors.moderator(c, store, actor, room, Role.OWNER))

    def note(connection: Connection, channel: str) -> None:
        doors.moderator(connection, store, actor, room, Role.OWNER)
        auditing.note(connection, store, actor, actor.person.organization, "channel_add", room=room, channel=channel,
                      after={"name": name})

    return rules_of_channels.add(store, room, name, capacity, slow_seconds, also=note)


def edit_channel(store: Store, actor: Actor, channel: str, name: str | None = None,
                 archived: bool | None = None) -> None:
    """What is None stays; rules are `rules.change`. Raises Refused as `edit_room` does."""
    fields = _named(name) | _state(archived)
    found = find_channel(store, actor, channel)

    def act(connection: Connection) -> None:
        organizations.lock(connection, actor.person.organization)
        doors.moderator(connection, store, actor, found.room, Role.OWNER)
        if "name_key" in fields:
            other = channels.by_name(connection, found.room, fields["name_key"])
            if other is not None and other.id != channel:
                raise Refused(Code.DUPLICATE, f"there is a channel {other.name} already")
        _change(connection, store, actor, channels.change, found, fields, "channel_edit", found.room)

    _write(store, found.room, fields, act)


def order_channels(store: Store, actor: Actor, room: str, wanted: Sequence[str]) -> None:
    def act(connection: Connection) -> None:
        organizations.lock(connection, actor.person.organization)
        found = doors.moderator(connection, store, actor, room, Role.OWNER)
        _order(connection, channels.change, [one.id for one in channels.of_room(connection, room)], wanted)
        auditing.note(connection, store, actor, found.organization, "channels_order", room=room,
                      after={"channels": list(wanted)})

    store.record.write(act)


def find_channel(store: Store, actor: Actor, channel: str) -> Channel:
    """Raises Refused(not_found), also for a channel of another organization or of two members."""
    found = store.record.read(lambda c: channels.one(c, channel))
    if found is None or found.organization != actor.person.organization or found.direct:
        raise Refused(Code.NOT_FOUND)
    return found


def _owner(actor: Actor) -> None:
    """Rooms are made by who owns all of them: the organization's own."""
    if rank(actor.role) < RANK[Role.OWNER]:
        raise Refused(Code.FORBIDDEN)


def _named(name: str | None) -> dict[str, Any]:
    return {} if name is None else dict(zip(("name", "name_key"), names.name(name), strict=True))


def _state(archived: bool | None) -> dict[str, Any]:
    return {} if archived is None else {"state": ARCHIVED if archived else OPEN}


def _write(store: Store, room: str, fields: dict[str, Any], act: Callable[[Connection], None]) -> None:
    if not fields:
        raise Refused(Code.BAD_FRAME, "nothing is to change")
    store.record.write(act)
    recovery.close(store, room)


def _change(connection: Connection, store: Store, actor: Actor, change: Callable[..., bool], found: Room | Channel,
            fields: dict[str, Any], act: str, room: str) -> None:
    change(connection, found.id, **fields)
    told = {name: value for name, value in fields.items() if name != "name_key"}
    auditing.note(connection, store, actor, found.organization, act, room=room,
                  channel=found.id if isinstance(found, Channel) else "",
                  before={name: getattr(found, name) for name in told}, after=told)


def _order(connection: Connection, change: Callable[..., bool], known: Sequence[str], wanted: Sequence[str]) -> None:
    if len(set(wanted)) != len(wanted) or not set(wanted) <= set(known):
        raise Refused(Code.NOT_FOUND, "one of these is not there, or twice")
    for place, one in enumerate([*wanted, *(rest for rest in known if rest not in set(wanted))]):
        change(connection, one, position=place)
