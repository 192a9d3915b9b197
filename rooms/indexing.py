"""Filling the search index behind the archive, from a place of its own in each channel.

An entry is found by the grams of its words, by its author and by its type. What was recalled or edited leaves the
index, and what it was edited to enters. The place and the grams move in one transaction, so a run that dies has done
nothing, and two that run at once do not count anything twice.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from rooms import grams
from rooms.errors import Misconfigured
from rooms.events import Entry
from rooms.record import Connection, entries, keyring, search
from rooms.record.entries import Row
from rooms.record.keyring import PLAIN, ErasedError, Key
from rooms.record.search import Behind
from rooms.store import Store

log = logging.getLogger(__name__)

CHANNELS, ROWS = 200, 1_000
"""How many channels are looked for at a time, and how many entries go into one transaction."""

EDITED_WITHIN_MS, EDITS_SCANNED = 600_000, 20_000
"""How long after an entry its edits are looked for, and in how many entries at most."""

ANNOUNCEMENT = "announcement"
"""The type by which announcements are found."""

_WORDS = {"text": ("text",), "file": ("name",), "location": ("name", "address"), "link": ("title", "description")}


class _Changes(NamedTuple):
    added: Mapping[int, Sequence[int]]
    removed: Mapping[int, Sequence[int]]


class _Step(NamedTuple):
    """`key` is the number of the data key that the grams are under, `stale` whether there are some under another."""

    rows: Sequence[Row]
    changes: _Changes
    key: int
    stale: bool


def index(store: Store, until: int | None = None) -> int:
    """Indexes what was archived since; returns how many entries. Begins nothing after `until` (ms); without it, stops
    when nothing is left. Safe to run in several processes at once. Raises Refused(UNAVAILABLE)."""
    done, last = 0, ""
    while behind := store.record.read(lambda c, last=last: search.behind(c, last, CHANNELS)):  # type: ignore[misc]
        for place in behind:
            done += _catch_up(store, place, until)
            if until is not None and store.clock.now() >= until:
                return done
        last = behind[-1].channel
    return done


def forget(connection: Connection, channel: str, seqs: Iterable[int]) -> None:
    """Takes entries out of the index, before their words are taken out of the record. For writes."""
    place = search.one_behind(connection, channel)
    for seq in sorted(seqs):
        if place is not None and seq <= place.seq:
            held = {seq: _held_of(connection, channel, seq, place.archived)}
            search.change(connection, channel, {}, _by_gram(held, _key(connection, place)))


def words_of(entry: Entry) -> str:
    """What people search an entry for; empty where there is nothing to read."""
    if entry.op == "announced":
        return entry.text
    body: dict[str, Any] = entry.body or {}
    names = _WORDS.get(entry.type, ()) if entry.type else ("text",)
    return "\n".join(str(body[name]) for name in names if body.get(name))


def type_of(row: Row) -> str:
    return ANNOUNCEMENT if row.op == "announced" else row.type


def by_author(user: str) -> str:
    return f"@{user}"


def by_type(kind: str) -> str:
    return f"#{kind}"


def _catch_up(store: Store, place: Behind | None, until: int | None) -> int:
    """One channel to its end. One that cannot be read (its key was erased, or is not here) holds up no other."""
    done = 0
    try:
        while place is not None and place.seq < place.archived:
            done += _step(store, place)
            if until is not None and store.clock.now() >= until:
                break
            place = store.record.read(lambda c, name=place.channel: search.one_behind(c, name))  # type: ignore[misc]
    except (ErasedError, Misconfigured) as error:
        log.warning("not indexed: channel=%s: %s", place.channel if place else "", error)
    return done


def _step(store: Store, place: Behind) -> int:
    """One transaction's worth of one channel."""
    step = store.record.read(lambda c: _look(c, place))
    rows = step.rows
    reached = rows[-1].seq if len(rows) == ROWS else place.archived

    def act(connection: Connection) -> int:
        if step.stale:
            search.start_over(connection, place.channel)
            return 0
        if not search.advance(connection, place.channel, place.seq, reached):
            return 0
        search.reach(connection, place.channel, [(row.seq, row.at) for row in rows], step.key)
        search.change(connection, place.channel, *step.changes)
        return len(rows)

    return store.record.write(act)


def _look(connection: Connection, place: Behind) -> _Step:
    key = _key(connection, place)
    number = key.number if key else PLAIN
    if any(block.key != number for block in search.blocks(connection, [place.channel])):
        return _Step((), _Changes({}, {}), number, stale=True)
    rows = entries.above(connection, place.channel, place.seq, place.archived, ROWS)
    added: dict[int, set[str]] = {}
    removed: dict[int, set[str]] = {}
    for row in rows:
        if row.op in ("message", "announced"):
            added[row.seq] = _grams(row)
        elif row.op in ("recalled", "edited") and row.of:
            old = added.pop(row.of, None) or _held_of(connection, place.channel, row.of, row.seq - 1)
            removed[row.of] = removed.get(row.of, set()) | old
            if row.op == "edited":
                added[row.of] = _labels(old) | grams.of(_words(row))
    return _Step(rows, _Changes(_by_gram(added, key), _by_gram(removed, key)), number, stale=False)


def _key(connection: Connection, place: Behind) -> Key | None:
    return keyring.of(connection).current(connection, place.organization)


def _held_of(connection: Connection, channel: str, seq: int, until: int) -> set[str]:
    """Every gram under which an entry may have been put up to `until`, the words of its edits among them."""
    row = entries.one(connection, channel, seq)
    if row is None:
        return set()
    found, last = _grams(row), min(until, seq + EDITS_SCANNED)
    while seq < last:
        page = entries.above(connection, channel, seq, last, entries.SCAN)
        for edit in page:
            if edit.op == "edited" and edit.of == row.seq:
                found |= grams.of(_words(edit))
        if not page or page[-1].at > row.at + EDITED_WITHIN_MS:
            break
        seq = page[-1].seq
    return found


def _grams(row: Row) -> set[str]:
    """Text is what most is, so that it has no label of its own; nor has an entry without an author."""
    labels = {by_author(row.user)} if row.user else set()
    if type_of(row) != "text":
        labels.add(by_type(type_of(row)))
    return labels | grams.of(_words(row))


def _labels(held: set[str]) -> set[str]:
    return {gram for gram in held if gram[0] in "@#"}


def _words(row: Row) -> str:
    try:
        return words_of(Entry.parse(row.frame))
    except msgspec.DecodeError:
        log.warning("not indexed, because it cannot be read: channel=%s seq=%d", row.channel, row.seq)
        return ""


def _by_gram(by_seq: Mapping[int, set[str]], key: Key | None) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    for seq, some in by_seq.items():
        for gram in some:
            found[grams.number(gram, key.grams if key else b"")].append(seq)
    return found
