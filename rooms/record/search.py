"""The search index: for each gram of each block of a channel's entries, the entries that have it.

A block is 65,536 numbers of one channel, so that an entry in it is named by two bytes. Blocks never hold entries of two
channels: whoever may not read a channel has no row here to look at, and what ends with a channel ends with its blocks.
"""

from __future__ import annotations

import sys
from array import array
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, delete, func, insert, select

from rooms.record import tables
from rooms.record.asking import locked, put

BLOCK, STRETCH = 1 << 16, 1 << 8
TOGETHER = 500
"""How many rows one statement asks for."""


class Block(NamedTuple):
    """Entries `first` … `first` + 65,535 of a channel, as far as they are indexed. `times` holds when each stretch of
    256 numbers began (ms), as far as they are indexed; 0 for a stretch that has none."""

    id: int
    channel: str
    first: int
    first_at: int
    last_at: int
    times: Sequence[int]
    key: int
    """The number of the data key that its grams are under; 0 for none."""


class Behind(NamedTuple):
    """A channel whose entries above `seq` are not indexed; the archive is at `archived`."""

    channel: str
    organization: str
    seq: int
    archived: int


Postings = Mapping[int, Collection[int]]
"""gram → seqs."""

_NOTHING: frozenset[int] = frozenset()
_PLACES, _BLOCKS, _GRAMS = tables.search_places, tables.search_blocks, tables.search_grams


def behind(connection: Connection, after: str, limit: int) -> list[Behind]:
    """Channels with entries that are not indexed, by id above `after`."""
    channels = tables.channels
    place = func.coalesce(_PLACES.c.seq, 0)
    query = (select(channels.c.id, channels.c.organization, place, channels.c.archived_seq)
             .outerjoin(_PLACES, _PLACES.c.channel == channels.c.id)
             .where(channels.c.archived_seq > place, channels.c.id > after).order_by(channels.c.id).limit(limit))
    return [Behind._make(row) for row in connection.execute(query)]


def lacking(connection: Connection, organization: str) -> int:
    """How many of its entries are not indexed yet."""
    channels = tables.channels
    missing = func.sum(channels.c.archived_seq - func.coalesce(_PLACES.c.seq, 0))
    query = (select(func.coalesce(missing, 0)).select_from(channels)
             .outerjoin(_PLACES, _PLACES.c.channel == channels.c.id).where(channels.c.organization == organization))
    return int(connection.scalar(query) or 0)


def one_behind(connection: Connection, channel: str) -> Behind | None:
    channels = tables.channels
    query = (select(channels.c.id, channels.c.organization, func.coalesce(_PLACES.c.seq, 0), channels.c.archived_seq)
             .outerjoin(_PLACES, _PLACES.c.channel == channels.c.id).where(channels.c.id == channel))
    row = connection.execute(query).one_or_none()
    return Behind._make(row) if row else None


def advance(connection: Connection, channel: str, before: int, after: int) -> bool:
    """Moves the index's place. False when somebody else has moved it since; then nothing may be written."""
    if locked(connection, _PLACES, {"channel": channel}, "seq") != before:
        return False
    put(connection, _PLACES, [{"channel": channel, "seq": after}])
    return True


