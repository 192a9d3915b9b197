"""What a follower was owed, as the tail of an answer, and their place in the log after it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rooms import cursors, messages, receipts
from rooms.errors import Refused
from rooms.events import Entry, Logged, Position
from rooms.store import Store
from wechat import digest
from wechat.digest import Digest, Place
from wechat.followers import Follower
from wechat.platform.limits import LIMITS

FETCHED = 100
"""Entries looked at for one answer; 2,048 bytes hold fewer."""
RECENT = 20


class Tail(NamedTuple):
    """The digest, and where the place stood before it; `place` None when the follower listens to nothing."""

    digest: Digest | None
    before: Place | None


NOTHING = Tail(None, None)


def owed(store: Store, follower: Follower, title: str, budget: int, tip: int | None = None) -> Tail:
    """What is owed in the current channel, at most `budget` bytes. With `tip`, nobody asks Redis where it is known
    that nothing lies between the place and it."""
    if not follower.channel:
        return NOTHING
    told = cursors.told(store, follower.channel, follower.person.id)
    if told is None:
        return NOTHING
    place = Place(told.epoch, told.seq, follower.part_after(told.seq))
    if tip is not None and tip <= told.seq + 1:
        return Tail(Digest("", Place(told.epoch, max(tip, told.seq)), 0, 0), place)
    entries = parsed(messages.owed(store, follower.person.id, follower.channel, told.seq, FETCHED + 1))
    shown, beyond = entries[:FETCHED], len(entries) > FETCHED
    return Tail(digest.compose(shown, follower.person.id, place, title, follower.words,
                               budget - follower.reserved, beyond), place)


def move(store: Store, follower: Follower, tail: Tail) -> None:
    """The follower was told. Where this is lost, they are told again."""
    if tail.digest is None or tail.before is None or tail.digest.place == tail.before:
        return
    place = tail.digest.place
    position = Position(place.epoch, place.seq)
    cursors.move(store, follower.channel, follower.person.id, position)
    if tail.digest.shown:
        _read(store, follower, place.seq)


def recent(store: Store, follower: Follower, title: str, budget: int) -> str:
    """The latest messages, newest last, as many as fit."""
    page = messages.history(store, follower.person, follower.channel, limit=RECENT)
    lines = [text for text in (_line(follower, entry) for entry in parsed(page.entries)) if text]
    if not lines:
        return follower.words.no_history(title)
    head = follower.words.history_title(title)
    while lines and len("\n".join([head, *lines]).encode()) > budget - follower.reserved:
        del lines[0]
    return "\n".join([head, *lines])


def parsed(logged: Sequence[Logged]) -> list[Entry]:
    return [Entry.parse(one.frame) for one in logged]


def budget_after(text: str) -> int:
    """Bytes left in an answer that begins with `text`."""
    return LIMITS.text_bytes - (len(text.encode()) + 2 if text else 0)


def _line(follower: Follower, entry: Entry) -> str:
    lines = digest.lines_of(entry, follower.words)
    return "" if not lines else lines[0] if len(lines) == 1 else f"{lines[0]}…"


def _read(store: Store, follower: Follower, seq: int) -> None:
    """Told is read, also for the same person's mini-program. Best effort."""
    try:
        receipts.read(store, follower.person, follower.channel, seq)
    except Refused:
        return
