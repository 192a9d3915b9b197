"""Followers' places: what each has been told of the channel they listen to."""

from __future__ import annotations

from rooms import gate, ids
from rooms.events import Position
from rooms.live import keys
from rooms.live.scripts import PLACE
from rooms.store import Store


def told(store: Store, channel: str, user: str) -> Position | None:
    """Where the follower is; None when they do not listen to the channel."""
    places = keys.of_channel(store.live.prefix, channel).places
    text = store.live.command("HGET", places, user, key=places)
    return None if text is None else Position.parse(text)


def listen(store: Store, channel: str, user: str, position: Position) -> Position:
    """Begins listening at `position`, or goes on where the follower was; returns the place."""
    return _place(store, channel, user, position, "1")


def move(store: Store, channel: str, user: str, position: Position) -> Position:
    """They have been told everything up to `position`. Never moves back; says nothing to who does not listen."""
    return _place(store, channel, user, position, "0")


def move_soon(store: Store, channel: str, user: str, position: Position) -> None:
    """The same for who does not wait: where it is lost, they are told again."""
    store.live.hint("reads", channel)
    gate.ask_soon(store, ids.room_of(channel), PLACE, *_words(store, channel, user, position, "0"), lambda _: None)


def forget(store: Store, channel: str, user: str) -> None:
    places = keys.of_channel(store.live.prefix, channel).places
    store.live.command("HDEL", places, user, key=places)


def listeners(store: Store, channel: str) -> dict[str, Position]:
    """Everybody who listens to the channel through the Official Account."""
    places = keys.of_channel(store.live.prefix, channel).places
    found = store.live.command("HGETALL", places, key=places)
    return {user.decode(): Position.parse(text) for user, text in zip(found[::2], found[1::2], strict=True)}


def _place(store: Store, channel: str, user: str, position: Position, begin: str) -> Position:
    store.live.hint("reads", channel)
    epoch, seq = gate.ask(store, ids.room_of(channel), PLACE, *_words(store, channel, user, position, begin))
    return Position(epoch.decode(), int(seq))


def _words(store: Store, channel: str, user: str, position: Position, begin: str) -> tuple[list[str], list[str]]:
    """The script's keys and arguments."""
    name = keys.of_channel(store.live.prefix, channel)
    return [name.room.gate, name.places, name.dirty], [user, position.epoch, str(position.seq), begin]