def reach(connection: Connection, channel: str, times: Iterable[tuple[int, int]], key: int) -> None:
    """Makes the blocks of these entries, given as ascending (seq, at), and notes their times. For writes."""
    by_block: dict[int, list[tuple[int, int]]] = {}
    for seq, at in times:
        by_block.setdefault(seq // BLOCK, []).append((seq, at))
    known = {block.first // BLOCK: block for block in blocks(connection, [channel])}
    for number, entries in by_block.items():
        held = known.get(number)
        began = array("q", held.times if held else ())
        latest = held.last_at if held else 0
        for seq, at in entries:
            latest, stretch = max(latest, at), seq % BLOCK // STRETCH
            began.extend([0] * (stretch + 1 - len(began)))
            began[stretch] = began[stretch] or latest
        row = {"channel": channel, "number": number, "last_at": latest,
               "first_at": held.first_at if held else entries[0][1], "times": _encoded(began), "key": key}
        if held:
            connection.execute(_BLOCKS.update().where(_BLOCKS.c.id == held.id).values(row))
        else:
            connection.execute(insert(_BLOCKS), row)


def blocks(connection: Connection, channels: Sequence[str]) -> list[Block]:
    """Of these channels, the newest first."""
    query = select(_BLOCKS.c.id, _BLOCKS.c.channel, _BLOCKS.c.number, _BLOCKS.c.first_at, _BLOCKS.c.last_at,
                   _BLOCKS.c.times, _BLOCKS.c.key).where(_BLOCKS.c.channel.in_(channels))
    found = [Block(id_, channel, number * BLOCK, first_at, last_at, _decoded(times), key)
             for id_, channel, number, first_at, last_at, times, key in connection.execute(query)]
    return sorted(found, key=lambda block: (-block.last_at, block.channel, -block.first))


def change(connection: Connection, channel: str, added: Postings, removed: Postings) -> None:
    """Adds and removes entries under grams. The blocks of what is added are there. For writes."""
    ids = {block.first // BLOCK: block.id for block in blocks(connection, [channel])}
    plus, minus = _by_block(added), _by_block(removed)
    for number, id_ in ids.items():
        more, less = plus.get(number, {}), minus.get(number, {})
        if more or less:
            _change(connection, id_, more, less)


def _change(connection: Connection, block: int, more: Mapping[int, set[int]], less: Mapping[int, set[int]]) -> None:
    grams = sorted(more.keys() | less.keys())
    for start in range(0, len(grams), TOGETHER):
        part = grams[start:start + TOGETHER]
        held = {gram: seqs for (_, gram), seqs in _held(connection, [block], part).items()}
        written, empty = [], []
        for gram in part:
            now = _changed(held.get(gram, b""), more.get(gram, _NOTHING), less.get(gram, _NOTHING))
            if now:
                written.append((block, gram, now))
            elif gram in held:
                empty.append(gram)
        _write(connection, written)
        if empty:
            connection.execute(delete(_GRAMS).where(_GRAMS.c.block == block, _GRAMS.c.gram.in_(empty)))


def _changed(held: bytes, more: frozenset[int] | set[int], less: frozenset[int] | set[int]) -> bytes:
    """Mostly what is new comes after what is held: then nothing of that is looked at."""
    if more and not less and (not held or int.from_bytes(held[-2:], "little") < min(more)):
        return held + _packed(more)
    return _packed((set(_unpacked(held)) - less) | more)


def postings(connection: Connection, within: Sequence[int],
             grams: Collection[int]) -> dict[tuple[int, int], array[int]]:
    """(block, gram) → where in the block, ascending."""
    return {place: _unpacked(seqs) for place, seqs in _held(connection, within, grams).items()}


def _held(connection: Connection, within: Sequence[int], grams: Collection[int]) -> dict[tuple[int, int], bytes]:
    found: dict[tuple[int, int], bytes] = {}
    wanted = ",".join(map(str, grams))
    for start in range(0, len(within) if wanted else 0, TOGETHER):
        part = ",".join(map(str, within[start:start + TOGETHER]))
        rows = connection.exec_driver_sql(  # numbers only, and too many of them for the expression language
            f"SELECT block, gram, seqs FROM {_GRAMS.name} WHERE block IN ({part}) AND gram IN ({wanted})")  # noqa: S608
        found |= {(block, gram): seqs for block, gram, seqs in rows.all()}
    return found


def drop_below(connection: Connection, channel: str, seq: int) -> int:
    """Forgets the blocks that lie wholly below `seq`; returns how many. For writes."""
    query = select(_BLOCKS.c.id).where(_BLOCKS.c.channel == channel, _BLOCKS.c.number < seq // BLOCK)
    gone = list(connection.scalars(query))
    for start in range(0, len(gone), TOGETHER):
        part = gone[start:start + TOGETHER]
        connection.execute(delete(_GRAMS).where(_GRAMS.c.block.in_(part)))
        connection.execute(delete(_BLOCKS).where(_BLOCKS.c.id.in_(part)))
    return len(gone)


def cut(connection: Connection, channel: str, seq: int, after: int, limit: int) -> int:
    """Forgets the entries below `seq` in the block of `seq`, gram by gram above gram `after`, `limit` grams at a time;
    returns where to go on, or -1 when that was all. For writes."""
    query = select(_BLOCKS.c.id).where(_BLOCKS.c.channel == channel, _BLOCKS.c.number == seq // BLOCK)
    block = connection.scalars(query).one_or_none()
    if block is None or seq % BLOCK == 0:
        return -1
    part = list(connection.execute(select(_GRAMS.c.gram, _GRAMS.c.seqs).where(
        _GRAMS.c.block == block, _GRAMS.c.gram > after).order_by(_GRAMS.c.gram).limit(limit)))
    left = {gram: [place for place in _unpacked(seqs) if place >= seq % BLOCK] for gram, seqs in part}
    shorter = [gram for gram, seqs in part if 2 * len(left[gram]) < len(seqs)]
    _write(connection, [(block, gram, _packed(left[gram])) for gram in shorter if left[gram]])
    empty = [gram for gram in shorter if not left[gram]]
    if empty:
        connection.execute(delete(_GRAMS).where(_GRAMS.c.block == block, _GRAMS.c.gram.in_(empty)))
    return part[-1].gram if len(part) == limit else -1


def start_over(connection: Connection, channel: str) -> None:
    """Forgets everything about the channel, to be indexed again from its first entry. For writes."""
    drop_below(connection, channel, 1 << 60)
    connection.execute(delete(_PLACES).where(_PLACES.c.channel == channel))


def _write(connection: Connection, rows: Sequence[tuple[int, int, bytes]]) -> None:
    """Rows take the place of those with their keys."""
    if rows:
        places = "?, ?, ?" if connection.dialect.name == "sqlite" else "%s, %s, %s"
        connection.exec_driver_sql(
            f"REPLACE INTO {_GRAMS.name} (block, gram, seqs) VALUES ({places})", list(rows))  # noqa: S608


def _by_block(postings: Postings) -> dict[int, dict[int, set[int]]]:
    """block's number → gram → where in the block."""
    found: defaultdict[int, dict[int, set[int]]] = defaultdict(dict)
    for gram, seqs in postings.items():
        for seq in seqs:
            found[seq // BLOCK].setdefault(gram, set()).add(seq % BLOCK)
    return found


def _packed(seqs: Iterable[int]) -> bytes:
    return _little(array("H", sorted(seqs))).tobytes()


def _unpacked(data: bytes) -> array[int]:
    return _little(array("H", data))


def _encoded(times: array[int]) -> bytes:
    return _little(array("q", times)).tobytes()


def _decoded(data: bytes) -> array[int]:
    return _little(array("q", data))


def _little(numbers: array[int]) -> array[int]:
    """The record is little-endian on every machine."""
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
