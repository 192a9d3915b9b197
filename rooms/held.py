"""Messages that wait for a review before they are in the log.

The gate has let the message come this far: its author was there and free to speak. It is a row of the record before
its author hears `held`. Whoever lets it through marks that first, then it gets its number like any other message, under
its author's name and its client_id; a process that dies in between leaves the mark, and a sweep goes on from there.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec

from rooms import gate, ids, media, mentions, notices
from rooms.drafts import Draft, check, written
from rooms.errors import Code, Refused
from rooms.events import Door, Person
from rooms.live import keys
from rooms.live.scripts import RELEASE
from rooms.notices import Kind
from rooms.record import Connection, channels, rooms
from rooms.record import held as rows
from rooms.record import notices as notice_rows
from rooms.record.held import PASSING, PUBLISHED, WAITING, HeldRow
from rooms.store import Store

log = logging.getLogger(__name__)

WORDS, SAFETY = "words", "safety"
OPEN = "open"
MOST_OF_ONE = 20
"""Messages of one person that may wait in one channel."""
LEFT_BEHIND_MS = 5_000
"""A message that is on its way for longer has lost the process that was to bring it there."""
TOGETHER = 100

__all__ = ["SAFETY", "WORDS", "Held", "HeldRow", "Published", "finish", "forget", "keep", "let_through", "reject"]


Also = Callable[[Connection], object]


class Held(NamedTuple):
    """It waits for a review: no number yet."""

    channel: str
    client_id: str


class Published(NamedTuple):
    """It was let through, and has its number."""

    channel: str
    client_id: str
    epoch: str
    seq: int
    at: int
    repeated: bool


def keep(store: Store, person: Person, channel: str, draft: Draft, cause: str, list_id: str = "") -> Held | HeldRow:
    """Writes it down. The same message again is what became of it: the row, once it was decided.

    Raises Refused(rate_limited) where too much of the same person waits here.
    """
    row = HeldRow(ids.new("h"), person.organization, ids.room_of(channel), channel, person.id, person.name,
                  person.door.value, draft.client_id, draft.type, msgspec.json.encode(draft.body).decode(),
                  draft.reply_to, cause, list_id, WAITING, store.clock.now(),
                  forwarded=msgspec.json.encode(draft.forwarded).decode() if draft.forwarded else None)

    def act(connection: Connection) -> HeldRow:
        kept = rows.add(connection, row)
        if kept.id == row.id and rows.count_waiting(connection, channel, person.id) > MOST_OF_ONE:
            raise Refused(Code.RATE_LIMITED, "too many of your messages wait for a review", 60_000)
        return kept

    store.record.prepare(person.organization)
    kept = store.record.write(act)
    if kept.state in (WAITING, PASSING):
        return Held(channel, draft.client_id)
    return kept


def let_through(store: Store, row: HeldRow, by: str, also: Also | None = None) -> Published | None:
    """It gets its number. None when somebody else decided meanwhile. `also`: what becomes true with the decision.

    Raises Refused: closed (the room or channel takes no messages now; it waits on), unavailable.
    """
    now = store.clock.now()

    def act(connection: Connection) -> bool:
        _check_open(connection, row)
        return _decide(connection, rows.move(connection, row.id, WAITING, PASSING, decided_at=now, by=by), also)

    if not store.record.write(act):
        return None
    try:
        return _pass_on(store, row)
    except Refused as refused:
        _put_back(store, row, refused)
        raise


def reject(store: Store, row: HeldRow, by: str, reason: str, also: Also | None = None) -> bool:
    """It is never said, and its author hears so; its words are forgotten at once. False when somebody else decided
    meanwhile. `also`: what becomes true with the decision."""
    now = store.clock.now()

    def act(connection: Connection) -> bool:
        if not _decide(connection, rows.reject(connection, row, by, reason, now), also):
            return False
        notice_rows.add_many(connection, [_notice(row, Kind.REJECTED, now, {"reason": reason})])
        return True

    if not store.record.write(act):
        return False
    notices.nudge(store, [row.user])
    feed = keys.of_channel(store.live.prefix, row.channel).feed
    told = {"op": "rejected", "user": row.user, "client_id": row.client_id, "reason": reason}
    store.live.tell("SPUBLISH", feed, b"P" + msgspec.json.encode(told), key=feed)
    return True


def finish(store: Store) -> int:
    """Brings to the log what was left on its way; returns how many."""
    before = store.clock.now() - LEFT_BEHIND_MS
    found = store.record.read(lambda c: rows.in_state(c, PASSING, before, TOGETHER))
    return sum(_try(store, row) for row in found)


def forget(store: Store) -> int:
    """Of what was decided while a version ran that kept it longer, what was said and under which name; that it was,
    and by whom it was decided, stays. Returns how many."""
    return store.record.write(lambda c: rows.forget(c, TOGETHER * 10))


def draft_of(row: HeldRow) -> Draft:
    return Draft(row.type, msgspec.json.decode(row.body, type=dict[str, Any]), row.client_id, row.reply_to,
                 forwarded=msgspec.json.decode(row.forwarded) if row.forwarded else None)


def _check_open(connection: Connection, row: HeldRow) -> None:
    """The gate asks as well; who asked here first has not decided anything where it is closed."""
    room, channel = rooms.one(connection, row.room), channels.one(connection, row.channel)
    if room is None or channel is None or room.state != OPEN or channel.state != OPEN:
        raise Refused(Code.CLOSED)


def _decide(connection: Connection, decided: bool, also: Also | None) -> bool:
    if decided and also is not None:
        also(connection)
    return decided


def _try(store: Store, row: HeldRow) -> bool:
    try:
        _pass_on(store, row)
    except Refused as refused:
        _put_back(store, row, refused)
        log.warning("a message that was let through is still to come id=%s: %s", row.id, refused.message)
        return False
    return True


def _put_back(store: Store, row: HeldRow, refused: Refused) -> None:
    """Where nobody may speak now, it waits on, and is not tried again and again before the others."""
    if refused.code in (Code.CLOSED, Code.NOT_FOUND):
        store.record.write(lambda c: rows.move(c, row.id, PASSING, WAITING, decided_at=None, by=""))


def _pass_on(store: Store, row: HeldRow) -> Published:
    """Safe to repeat: the gate knows the client_id."""
    draft, now = draft_of(row), store.clock.now()
    person = Person(row.user, row.organization, row.name, Door(row.door))
    if not draft.forwarded and mentions.calls(draft.body.get("text")):
        draft = draft._replace(named=tuple(mentions.named(store, person, row.channel, draft.body["text"])))
    store.sealing.read(row.organization)
    body = store.sealing.closed(person, row.channel, check(draft))
    name = keys.of_channel(store.live.prefix, row.channel)
    before = f'{{"op":"message","channel":"{row.channel}"'
    arguments: list[str | bytes] = [
        row.organization, row.user, row.client_id, before, written(person, draft, body),
        " ".join(draft.named)]
    names = [name.room.gate, name.head, name.log, name.reads, *name.seen, name.feed, name.dirty, name.places,
             name.mentioned]
    epoch, seq, at, repeated, followers = gate.ask(store, row.room, RELEASE, names, arguments)
    if draft.type in media.TYPES:
        media.said(store, row.channel, int(seq), draft)

    def act(connection: Connection) -> None:
        if rows.move(connection, row.id, PASSING, PUBLISHED, seq=int(seq), body=rows.NOTHING, name="") and (
                person.door is Door.WECHAT):
            notice_rows.add_many(connection, [_notice(row, Kind.PUBLISHED, now, {})])

    store.record.write(act)
    store.live.hint("archive", row.channel)
    if int(followers) > 0:
        store.live.hint("due", row.channel)
    notices.nudge(store, [row.user])
    return Published(row.channel, row.client_id, epoch.decode(), int(seq), int(at), bool(repeated))


def _notice(row: HeldRow, kind: Kind, now: int, facts: dict[str, Any]) -> notice_rows.Notice:
    return notices.made(row.organization, row.user, kind, now, row.room, row.channel, facts, source=row.id)
