"""Rooms: made by an organization, seen by its people."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from typing import NamedTuple

from rooms import audiences, direct, ids, names, passwords
from rooms.direct import Two
from rooms.errors import Code, Refused
from rooms.events import Person
from rooms.record import Connection, channels, organizations, rooms
from rooms.record.channels import Channel
from rooms.record.rooms import Room
from rooms.store import Store

MOST_IN_AN_ORGANIZATION = 1_000
LARGEST_CAPACITY = 1_000_000


class ChannelView(NamedTuple):
    """`direct` names the other one of a channel of two; it is called by their name."""

    id: str
    name: str
    direct: str = ""


class RoomView(NamedTuple):
    """A room as one person sees it. `locked`: joining needs a password; `by_request`: somebody has to say yes;
    `verified`: a verified phone is needed; `direct`: two members may talk to each other alone."""

    id: str
    name: str
    locked: bool
    member: bool
    channels: list[ChannelView]
    by_request: bool = False
    verified: bool = False
    direct: bool = False


def add(store: Store, organization: str, name: str, password: str | None = None, capacity: int = 0,
        private: bool = False, *, listed: bool = True, by_request: bool = False, verified: bool = False,
        white_only: bool = False, direct: bool = False, also: Callable[[Connection, str], object] | None = None) -> str:
    """The new room's id; it has no channel yet. A `capacity` of 0 is none. The ways in are those of `doors`; with
    `direct` two members may talk to each other alone. `also`: what becomes true with it.

    Raises Refused: not_found (organization), duplicate (name), full (too many rooms), bad_frame, too_long.
    """
    room = new(organization, name, store.clock.now(), password, capacity, private)._replace(
        listed=listed, by_request=by_request, verified=verified, white_only=white_only, direct=direct)

    def act(connection: Connection) -> None:
        if not organizations.lock(connection, organization):
            raise Refused(Code.NOT_FOUND, "no such organization")
        place = rooms.count(connection, organization)
        if place >= MOST_IN_AN_ORGANIZATION:
            raise Refused(Code.FULL, f"an organization has at most {MOST_IN_AN_ORGANIZATION} rooms")
        if not rooms.add(connection, room._replace(position=place)):
            raise Refused(Code.DUPLICATE, f"there is a room {room.name} already")
        if also is not None:
            also(connection, room.id)

    store.record.write(act)
    return room.id


def new(organization: str, name: str, now: int, password: str | None = None, capacity: int = 0,
        private: bool = False) -> Room:
    shown, key = names.name(name)
    if not 0 <= capacity <= LARGEST_CAPACITY:
        raise Refused(Code.BAD_FRAME, f"capacity: 0 (none) to {LARGEST_CAPACITY}")
    sealed = None if password is None else passwords.seal(password)
    return Room(ids.new("r"), organization, shown, key, sealed, capacity, private, "open", 0, now)


def visible(store: Store, person: Person) -> list[RoomView]:
    """Every room that the person may see, with its channels, in the organization's order."""
    seen, inside, sight = store.record.read(lambda c: (
        rooms.seen_by(c, person.organization, person.id), channels.of_organization(c, person.organization),
        audiences.sight(c, person.organization, person.id)))
    by_room, twos = _by_room(inside), direct.of(store, person)
    return [_view(room, role, sight.of(by_room.get(room.id, ()), role), twos if role else ()) for room, role in seen]


def find(store: Store, person: Person, name: str) -> RoomView:
    """By name, however it is spelled. Raises Refused(not_found), also for what the person may not see."""
    key = names.key(name)
    twos = direct.of(store, person)
    view = store.record.read(lambda c: _found(c, person, key, twos))
    if view is None:
        raise Refused(Code.NOT_FOUND)
    return view


def _found(connection: Connection, person: Person, key: str, twos: Sequence[Two]) -> RoomView | None:
    for room, role in rooms.seen_by(connection, person.organization, person.id, unlisted=True):
        if room.name_key == key:
            sight = audiences.sight(connection, person.organization, person.id)
            return _view(room, role, sight.of(channels.of_room(connection, room.id), role), twos if role else ())
    return None


def _view(room: Room, role: str, inside: Iterable[Channel], twos: Iterable[Two]) -> RoomView:
    shown = [*(ChannelView(channel.id, channel.name) for channel in inside),
             *(ChannelView(two.channel, two.name, two.other) for two in twos if two.room == room.id)]
    return RoomView(room.id, room.name, room.password_hash is not None, bool(role), shown, room.by_request,
                    room.verified, room.direct)


def _by_room(inside: Iterable[Channel]) -> dict[str, list[Channel]]:
    return {room: list(group) for room, group in groupby(inside, key=lambda channel: channel.room)}
