"""Saying something, and reading what was said."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

import msgspec

from rooms import (
    blocks,
    gate,
    held,
    ids,
    media,
    mentions,
    outside,
    overlay,
    posts,
    recovery,
    repeats,
    shares,
    tracing,
    words,
)
from rooms.drafts import Draft, check, written
from rooms.errors import Code, Refused
from rooms.events import Door, Logged, Person
from rooms.held import Held
from rooms.judging import LETTERS, Verdict
from rooms.live import keys, log
from rooms.live.scripts import POST
from rooms.permissions import RANK, Right, Role, allows
from rooms.record import Connection, entries
from rooms.store import Store

LONGEST_PAGE = 200
HELD_FOR_SAFETY = "hh--"
MILDER = frozenset("-m")
BY_THE_RECORD = frozenset({LETTERS["hold"], LETTERS["mute"]})
ENDLESS = 1 << 53

__all__ = ["Draft", "Held", "Page", "Said", "after", "history", "post", "post_soon"]


class Said(NamedTuple):
    """The entry has its number and is in the log. `repeated`: it had it already, this was the same client_id again."""

    channel: str
    client_id: str
    epoch: str
    seq: int
    at: int
    repeated: bool


Then = Callable[["Said | Held | Refused"], None]


class Page(NamedTuple):
    entries: list[Logged]
    more: bool


def post(store: Store, person: Person, channel: str, draft: Draft, role: str = "") -> Said | Held:
    """Says it, or writes it down for a review.

    `role` is given to staff, who need no seat. Raises Refused: not_found, not_member, not_entered, closed, banned,
    forbidden, muted, muted_all, slow_mode, rate_limited, duplicate, too_long, blocked_words, bad_frame, unavailable.
    """
    with tracing.step("post", channel=channel, type=draft.type):
        try:
            outcome = _post_any(store, person, channel, draft, role)
        except Refused as refused:
            posts.count(refused)
            raise
        posts.count(outcome)
        return outcome


def _post_any(store: Store, person: Person, channel: str, draft: Draft, role: str) -> Said | Held:
    if is_quick(draft.type, draft.body):
        return _post(store, person, channel, draft, role)
    if draft.type in media.TYPES:
        draft = media.attach(store, person, channel, draft)
        said = _post(store, person, channel, draft, role)
        if isinstance(said, Said):
            media.said(store, channel, said.seq, draft)
        return said
    check(draft)
    if ids.is_channel(channel) and not draft.forwarded:
        draft = draft._replace(named=tuple(mentions.named(store, person, channel, draft.body["text"], role)))
    return _post(store, person, channel, draft, role)


def is_quick(type_: str, body: Mapping[str, Any]) -> bool:
    """Whether nothing has to be looked up in the record before it can be said: only then `post_soon` takes it."""
    return type_ not in media.TYPES and not mentions.calls(body.get("text"))


def _post(store: Store, person: Person, channel: str, draft: Draft, role: str) -> Said | Held:
    store.shelf.read(store, person.organization)
    ticket = _ticket(store, person, channel, draft, role)
    answer = gate.ask(store, ids.room_of(channel), POST, ticket.names, ticket.arguments)
    if not answer:
        store.compared.add(channel)
        return _post(store, person, channel, draft, role)
    outcome = _outcome(store, ticket, answer) or _by_the_record(store, ticket, answer)
    if isinstance(outcome, Refused):
        raise outcome
    return outcome


def post_soon(store: Store, person: Person, channel: str, draft: Draft, then: Then) -> None:
    """Says what is quick without waiting. `then` runs in the pipeline's thread of control and must not wait. The
    organization's first message in this process waits for its lists of words, and what comes meanwhile behind it."""
    assert is_quick(draft.type, draft.body)
    if tracing.tell is not None:
        trace = tracing.of_message(person.id, draft.client_id)
        then = tracing.until("post", trace, then, inside=True, channel=channel, type=draft.type)

    def counted(outcome: Said | Held | Refused) -> None:
        posts.count(outcome)
        then(outcome)

    if store.shelf.ready(person.organization):
        _post_soon(store, person, channel, draft, counted)
        return

    def go_on(refused: Refused | None) -> None:
        if refused is None:
            _post_soon(store, person, channel, draft, counted)
        else:
            counted(refused)

    store.shelf.read_soon(store, person.organization, go_on)


