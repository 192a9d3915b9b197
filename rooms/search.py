"""Finding what was said, newest first, among what the searcher may read.

The index names candidates, block by block; each is then looked at as it stands now: recalled words are not found, nor
what only looks alike to the index. The work of one request is bounded: where it ends early, `after` leads on.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec

from rooms import blocks, findable, grams, ids, indexing, members, outside, overlay, recovery
from rooms.candidates import Stream, common, newest_of_all
from rooms.errors import Code, Refused
from rooms.events import Entry, Logged, Person
from rooms.excerpts import excerpt
from rooms.record import Connection, Record, entries, keyring
from rooms.record import search as index
from rooms.record.entries import Row
from rooms.record.search import BLOCK, STRETCH, Block
from rooms.store import Store

PAGE, LONGEST_PAGE = 20, 50
SEARCHES_PER_MINUTE = 120
BLOCKS_AT_ONCE, MOST_TOGETHER, LOOKED_AT = 64, 400, 3_000
"""Blocks looked into together, candidates looked at together, and candidates in one request."""

ENDLESS = 1 << 62


class Query(NamedTuple):
    """`text` is split at spaces into terms, which must all stand in it. `since` and `until` are times (ms), both
    included. What is empty or None does not matter."""

    text: str = ""
    room: str = ""
    channel: str = ""
    user: str = ""
    type: str = ""
    since: int | None = None
    until: int | None = None


class Hit(NamedTuple):
    """`excerpt` is (text, whether it is what was searched for), one after the other."""

    room: str
    channel: str
    at: int
    entry: Logged
    excerpt: Sequence[tuple[str, bool]]


class Found(NamedTuple):
    hits: Sequence[Hit]
    after: str | None
    """Where to go on; None at the end. There may be more even where there are no hits, because the work is bounded."""


class _Wanted(NamedTuple):
    """What an entry must have: one gram of each of `needs`, and then, looked at, all of the rest."""

    needs: Sequence[frozenset[str]]
    terms: Sequence[str]
    users: frozenset[str]
    blocked: Collection[str]
    type: str
    since: int
    until: int
    after: tuple[int, str, int] | None
    ends: Mapping[str, int]
    """Channels that the searcher was put out of, and the newest seq of each that they may be shown."""


Order = tuple[int, str, int]
"""(-at, channel, -seq): ascending is newest first."""


def search(store: Store, person: Person, query: Query, after: str | None = None, limit: int = PAGE, *,
           staff: bool = False) -> Found:
    """One page. People find what is in channels of rooms they are members of and not banned from; `staff`, whose
    right the console has checked, what is anywhere in their organization.

    Raises Refused: bad_frame for a query of less than two characters of Chinese or one word, not_found for a room or
    channel that the person may not read, rate_limited.
    """
    terms = _terms(query)
    place = _parsed(after)
    members.count_try(store, "search", person.id, SEARCHES_PER_MINUTE)
    limit = max(1, min(limit, LONGEST_PAGE))
    now = store.clock.now()
    readable, users = store.record.read(lambda c: (
        findable.of_staff(c, person, query.room, query.channel) if staff
        else findable.readable(c, person, query.room, query.channel, now), findable.meant(c, query.user)))
    if (query.room or query.channel) and not readable:
        raise Refused(Code.NOT_FOUND)
    wanted = _Wanted(_needs(terms, users, query.type), terms, users,
                     blocks.NOBODY if staff else blocks.of(store, person.id), query.type, query.since or 0,
                     query.until if query.until is not None else ENDLESS, place,
                     {} if staff else outside.limits(store, person.id, readable))
    return store.record.from_copy(lambda record: _Search(store, record, wanted, limit).run(readable))


class _Recalled(msgspec.Struct):
    recalled: bool = False


_recalled = msgspec.json.Decoder(_Recalled)


class _Search:
    """`_found` are rows that hold the terms as they were said; how they stand now is asked of those that are shown."""

    def __init__(self, store: Store, record: Record, wanted: _Wanted, limit: int) -> None:
        self._store, self._record, self._wanted, self._limit = store, record, wanted, limit
        self._newest = wanted.until if wanted.after is None else min(wanted.until, -wanted.after[0])
        self._always = self._newest == ENDLESS and not wanted.since
        self._found: dict[Order, Row] = {}
        self._standing: dict[Order, Hit] = {}
        self._blocks: list[Block] = []
        self._streams: list[Stream] = []
        self._looked_at, self._together = 0, 2 * limit
        self._ready: set[str] = set()

    def run(self, readable: Sequence[str]) -> Found:
        self._blocks = [block for block in self._record.read(lambda c: index.blocks(c, readable))
                        if self._may_hold(block)]
        while True:
            reached = self._look_until_certain()
            orders = sorted(order for order in self._found if reached is None or -order[0] > reached)
            shown = orders[:self._limit]
            self._settle([self._found[order] for order in shown if order not in self._standing])
            if all(order in self._standing for order in shown):
                after = (_written(shown[-1]) if len(orders) > self._limit
                         else None if reached is None else _written((-reached - 1, "~", 0)))
                return Found([self._standing[order] for order in shown], after)

    def _look_until_certain(self) -> int | None:
        """Looks at candidates until no other can come before the page's end. None when all were looked at, else the
        time (ms) above which they were."""
        while True:
            last = self._last_order()
            self._streams = [stream for stream in self._streams if stream.candidates and -stream.newest() <= last]
            coming = [block for block in self._blocks if -block.last_at <= last]
            reached = max((stream.newest() for stream in self._streams), default=0)
            if coming and (not self._streams or reached <= coming[0].last_at):
                part = [block for block in self._blocks[:BLOCKS_AT_ONCE] if block.last_at >= coming[0].first_at]
                self._blocks = self._blocks[len(part):]
                self._streams += self._record.read(
                    lambda c, part=part: list(self._open(c, part)))  # type: ignore[misc]
                continue
            if not self._streams:
                return None
            if self._looked_at >= LOOKED_AT and reached < self._newest - 1:  # else the next page would begin here again
                return reached
            self._look_further()

    def _may_hold(self, block: Block) -> bool:
        return block.first_at <= self._newest and block.last_at >= self._wanted.since

    def _last_order(self) -> float:
        """-at of the last hit that the page can hold; nothing older is of interest once there are enough."""
        orders = sorted(self._found)
        return orders[self._limit][0] if len(orders) > self._limit else float("inf")

    def _open(self, connection: Connection, blocks: Sequence[Block]) -> Iterator[Stream]:
        numbers = {number: self._numbers(connection, number) for number in {block.key for block in blocks}}
        every = frozenset(gram for needs in numbers.values() for need in needs for gram in need)
        held = index.postings(connection, [block.id for block in blocks], every)
        for block in blocks:
            needs = numbers[block.key]
            parts = [[held.get((block.id, gram), ()) for gram in need] for need in needs]
            candidates = [block.first + place for place in common(parts) if self._in_time(block, place)]
            if candidates:
                yield Stream(block, candidates, block.last_at)

    def _numbers(self, connection: Connection, number: int) -> list[frozenset[int]]:
        """What is needed, under the data key of this number."""
        key = keyring.of(connection).key(connection, number).grams if number else b""
        return [frozenset(grams.number(gram, key) for gram in need) for need in self._wanted.needs]

    def _in_time(self, block: Block, place: int) -> bool:
        """Judged by the stretch: the entries at its ends are looked at. What was indexed after the block was asked for
        comes too late."""
        stretch = place // STRETCH
        if self._always or stretch >= len(block.times):
            return stretch < len(block.times)
        following = block.times[stretch + 1] if stretch + 1 < len(block.times) else 0
        return block.times[stretch] <= self._newest and (not following or following >= self._wanted.since)

    def _look_further(self) -> None:
        counts = self._counts()
        taken: dict[str, list[int]] = {}
        for stream, count in zip(self._streams, counts, strict=True):
            taken.setdefault(stream.block.channel, []).extend(stream.take(count))
        rows = self._record.read(lambda c: entries.several(c, taken))
        fitting = {(-row.at, row.channel, -row.seq): row for row in rows if self._fits(row)}
        said = {order: row for order, row in fitting.items() if self._holds(row.frame)}
        self._found |= said
        self._settle([row for order, row in fitting.items() if order not in said])  # it may have been edited since
        seen: dict[tuple[str, int], int] = {}
        for row in rows:
            place = row.channel, row.seq // BLOCK * BLOCK
            seen[place] = min(row.at, seen.get(place, row.at))
        for stream in self._streams:
            stream.seen = min(stream.seen, seen.get((stream.block.channel, stream.block.first), stream.seen))

    def _counts(self) -> list[int]:
        counts = newest_of_all(self._streams, self._together)
        self._together = min(2 * self._together, MOST_TOGETHER)
        self._looked_at += sum(counts)
        return counts

    def _settle(self, rows: Sequence[Row]) -> None:
        """How these stand now: found with what they say, or not any more."""
        if not rows:
            return
        by_channel: dict[str, list[Row]] = {}
        for row in sorted(rows, key=lambda row: row.seq):
            by_channel.setdefault(row.channel, []).append(row)
        self._make_ready({ids.room_of(channel) for channel in by_channel})
        stand = overlay.each_as_it_stands(self._store, {
            channel: [Logged(row.seq, row.epoch, row.op, row.frame) for row in some]
            for channel, some in by_channel.items()})
        for channel, some in by_channel.items():
            for row, logged in zip(some, stand[channel], strict=True):
                order = (-row.at, channel, -row.seq)
                self._found.pop(order, None)
                if not _recalled.decode(logged.frame).recalled and self._holds(logged.frame):
                    words = indexing.words_of(Entry.parse(logged.frame))
                    self._found[order] = row
                    self._standing[order] = Hit(
                        ids.room_of(channel), channel, row.at, logged, excerpt(words, self._wanted.terms))

    def _make_ready(self, rooms: set[str]) -> None:
        """How entries stand is known of rooms that are ready."""
        for room in recovery.closed(self._store, rooms - self._ready):
            recovery.make_ready(self._store, room)
        self._ready |= rooms

    def _fits(self, row: Row) -> bool:
        wanted, order = self._wanted, (-row.at, row.channel, -row.seq)
        return (wanted.since <= row.at <= wanted.until and (wanted.after is None or order > wanted.after)
                and row.seq <= wanted.ends.get(row.channel, row.seq)
                and row.user not in wanted.blocked and (not wanted.users or row.user in wanted.users)
                and (not wanted.type or indexing.type_of(row) == wanted.type))

    def _holds(self, frame: bytes) -> bool:
        """Whether it says all that is searched for."""
        folded = grams.fold(indexing.words_of(Entry.parse(frame)))
        return all(grams.stands_in(folded, term) for term in self._wanted.terms)


def _terms(query: Query) -> list[str]:
    if len(query.text) > grams.LONGEST_QUERY:
        raise Refused(Code.BAD_FRAME, f"q: at most {grams.LONGEST_QUERY} characters")
    terms = grams.terms(query.text)
    if len(terms) > grams.MOST_TERMS:
        raise Refused(Code.BAD_FRAME, f"q: at most {grams.MOST_TERMS} terms")
    useless = [term for term in terms if not grams.of(term)]
    if useless or not (terms or query.user or query.type not in ("", "text")):
        raise Refused(Code.BAD_FRAME, "q: two or more characters of Chinese, or a word")
    return terms


def _needs(terms: Sequence[str], users: frozenset[str], kind: str) -> list[frozenset[str]]:
    needs = [frozenset({gram}) for term in terms for gram in grams.of(term)]
    if users:
        needs.append(frozenset(map(indexing.by_author, users)))
    if kind not in ("", "text"):
        needs.append(frozenset({indexing.by_type(kind)}))
    return needs


def _parsed(after: str | None) -> Order | None:
    if after is None:
        return None
    at, _, rest = after.partition(".")
    channel, _, seq = rest.partition(".")
    if not (at.isdecimal() and seq.isdecimal() and len(after) <= 64 and (channel == "~" or ids.is_channel(channel))):
        raise Refused(Code.BAD_FRAME, "after: as the page before told it")
    return -int(at), channel, -int(seq)


def _written(order: Order) -> str:
    return f"{-order[0]}.{order[1]}.{-order[2]}"
