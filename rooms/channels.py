"""Channels of a room."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from rooms import ids, names, recovery
from rooms.errors import Code, Refused
from rooms.record import Connection, channels, rooms
from rooms.record.channels import Channel
from rooms.store import Store

if TYPE_CHECKING:
    from rooms.record.rooms import Room

MOST_IN_A_ROOM = 100
LARGEST_CAPACITY = 1_000_000
LONGEST_SLOW_SECONDS = 86_400


def add(store: Store, room: str, name: str, capacity: int = 0, slow_seconds: int = 0,
        also: Callable[[Connection, str], object] | None = None) -> str:
    """The new channel's id; from the next verb on, the room's gate knows it. `also`: what becomes true with it.

    Raises Refused: not_found (room), duplicate (name), full (too many channels), bad_frame, too_long.
    """
    def act(connection: Connection) -> str:
        found = rooms.locked(connection, room)
        if found is None:
            raise Refused(Code.NOT_FOUND, "no such room")
        place = channels.count(connection, room)
        if place >= MOST_IN_A_ROOM:
            raise Refused(Code.FULL, f"a room has at most {MOST_IN_A_ROOM} channels")
        channel = new(found, name, store.clock.now(), capacity, slow_seconds)
        if not channels.add(connection, channel._replace(position=place)):
            raise Refused(Code.DUPLICATE, f"there is a channel {channel.name} already")
        if also is not None:
            also(connection, channel.id)
        return channel.id

    made = store.record.write(act)
    recovery.close(store, room)
    return made


def new(room: Room, name: str, now: int, capacity: int = 0, slow_seconds: int = 0) -> Channel:
    shown, key = names.name(name)
    if not 0 <= capacity <= LARGEST_CAPACITY:
        raise Refused(Code.BAD_FRAME, f"capacity: 0 (none) to {LARGEST_CAPACITY}")
    if not 0 <= slow_seconds <= LONGEST_SLOW_SECONDS:
        raise Refused(Code.BAD_FRAME, f"slow: 0 to {LONGEST_SLOW_SECONDS} seconds")
    return Channel(ids.new_channel(room.id), room.id, room.organization, shown, key, capacity, slow_seconds, "open",
                   0, now)
