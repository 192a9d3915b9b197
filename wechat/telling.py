"""What a follower was owed, as the tail of an answer, and their place in the log after it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from rooms import cursors, messages, owed, receipts
from rooms.events import Entry, Logged, Position
from rooms.owed import Owed
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


def ask(store: Store, follower: Follower) -> Callable[[], Owed]:
    """Asks what is owed in the current channel; what is returned waits for the answer."""
    return owed.soon(store, follower.person.id, follower.channel, FETCHED + 1)


def tail(follower: Follower, found: Owed, title: str, budget: int) -> Tail:
    """What was owed, as far as it fits in `budget` bytes."""
    told = found.told
    if told is None:
        return NOTHING
    place = Place(told.epoch, told.seq, follower.part_after(told.seq))
    entries = parsed(found.entries)
    shown, beyond = entries[:FETCHED], len(entries) > FETCHED
    return Tail(digest.compose(shown, follower.person.id, place, title, follower.words,
                               budget - follower.reserved, beyond), place)


def past_own(tail: Tail, seq: int | None) -> Tail:
    """The place goes past what they have just said themselves, where it follows what was told."""
    told = tail.digest
    if seq is None or told is None or told.left or told.beyond or told.place.seq + 1 != seq:
        return tail
    return tail._replace(digest=told._replace(place=Place(told.place.epoch, seq)))


def move(store: Store, follower: Follower, tail: Tail) -> None:
    """The follower was told. Nobody waits for this: where it is lost, they are told again."""
    if tail.digest is None or tail.before is None or tail.digest.place == tail.before:
        return
    place = tail.digest.place
    cursors.move_soon(store, follower.channel, follower.person.id, Position(place.epoch, place.seq))
    if tail.digest.shown:  # told is read, also for the same person's mini-program
        receipts.read_soon(store, follower.person, follower.channel, place.seq)


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
