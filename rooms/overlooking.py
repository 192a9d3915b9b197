"""What the organization's own people see of their rooms, as they are at this moment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from rooms.live import keys
from rooms.record import Connection, channels, rooms
from rooms.record.channels import Channel
from rooms.record.rooms import Room
from rooms.store import Store

MOST_CHANNELS = 2_000
"""Of one organization, whose state is asked for at once; later ones in the order of rooms show nothing live."""

MOST_WAITING = 200


class State(NamedTuple):
    """Of one channel, now. `talk` counts what was ever said in it, `unarchived` what the record does not hold yet."""

    present: int
    waiting: int
    tip: int
    talk: int
    unarchived: int


class Waiter(NamedTuple):
    """Somebody in the queue. `place` 1 is next."""

    id: str
    name: str
    place: int


class Overview(NamedTuple):
    rooms: Sequence[Room]
    channels: Sequence[Channel]
    states: dict[str, State]


NOTHING = State(0, 0, 0, 0, 0)


def overview(store: Store, organization: str) -> Overview:
    def look(connection: Connection) -> tuple[Sequence[Room], Sequence[Channel]]:
        return rooms.of_organization(connection, organization), channels.of_organization(connection, organization)

    theirs, inside = store.record.read(look)
    return Overview(theirs, inside, states(store, inside))


def states(store: Store, those: Sequence[Channel]) -> dict[str, State]:
    """In one round trip a node. A channel that nobody used since Redis was empty shows what the record knows."""
    wanted: list[tuple[tuple[str, ...], str]] = []
    asked = those[:MOST_CHANNELS]
    for channel in asked:
        name = keys.of_channel(store.live.prefix, channel.id)
        wanted += [(("HMGET", name.head, "tip", "talk", "archived"), name.head), (("HLEN", name.seats), name.head),
                   (("ZCARD", name.queue), name.head)]
    answers = iter(store.live.commands(wanted))
    return {channel.id: _state(channel, next(answers), next(answers), next(answers)) for channel in asked}


def waiting(store: Store, channel: str, limit: int = MOST_WAITING) -> Sequence[Waiter]:
    """Who waits for a seat, the next one first."""
    name = keys.of_channel(store.live.prefix, channel)
    users = [user.decode() for user in store.live.command("ZRANGE", name.queue, "0", str(limit - 1), key=name.queue)]
    if not users:
        return []
    tickets = store.live.command("HMGET", name.tickets, *users, key=name.tickets)
    return [Waiter(user, _name(ticket), place)
            for place, (user, ticket) in enumerate(zip(users, tickets, strict=True), start=1)]


def presence(store: Store, user: str, those: Sequence[Channel]) -> list[Channel]:
    """The channels among these in which the person is present."""
    wanted = []
    for channel in those:
        seats = keys.of_channel(store.live.prefix, channel.id).seats
        wanted.append((("HEXISTS", seats, user), seats))
    return [channel for channel, there in zip(those, store.live.commands(wanted), strict=True) if there]


def _state(channel: Channel, head: Any, present: int, queue: int) -> State:
    if head[0] is None:
        return State(0, 0, channel.archived_seq, channel.talk, 0)
    tip, talk, archived = (int(value or 0) for value in head)
    return State(int(present), int(queue), tip, talk, max(0, tip - max(archived, channel.archived_seq)))


def _name(ticket: bytes | None) -> str:
    """A ticket is its id, a space, and who holds it."""
    if ticket is None:
        return ""
    who: dict[str, str] = msgspec.json.decode(ticket.partition(b" ")[2] or b"{}")
    return who.get("name", "")
