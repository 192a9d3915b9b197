"""The log goes to the record: copied in bulk, in order, exactly once.

One transaction holds the channels' rows, checks each batch against the epochs that the record knows, inserts, and moves
the cursors; only then is the log trimmed. What the record already holds is compared, not trusted: a difference is
an alarm that keeps both versions (see `filing`), and the cursor goes on, because a channel that stands still would fill
Redis and lose more.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from typing import NamedTuple

from prometheus_client import Counter

from rooms import filing
from rooms.filing import Filed
from rooms.live import keys, log
from rooms.live.log import Raw
from rooms.live.scripts import TRIM
from rooms.record import channels, keyring
from rooms.store import Store

CHANNELS, ROWS = 200, 5_000
"""How much is copied at a time: channels that are looked at, and entries in one transaction."""

FRESH_MS = 3_000
"""A channel that has entries younger than this is looked at again, because a hint may have been throttled."""

KEPT, KEPT_MS, KEPT_AT_MOST = 1_000, 3_600_000, 50_000
"""What of the archived stays in Redis: the newest entries of a channel, and all of the last hour up to a limit."""

journal = logging.getLogger(__name__)
archived_rows = Counter("teahouse_archive_rows_total", "Entries copied from the log to the record")
alarms = Counter("teahouse_archive_alarms_total", "Entries that did not fit what the record holds", ["kind"])


class Archived(NamedTuple):
    rows: int
    channels: int


def archive(store: Store, until: int | None = None) -> Archived:
    """Copies what the hinted channels have. Begins no further round after `until` (ms); without it, stops when no
    channel has more. Safe to run in several processes at once. Raises Refused(UNAVAILABLE); nothing is lost then."""
    rows, seen, again = 0, set[str](), set[str]()
    try:
        while wanted := store.live.hinted("archive", CHANNELS):
            seen.update(wanted)
            again.update(wanted)
            rows += _drain(store, wanted)
            again -= set(wanted) - _fresh(store, wanted)
            if until is not None and store.clock.now() >= until:
                break
    finally:
        _hint(store, sorted(again))
    return Archived(rows, len(seen))


def archive_channel(store: Store, channel: str) -> int:
    """Everything that one channel has; returns how many entries were copied."""
    return _drain(store, [channel])


def _drain(store: Store, wanted: Sequence[str]) -> int:
    rows = 0
    while wanted:
        copied, wanted = _round(store, wanted)
        rows += copied
    return rows


def _round(store: Store, wanted: Sequence[str]) -> tuple[int, list[str]]:
    """One transaction's worth; returns how many rows, and the channels that may have more."""
    cursors = store.record.read(lambda c: channels.archived(c, wanted))
    batches, more = _take(store, cursors)
    if not batches:
        return 0, []
    _have_keys(store, list(batches))
    filed = store.record.write(lambda c: filing.file_all(c, batches, store.clock.now()))
    for channel, result in filed.items():
        _report(channel, result)
    _trim(store, {channel: result.archived_seq for channel, result in filed.items()})
    stuck = {channel for channel, result in filed.items() if result.refused}
    return sum(result.rows for result in filed.values()), [channel for channel in more if channel not in stuck]


def _have_keys(store: Store, wanted: Sequence[str]) -> None:
    """Before anything is sealed, the keys that seal it are in the record."""
    if store.record.keyring.seals and store.record.read(lambda c: keyring.missing(c, wanted)):
        store.record.write(lambda c: store.record.keyring.prepare(c, wanted))


def _take(store: Store, cursors: dict[str, int]) -> tuple[dict[str, list[Raw]], list[str]]:
    """Up to ROWS entries in all; and the channels that were not read to their end."""
    batches: dict[str, list[Raw]] = {}
    room, more = ROWS, []
    for channel, cursor in cursors.items():
        batch = log.read(store.live, channel, cursor, room) if room else []
        if batch:
            batches[channel] = batch
        room -= len(batch)
        if not room:
            more.append(channel)
    return batches, more


def _report(channel: str, result: Filed) -> None:
    archived_rows.inc(result.rows)
    for alarm in result.alarms:
        alarms.labels(alarm.kind).inc()
        journal.error("archive alarm kind=%s channel=%s epoch=%s seq=%s: %s", alarm.kind, channel, alarm.epoch,
                      alarm.seq, alarm.detail)
    if result.refused:
        alarms.labels("forked").inc(result.refused)
        journal.warning("archive of %s: %d entries are of an end of the log that was lost", channel, result.refused)


def _trim(store: Store, cursors: dict[str, int]) -> None:
    """Only below what is committed. A room that is not ready is left alone; it learns the cursor when rebuilt."""
    calls = []
    for channel, seq in cursors.items():
        name = keys.of_channel(store.live.prefix, channel)
        arguments = [str(seq), str(KEPT), str(KEPT_MS), str(KEPT_AT_MOST)]
        calls.append((TRIM, [name.room.gate, name.head, name.log], arguments))
    store.live.calls(calls)


def _fresh(store: Store, wanted: Sequence[str]) -> set[str]:
    since = store.clock.now() - FRESH_MS
    return set(store.record.read(lambda c: channels.with_entries_since(c, wanted, since)))


def _hint(store: Store, again: Sequence[str]) -> None:
    """Past the throttle of `live.hint`: these hints were just taken away."""
    key = store.live.name("hint", "archive")
    for start in range(0, len(again), CHANNELS):
        words = [word for channel in again[start:start + CHANNELS] for word in (str(int(time.time() * 1000)), channel)]
        store.live.tell("ZADD", key, *words, key=key)
