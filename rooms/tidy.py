"""What repeats: seats whose time is over are freed, readers' places go to the record, lost hints are found again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from rooms import seats
from rooms.events import Position
from rooms.live import keys
from rooms.receipts import Reading
from rooms.record import channels, cursors, reads
from rooms.store import Store

TOGETHER = 1_000
ROUNDS = 50


class Tidied(NamedTuple):
    freed: int
    copied: int


def tidy(store: Store) -> Tidied:
    """One round, bounded; safe to run twice and in two places at once."""
    return Tidied(_free_seats(store), sum(copy_places(store, channel) for channel in _hinted(store, "reads")))


def copy_places(store: Store, channel: str) -> int:
    """Brings the record up to date with the channel's readers; returns how many places were copied."""
    name, copied = keys.of_channel(store.live.prefix, channel), 0
    while users := store.live.command("SPOP", name.dirty, str(TOGETHER), key=name.dirty):
        try:
            copied += _copy(store, channel, name, users)
        except BaseException:
            store.live.tell("SADD", name.dirty, *users, key=name.dirty)
            raise
    return copied


def find_lost_hints(store: Store) -> int:
    """Walks all channels and marks those that want attention; returns how many."""
    found = 0
    for page in _pages(store):
        for channel, seen in zip(page, _glance(store, page), strict=True):
            head, present, dirty, listeners, waiting, reacted = seen
            tip, archived = int(head[0] or 0), int(head[1] or 0)
            causes = {"archive": tip > archived, "seats": present > 0, "reads": dirty > 0, "due": listeners > 0,
                      "calls": waiting > 0, "reactions": reacted > 0}
            for kind in (kind for kind, cause in causes.items() if cause):
                store.live.hint(kind, channel, surely=True)
                found += 1
    return found


def _free_seats(store: Store) -> int:
    hinted = list(_hinted(store, "seats"))
    freed = seats.lapse(store, hinted)
    for channel, (_, present, *_) in zip(hinted, _glance(store, hinted), strict=True):
        if present:
            store.live.hint("seats", channel)
    return freed


def _hinted(store: Store, kind: str) -> Iterator[str]:
    for _ in range(ROUNDS):
        found = store.live.hinted(kind, TOGETHER)
        yield from found
        if len(found) < TOGETHER:
            return


def _copy(store: Store, channel: str, name: keys.ChannelKeys, users: list[bytes]) -> int:
    texts, places = store.live.commands([
        (("HMGET", name.reads, *users), name.reads), (("HMGET", name.places, *users), name.places)])
    readings = [(user.decode(), Reading.parse(text)) for user, text in zip(users, texts, strict=True) if text]
    told = [(user.decode(), _position(text)) for user, text in zip(users, places, strict=True) if text]

    def put(connection: Any) -> None:
        reads.put_many(connection, channel, [(user, r.seq, r.ordinal, r.own) for user, r in readings])
        cursors.put_many(connection, channel, [(user, p.epoch, p.seq) for user, p in told])

    store.record.write(put)
    return len(users)


def _position(text: bytes) -> Position:
    epoch, seq = text.decode().split(" ")
    return Position(epoch, int(seq))


def _pages(store: Store) -> Iterator[list[str]]:
    last = ""
    while page := store.record.read(lambda c, last=last: channels.page(c, last, TOGETHER)):  # type: ignore[misc]
        yield page
        last = page[-1]


def _glance(store: Store, page: list[str]) -> list[tuple[Any, int, int, int, int, int]]:
    wanted: list[tuple[tuple[str, ...], str]] = []
    for channel in page:
        name = keys.of_channel(store.live.prefix, channel)
        wanted += [(("HMGET", name.head, "tip", "archived"), name.head), (("HLEN", name.seats), name.head),
                   (("SCARD", name.dirty), name.head), (("HLEN", name.places), name.head),
                   (("HLEN", name.tickets), name.head), (("SCARD", name.reacted), name.head)]
    answers = iter(store.live.commands(wanted))
    return [(next(answers), next(answers), next(answers), next(answers), next(answers), next(answers)) for _ in page]
