"""Who said an entry, and when."""

from __future__ import annotations

from typing import NamedTuple

from rooms import ids
from rooms.errors import Code, Refused
from rooms.events import COUNTED, Entry
from rooms.live import log
from rooms.record import entries
from rooms.store import Store


class Said(NamedTuple):
    """Empty and 0 where the record does not know it (yet)."""

    by: str
    at: int


def recorded(store: Store, channel: str, seq: int) -> Said:
    """From the record, as the log may no longer know. Raises Refused(not_found) for what is no number."""
    if not ids.is_channel(channel) or not 1 <= seq < 1 << 53:
        raise Refused(Code.NOT_FOUND)
    row = store.record.read(lambda c: entries.one(c, channel, seq))
    return Said(row.user, row.at) if row else Said("", 0)


def is_in_the_log(store: Store, channel: str, seq: int) -> bool:
    """Whether the log has something there that was said."""
    return any(logged.op in COUNTED for logged in log.between(store.live, channel, seq, seq))


def in_the_log(store: Store, channel: str, seq: int) -> str:
    """The author of what is not in the record yet; empty where it is no message."""
    found = log.between(store.live, channel, seq, seq)
    entry = Entry.parse(found[0].frame) if found and found[0].op == "message" else None
    return entry.author.id if entry is not None and entry.author is not None else ""
