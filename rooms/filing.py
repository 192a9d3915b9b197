"""How batches of log entries become rows of the record, inside one transaction.

Three things can be wrong with an entry, and each is told apart:

- Its end of the log was lost: the record has opened a later epoch below it. It is not written, nor anything after it.
- The record holds another entry in its place. Both are kept: the record's where it is, the log's in an alarm.
- Entries before it are missing. They are gone; an alarm says which.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from rooms.events import Entry
from rooms.live.log import Raw
from rooms.media import TYPES, shown_by
from rooms.record import Connection, alarms, channels, entries, epochs, marks, media, mentions
from rooms.record.alarms import Alarm
from rooms.record.channels import Channel
from rooms.record.entries import Row
from rooms.record.epochs import Epoch
from rooms.record.marks import MARKING, Mark
from rooms.record.media import Use
from rooms.record.mentions import Mention

CONFLICT, HOLE, UNREADABLE = "archive_conflict", "archive_hole", "archive_unreadable"
LONGEST = {"client_id": 64, "word": 24, "id": 32}


class Filed(NamedTuple):
    """What became of one channel's batch: `rows` are new, `refused` are of a lost end of the log."""

    archived_seq: int
    rows: int
    refused: int
    alarms: Sequence[Alarm]


def file_all(connection: Connection, batches: Mapping[str, Sequence[Raw]], now: int) -> dict[str, Filed]:
    """Channels that the record does not know are left out."""
    locked = channels.locked_many(connection, list(batches))
    return {channel.id: _file(connection, channel, batches[channel.id], now) for channel in locked}


def ends(known: Sequence[Epoch]) -> dict[str, tuple[int, int]]:
    """epoch → (after, last): where its entries may lie. An epoch ends where any later one begins."""
    bounds: dict[str, tuple[int, int]] = {}
    end = 1 << 62
    for epoch in reversed(known):
        bounds[epoch.epoch] = (epoch.after_seq, end)
        end = min(end, epoch.after_seq)
    return bounds


def _file(connection: Connection, channel: Channel, batch: Sequence[Raw], now: int) -> Filed:
    good = _of_this_log(ends(epochs.of_channel(connection, channel.id)), batch)
    if not good:
        return Filed(channel.archived_seq, 0, len(batch), ())
    known = entries.between(connection, channel.id, good[0].seq, good[-1].seq)
    rows, sounded = [], _holes(channel, good, now)
    for raw in good:
        row, alarm = _row(channel.id, raw, now)
        held = known.get((raw.epoch, raw.seq))
        if held is None:
            rows.append(row)
            sounded += [alarm] if alarm else []
        elif not _same(held, row):
            sounded.append(_conflict(held, row, now))
    entries.add_many(connection, rows)
    marks.add_many(connection, [_mark(row) for row in rows if row.op in MARKING and row.of is not None])
    _show(connection, channel.id, rows)
    _name(connection, rows)
    alarms.sound(connection, sounded)
    last = good[-1]
    if last.seq > channel.archived_seq:
        channels.move(connection, channel.id, last.seq, last.ordinal)
    return Filed(max(last.seq, channel.archived_seq), len(rows), len(batch) - len(good), sounded)


def _of_this_log(bounds: Mapping[str, tuple[int, int]], batch: Sequence[Raw]) -> Sequence[Raw]:
    """The batch up to the first entry that the record's epochs do not allow."""
    for index, raw in enumerate(batch):
        after, last = bounds.get(raw.epoch, (0, 0))
        if not after < raw.seq <= last:
            return batch[:index]
    return batch


def _holes(channel: Channel, batch: Sequence[Raw], now: int) -> list[Alarm]:
    before, found = min(channel.archived_seq, batch[0].seq - 1), []
    if batch[0].seq > channel.archived_seq:
        before = channel.archived_seq
    for raw in batch:
        if raw.seq != before + 1:
            detail = f"entries {before + 1} to {raw.seq - 1} are neither in the log nor in the record"
            found.append(Alarm(now, HOLE, channel.id, raw.epoch, before + 1, detail, None))
        before = raw.seq
    return found


def _row(channel: str, raw: Raw, now: int) -> tuple[Row, Alarm | None]:
    """An entry that cannot be read is kept as it is, under the time of its archiving, and sounds an alarm."""
    try:
        entry = Entry.parse(raw.frame)
    except msgspec.DecodeError as error:
        alarm = Alarm(now, UNREADABLE, channel, raw.epoch, raw.seq, str(error), None)
        entry = Entry(op=raw.op, channel=channel, epoch=raw.epoch, seq=raw.seq, at=now)
        return _plain(channel, raw, entry), alarm
    return _plain(channel, raw, entry), None


def _plain(channel: str, raw: Raw, entry: Entry) -> Row:
    word, door = LONGEST["word"], entry.author.door if entry.author else ""
    return Row(channel, raw.seq, raw.epoch, entry.at, raw.op[:word], raw.author[:LONGEST["id"]], door[:word],
               entry.type[:word], entry.client_id[:LONGEST["client_id"]], raw.ordinal, entry.of, raw.frame)


def _mark(row: Row) -> Mark:
    return Mark(row.channel, row.seq, row.epoch, row.op, row.of or 0, b'"on":false' not in row.frame)


def _show(connection: Connection, channel: str, rows: Sequence[Row]) -> None:
    """Which messages show something uploaded, and which no longer do."""
    shown = [row for row in rows if row.type in TYPES and row.op == "message"]
    media.use(connection, [Use(each, channel, row.seq, row.at) for row in shown
                           for each in shown_by(Entry.parse(row.frame).body)])
    recalled = [row.of for row in rows if row.op == "recalled" and row.of]
    if recalled:
        media.let_go(connection, media.drop(connection, channel, recalled))


def _name(connection: Connection, rows: Sequence[Row]) -> None:
    """Who is named in them."""
    naming = [row for row in rows if row.op == "message" and b'"mentions":[' in row.frame]
    mentions.add_many(connection, [Mention(row.channel, row.seq, user, row.user) for row in naming
                                   for user in Entry.parse(row.frame).mentions])


def _same(held: Row, row: Row) -> bool:
    """Everything that an entry can never change."""
    return (held.op, held.user, held.ordinal, held.frame) == (row.op, row.user, row.ordinal, row.frame)


def _conflict(held: Row, row: Row, now: int) -> Alarm:
    detail = (f"the record has another entry here: op {held.op} of {held.user or 'nobody'} ordinal {held.ordinal};"
              f" the log had op {row.op} of {row.user or 'nobody'} ordinal {row.ordinal}, kept in this alarm")
    return Alarm(now, CONFLICT, row.channel, row.epoch, row.seq, detail, row.frame)