def _post_soon(store: Store, person: Person, channel: str, draft: Draft, then: Then) -> None:
    try:
        ticket = _ticket(store, person, channel, draft, "")
    except Refused as refused:
        then(refused)
        return

    def settle(answer: gate.Answer | Refused) -> None:
        if isinstance(answer, Refused):
            then(answer)
        elif answer:
            outcome = _outcome(store, ticket, answer)
            if outcome is not None:
                then(outcome)
            elif not store.aside.do(partial(_by_the_record_soon, store, ticket, answer, then)):
                then(Refused(Code.UNAVAILABLE, "too much waits to be written down", 1_000))
        else:
            store.compared.add(channel)
            _post_soon(store, person, channel, draft, then)

    gate.ask_soon(store, ids.room_of(channel), POST, ticket.names, ticket.arguments, settle)


def _by_the_record_soon(store: Store, ticket: _Ticket, answer: gate.Answer, then: Then) -> None:
    with tracing.about(tracing.of_message(ticket.person.id, ticket.draft.client_id)):
        try:
            outcome = _by_the_record(store, ticket, answer)
        except Exception:
            then(Refused(Code.UNAVAILABLE, "the server made a mistake", 1_000))
            raise
        then(outcome)


def after(store: Store, channel: str, seq: int, limit: int, until: int | None = None) -> list[Logged]:
    """Entries above `seq` as they stand now, ascending, at most `limit`, none above `until`, for who is in."""
    return overlay.as_they_stand(store, channel, _after(store, channel, seq, limit, until))


def _after(store: Store, channel: str, seq: int, limit: int, until: int | None) -> list[Logged]:
    last = seq + limit if until is None else min(until, seq + limit)
    if last <= seq:
        return []
    found = log.between(store.live, channel, seq + 1, last)
    if found and found[0].seq == seq + 1:
        return found
    if not found and 0 < _tip(store, channel) <= seq:  # no tip: Redis does not know the channel yet, the record does
        return []
    older_last = found[0].seq - 1 if found else last
    older = _archived(store, range(seq + 1, older_last + 1),
                      lambda c: entries.page(c, channel, after=seq, limit=older_last - seq))
    return [*(entry for entry in older if entry.seq <= older_last), *found]


def history(store: Store, person: Person, channel: str, before: int | None = None, after_seq: int | None = None,
            limit: int = 50, role: str = "") -> Page:
    """One page, ascending; the newest without `before` and `after_seq`. `role` is given to staff, who need not belong
    to the room. Who was put out sees nothing above the entry that says so. Raises Refused: not_found, not_member."""
    if before is not None and after_seq is not None:
        raise Refused(Code.BAD_FRAME, "before or after, not both")
    if not ids.is_channel(channel):
        raise Refused(Code.NOT_FOUND)
    limit = max(1, min(limit, LONGEST_PAGE))
    tip = _readable_tip(store, person, channel, role)
    if not role:  # asked after the tip was: a kick that comes now is above it
        tip = min(tip, outside.limits(store, person.id, [channel]).get(channel, tip))
    before = min(before or tip + 1, tip + 1)
    blocked = blocks.NOBODY if role else blocks.of(store, person.id)
    if after_seq is not None:
        page = after(store, channel, max(0, after_seq), limit, until=tip)
        return Page(blocks.hide(page, blocked), bool(page) and page[-1].seq < tip)
    page = overlay.as_they_stand(store, channel, _below(store, channel, limit, before))
    return Page(blocks.hide(page, blocked), bool(page) and page[0].seq > 1)


def readable(store: Store, person: Person, channel: str) -> int:
    """The highest seq that `history` would show to this person: 0 for nothing, ENDLESS where there is no end."""
    try:
        _readable_tip(store, person, channel, "")
    except Refused as refused:
        if refused.code is Code.UNAVAILABLE:
            raise
        return 0
    return outside.limits(store, person.id, [channel]).get(channel, ENDLESS)


