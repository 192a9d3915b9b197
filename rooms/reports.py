"""Reporting a message to those who keep order: one report for each person and message."""

from __future__ import annotations

from rooms import ids, members, messages, overlay
from rooms.errors import Code, Refused
from rooms.events import Entry, Person
from rooms.record import reports as rows
from rooms.record.reports import OPEN, Report
from rooms.store import Store

LONGEST_REASON = 200
PER_MINUTE = 10


def report(store: Store, person: Person, channel: str, seq: int, reason: str = "", epoch: str = "") -> bool:
    """Asks for a review of a message that the person may read; with `epoch`, of the one that had its number then.
    False when they have done so already.

    Raises Refused: not_found, not_member, bad_frame (one's own), too_long, rate_limited.
    """
    reason = reason.strip()
    if len(reason) > LONGEST_REASON or "\0" in reason:
        raise Refused(Code.TOO_LONG, f"a reason has at most {LONGEST_REASON} characters")
    if not ids.is_channel(channel) or not 1 <= seq < 1 << 53:
        raise Refused(Code.NOT_FOUND)
    page = messages.history(store, person, channel, after_seq=seq - 1, limit=1).entries
    entry = Entry.parse(page[0].frame) if page and page[0].seq == seq else None
    if entry is None or entry.op != "message" or entry.author is None or (epoch and entry.epoch != epoch):
        raise Refused(Code.NOT_FOUND, "no such message")
    if overlay.recalled_between(store, channel, seq, seq):
        raise Refused(Code.NOT_FOUND, "it was taken back")
    if entry.author.id == person.id:
        raise Refused(Code.BAD_FRAME, "your own words can be taken back")
    members.count_try(store, "report", person.id, PER_MINUTE)
    row = Report(channel, seq, person.id, person.organization, ids.room_of(channel), entry.epoch, entry.author.id,
                 reason, OPEN, store.clock.now())
    return store.record.write(lambda c: rows.add(c, row))


def latest(store: Store, person: Person, channel: str) -> int | None:
    """The newest message of somebody else that the person may read, for who reports without a number."""
    for logged in reversed(messages.history(store, person, channel, limit=50).entries):
        entry = Entry.parse(logged.frame)
        author = entry.author.id if entry.author else person.id
        if entry.op == "message" and author != person.id and entry.body is not None:
            return entry.seq
    return None
