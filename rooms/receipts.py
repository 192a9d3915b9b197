"""How far people have read, and what is unread.

A read position remembers how many counted entries lay below it, so that unread is a subtraction and costs the same for
one missed message and for a million.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple

from rooms import gate, identities, ids, mentions, outside
from rooms.errors import Code, Refused
from rooms.events import Entry, Person
from rooms.live import keys
from rooms.live.scripts import READ
from rooms.permissions import Right, allows
from rooms.record import entries
from rooms.store import Store

MOST_RECALLED = "999"
NAMED_BELOW = 50
READERS_PAGES = 50
"""Of a thousand readers each: in a larger channel the count is a least one."""
MOST_OWN = 10_000
"""Of somebody's own messages above a place so far back that Redis has it no more."""


class Unread(NamedTuple):
    epoch: str
    tip: int
    read: int
    unread: int
    mentions: int


class Reader(NamedTuple):
    id: str
    name: str


@dataclass(frozen=True)
class Readers:
    """`count` of the `of` people who ever entered; their names only in a small channel."""

    count: int
    of: int
    people: list[Reader]


class Reading(NamedTuple):
    """Read up to `seq`, below which lie `ordinal` counted entries; `own` of those above are the reader's."""

    seq: int
    ordinal: int
    own: int

    @staticmethod
    def parse(text: bytes) -> Reading:
        return Reading(*map(int, text.split()))

    def unread(self, talk: int, recalled: int) -> int:
        """`talk`: counted entries there are; `recalled`: how many above `seq` were taken back since."""
        return max(0, talk - self.ordinal - self.own - recalled)


def read(store: Store, person: Person, channel: str, seq: int) -> int:
    """Reads up to `seq`, never backwards, never beyond the tip, nor beyond what who was put out may be shown; returns
    the position.

    Raises Refused: not_found, not_member.
    """
    if not ids.is_channel(channel) or not 0 <= seq < 1 << 53:
        raise Refused(Code.NOT_FOUND if not ids.is_channel(channel) else Code.BAD_FRAME)
    store.live.hint("reads", channel)
    answer = gate.ask(store, ids.room_of(channel), READ, *_words(store, person, channel, seq))
    if not answer:
        seq = min(seq, outside.limits(store, person.id, [channel]).get(channel, seq))
        ordinal, own = store.record.read(lambda c: (
            entries.ordinal_at(c, channel, seq), entries.own_above(c, channel, person.id, seq, MOST_OWN)))
        answer = gate.ask(store, ids.room_of(channel), READ, *_words(
            store, person, channel, seq, str(ordinal), " ".join(map(str, own))))
    return int(answer[0])


def read_soon(store: Store, person: Person, channel: str, seq: int) -> None:
    """The same for who has just been told what Redis still has, and does not wait; nothing comes of what is refused."""
    store.live.hint("reads", channel)
    gate.ask_soon(store, ids.room_of(channel), READ, *_words(store, person, channel, seq), lambda _: None)


def _words(store: Store, person: Person, channel: str, seq: int, ordinal: str = "",
           own: str = "") -> tuple[list[str], list[str]]:
    """The script's keys and arguments."""
    name = keys.of_channel(store.live.prefix, channel)
    return ([name.room.gate, name.room.members, name.head, name.log, name.reads, name.seats, name.feed, name.dirty,
             name.recalled, name.allowed, name.outside], [person.organization, person.id, str(seq), ordinal, own])


def readers(store: Store, person: Person, channel: str, seq: int) -> Readers:
    """Who has read as far as that message, its author apart, for who may read it. Raises Refused: not_found,
    not_member."""
    from rooms import messages

    page = messages.history(store, person, channel, after_seq=seq - 1, limit=1)
    if not page.entries or page.entries[0].seq != seq:
        raise Refused(Code.NOT_FOUND)
    said = Entry.parse(page.entries[0].frame)
    author = said.author.id if said.author else ""
    name, cursor, found, of = keys.of_channel(store.live.prefix, channel), b"0", [], 0
    for _ in range(READERS_PAGES):
        cursor, page_of = store.live.command("HSCAN", name.reads, cursor, "COUNT", "1000", key=name.reads)
        for user, text in zip(page_of[::2], page_of[1::2], strict=True):
            of += user.decode() != author
            if user.decode() != author and Reading.parse(text).seq >= seq:
                found.append(user.decode())
        if cursor == b"0":
            break
    shown = identities.names_of(store, found) if of <= NAMED_BELOW else {}
    return Readers(len(found), of, [Reader(user, shown[user]) for user in found if user in shown])


def unread(store: Store, person: Person, channels: Sequence[str]) -> dict[str, Unread]:
    """For channels that the person may see, in one round trip. Who never entered has nothing unread."""
    wanted: list[tuple[tuple[str, ...], str]] = []
    for channel in channels:
        name = keys.of_channel(store.live.prefix, channel)
        wanted += [(("HMGET", name.head, "epoch", "tip", "talk"), name.head),
                   (("HGET", name.reads, person.id), name.head),
                   (("ZREVRANGE", name.recalled, "0", MOST_RECALLED), name.head),
                   (("HGET", name.outside, person.id), name.head),
                   (("HMGET", name.mentioned, person.id, mentions.EVERYBODY), name.head)]
    answers = iter(store.live.commands(wanted))
    return {channel: _unread(person.id, *islice(answers, 5)) for channel in channels}


def unread_of(store: Store, channel: str, users: Sequence[str]) -> dict[str, Unread]:
    """user → how one channel stands for them; without those who do not belong to it, were put out, or may not see it
    any more."""
    if not users:
        return {}
    name = keys.of_channel(store.live.prefix, channel)
    head, roles, outside, readings, recalled, named, listed = store.live.commands([
        (("HMGET", name.head, "epoch", "tip", "talk", "see"), name.head),
        (("HMGET", name.room.members, *users), name.head),
        (("HMGET", name.outside, *users), name.head), (("HMGET", name.reads, *users), name.head),
        (("ZREVRANGE", name.recalled, "0", MOST_RECALLED), name.head),
        (("HMGET", name.mentioned, *users, mentions.EVERYBODY), name.head),
        (("SMISMEMBER", name.allowed, *(f"{Right.SEE} {user}" for user in users)), name.head)])
    see = (head[3] or b"").decode() or None
    return {user: _unread(user, head, text, recalled, None, (mine, named[-1]))
            for user, role, out, text, mine, on in zip(
                users, roles, outside, readings, named[:-1], listed, strict=True)
            if role is not None and out is None and allows(see, role.decode(), bool(on))}


def _unread(user: str, head: Any, text: bytes | None, recalled: Sequence[bytes], outside: bytes | None,
            named: Sequence[bytes | None]) -> Unread:
    """Of who was put out nothing above the entry that says so is told, not even how much there is."""
    epoch, tip, talk = (head[0] or b"").decode(), int(head[1] or 0), int(head[2] or 0)
    if outside is not None:
        tip = min(tip, int(outside))
        return Unread(epoch, tip, tip if text is None else min(Reading.parse(text).seq, tip), 0, 0)
    if text is None:
        return Unread(epoch, tip, tip, 0, 0)
    reading = Reading.parse(text)
    gone = [int(seq) for seq in recalled if int(seq) > reading.seq]
    return Unread(epoch, tip, reading.seq, reading.unread(talk, len(gone)),
                  mentions.above(reading.seq, tip, user, named[0], named[1], gone))