def check_readable(store: Store, person: Person, channel: str) -> None:
    """Raises Refused: not_found, not_member."""
    if not ids.is_channel(channel):
        raise Refused(Code.NOT_FOUND)
    _readable_tip(store, person, channel, "")


def newest(store: Store, channel: str, limit: int, before: int | None = None) -> list[Logged]:
    """The last entries (below `before`) as they stand now, ascending, for who is in."""
    return overlay.as_they_stand(store, channel, _below(store, channel, limit, before))


def _below(store: Store, channel: str, limit: int, before: int | None) -> list[Logged]:
    found = log.newest(store.live, channel, limit, before)
    top = found[0].seq if found else before
    missing = limit - len(found)
    if missing <= 0 or top == 1:
        return found
    wanted = range(max(1, top - missing), top) if top else range(0)
    return [*_archived(store, wanted, lambda c: entries.page(c, channel, before=top, limit=missing)), *found]


def _archived(store: Store, wanted: range, page: Callable[[Connection], list[Logged]]) -> list[Logged]:
    """The page by a replica where it has all that is wanted; else by the record itself: a replica may lag, and what is
    the newest at all it cannot know."""
    if wanted:
        found = store.record.from_copy(lambda record: record.read(page))
        if [entry.seq for entry in found] == [*wanted]:
            return found
    return store.record.read(page)


class _Ticket(NamedTuple):
    """A message on its way to the gate, and what the lists of words say of it."""

    person: Person
    channel: str
    draft: Draft
    verdict: Verdict | None
    names: tuple[str, ...]
    arguments: list[str | bytes]


def _ticket(store: Store, person: Person, channel: str, draft: Draft, role: str) -> _Ticket:
    """The script's keys and arguments: everything that does not depend on the room's state is judged here."""
    if not ids.is_channel(channel):
        raise Refused(Code.NOT_FOUND)
    body = check(draft)
    if not role:
        shares.spend(store, person.organization)
    limits = store.limits
    book = store.shelf.book(person.organization)
    verdict = book.judge(ids.room_of(channel), draft) if book else None
    holds = not role and book is not None and book.holds(person, draft)
    rare = _rare(store, person, channel, draft, role) | _judged(store, person, channel, draft, verdict, holds)
    arguments: list[str | bytes] = [
        person.organization, channel, *_rate(limits.say_per_second), *_rate(limits.channel_say_per_second),
        person.id, draft.client_id, written(person, draft, store.sealing.closed(person, channel, body)),
        msgspec.msgpack.encode(rare) if rare else ""]
    return _Ticket(person, channel, draft, verdict, keys.of_post(store.live.prefix, channel), arguments)


def _rare(store: Store, person: Person, channel: str, draft: Draft, role: str) -> dict[str, Any]:
    """What most messages have not; all of it text, as Redis' msgpack knows no bytes. A digest of the words, and the
    entry without them, only for channels that are known to fold or to guard."""
    rare: dict[str, Any] = {}
    if role:
        rare["role"] = role
    if person.door is Door.WECHAT:
        rare["idle"] = store.limits.follower_idle_ms
    if draft.named:
        rare["named"] = " ".join(draft.named)
    if draft.reply_to is not None:
        rare["reply_to"] = draft.reply_to
    if channel in store.compared:
        rare["digest"] = repeats.digest(draft, store.sealing.digest_key(person.organization))
        rare["folded"] = written(person, draft, None)[:-1].decode()
    return rare


def _judged(store: Store, person: Person, channel: str, draft: Draft, verdict: Verdict | None,
            holds: bool) -> dict[str, Any]:
    """What the words ask for at each rank, and what may be said there instead. `holds`: whoever does not moderate
    waits for a verdict on it."""
    if verdict is None:
        return {"asked": HELD_FOR_SAFETY} if holds else {}
    actions = verdict.actions
    if holds:
        actions = "".join(LETTERS["hold"] if letter in MILDER and place < RANK[Role.MODERATOR] else letter
                          for place, letter in enumerate(actions))
    masked = [written(person, draft, store.sealing.closed(person, channel, body)).decode() if body else ""
              for body in verdict.bodies]
    return {"asked": actions, "masked": masked}


def _rate(per_second: int) -> tuple[str, str]:
    """Milliseconds between messages and how many may come at once: one second's worth."""
    return (str(1_000 / per_second), str(per_second)) if per_second > 0 else ("0", "1")


def _outcome(store: Store, ticket: _Ticket, answer: gate.Answer) -> Said | Refused | None:
    """None where it is to be held, or its author muted: that has to wait for the record."""
    if len(answer) == 1 and answer[0].decode() in BY_THE_RECORD:
        return None
    if len(answer) == 1:
        return words.stopped(store, ticket.person, ticket.channel, ticket.verdict, answer[0].decode())
    epoch, seq, at, repeated, followers = answer
    if ticket.verdict is not None and not repeated:
        words.count(store, ticket.verdict)
    if not repeated:
        store.live.hint("archive", ticket.channel)
        if int(followers) > 0:
            store.live.hint("due", ticket.channel)
    return Said(ticket.channel, ticket.draft.client_id, epoch.decode(), int(seq), int(at), bool(repeated))


def _by_the_record(store: Store, ticket: _Ticket, answer: gate.Answer) -> Said | Held | Refused:
    letter = answer[0].decode()
    if letter == LETTERS["hold"]:
        return _hold(store, ticket)
    return words.stopped(store, ticket.person, ticket.channel, ticket.verdict, letter)


def _hold(store: Store, ticket: _Ticket) -> Said | Held | Refused:
    """Writes it down for a review; or says what became of it, when it is the same message again."""
    verdict, draft = ticket.verdict, ticket.draft
    found = verdict.decisive(RANK[Role.MEMBER]) if verdict else None
    if verdict is not None:
        words.count(store, verdict)
        masked = verdict.bodies[RANK[Role.MEMBER]]
        draft = draft._replace(body=masked) if masked else draft
    asked = found is not None and found.list.action == "hold"
    cause = held.WORDS if asked else held.SAFETY
    try:
        kept = held.keep(store, ticket.person, ticket.channel, draft, cause, found.list.id if found and asked else "")
    except Refused as refused:
        return refused
    if isinstance(kept, Held):
        words.stopped_messages.labels("hold").inc()
        return kept
    if kept.seq is None:
        return Refused(Code.BLOCKED_WORDS, kept.reason)
    epoch = _epoch(store, ticket.channel)
    return Said(ticket.channel, draft.client_id, epoch, kept.seq, kept.decided_at or kept.at, True)


def _epoch(store: Store, channel: str) -> str:
    head = keys.of_channel(store.live.prefix, channel).head
    return (store.live.command("HGET", head, "epoch", key=head) or b"").decode()


def _tip(store: Store, channel: str) -> int:
    head = keys.of_channel(store.live.prefix, channel).head
    return int(store.live.command("HGET", head, "tip", key=head) or 0)


def _readable_tip(store: Store, person: Person, channel: str, given: str) -> int:
    """The channel's tip, if the person may read it: members and staff may, and nobody else."""
    name = keys.of_channel(store.live.prefix, channel)
    look = recovery.when_ready(store, ids.room_of(channel), lambda: _look(store, name, person))
    _, organization, private, role, tip, see, pair, listed = look
    role = role or given.encode() or None
    if organization != person.organization.encode():
        recovery.look_in_vain(store)
    if organization != person.organization.encode() or tip is None or (role is None and private == b"1"):
        raise Refused(Code.NOT_FOUND)
    if pair is not None and not listed:  # words of two others, whatever one may do in the room
        raise Refused(Code.NOT_FOUND)
    if role is None:
        raise Refused(Code.NOT_MEMBER)
    if not allows((see or b"").decode() or None, role.decode(), bool(listed)):
        raise Refused(Code.NOT_FOUND)
    return int(tip)


def _look(store: Store, name: keys.ChannelKeys, person: Person) -> list[Any]:
    room = name.room
    gate_fields, role, head, listed = store.live.commands([
        (("HMGET", room.gate, "ready", "organization", "private"), room.gate),
        (("HGET", room.members, person.id), room.gate),
        (("HMGET", name.head, "tip", "see", "pair"), room.gate),
        (("SISMEMBER", name.allowed, f"{Right.SEE} {person.id}"), room.gate)])
    return [*gate_fields, role, *head, listed]
