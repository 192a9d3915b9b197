"""Content safety: what is asked about messages, and what a verdict brings about. Who is asked is given from outside.

Nothing of this is in a message's path. Where a policy says `after`, a reader of the log asks about what was shown, and
a bad verdict takes it back; where it says `before`, the gate holds the message until the verdict lets it through. A
verdict of `review` is left to people. Without a verdict, the policy's `outage` decides: show it, or leave it to people.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec
from prometheus_client import Counter

from rooms import doubtful_names, held, identities, ids, media, notices, recalls, shelf
from rooms.authority import Actor
from rooms.errors import Code, Refused
from rooms.events import Author, Door, Entry, Logged, Person
from rooms.judging import FIELDS
from rooms.permissions import RANK, Role, rank
from rooms.record import Connection, audit, channels, entries, organizations, readers
from rooms.record import held as held_rows
from rooms.record import reports as report_rows
from rooms.record import safety as rows
from rooms.record.audit import Act
from rooms.record.readers import Behind
from rooms.record.reports import OPEN, Report
from rooms.record.safety import ASKED, DONE, OFF, WAITING, Check, Policy
from rooms.steward import STEWARD, steward
from rooms.store import Store

log = logging.getLogger(__name__)

AFTER, BEFORE = "after", "before"
SHOW, PEOPLE = "show", "people"
PASS, REVIEW, RISKY, UNKNOWN = "pass", "review", "risky", "unknown"
TEXT, MEDIA, NAME, AVATAR = "text", "media", rows.NAME, rows.AVATAR

READER = "safety"
REASON = "内容安全 content safety"
TOGETHER = 200
LEASE_MS = 30_000
"""Who asks about something has this long; then somebody else does."""
PUSHED_WITHIN_MS = 35 * 60_000
"""WeChat's verdict on media comes within half an hour."""
MOST_TRIES = 4
AGAIN_MS = 10_000
"""Doubled from one try to the next."""
AHEAD_MS = 3_600_000
EARLY_MS = 600_000
LOOK_MS = 1_000
"""From one look to the next at what is still being made ready."""
KEPT_MS = 30 * 86_400_000

verdicts = Counter("teahouse_safety_total", "Verdicts on messages; unknown ones by what was done", ["kind", "verdict"])


class Verdict(NamedTuple):
    """`word`: pass, review, risky or unknown; `detail` says why it is unknown."""

    word: str
    label: str = ""
    detail: str = ""


# the policy


def set_policy(store: Store, actor: Actor, text: str = AFTER, media: str = BEFORE, outage: str = SHOW) -> None:
    """What WeChat judges from now on: `off`, `after` it was shown, or `before`. For owners and admins.

    Raises Refused: forbidden, bad_frame.
    """
    if text not in (OFF, AFTER, BEFORE) or media not in (OFF, AFTER, BEFORE) or outage not in (SHOW, PEOPLE):
        raise Refused(Code.BAD_FRAME, "text and media: off, after or before; outage: show or people")
    if rank(actor.role) < RANK[Role.OWNER]:
        raise Refused(Code.FORBIDDEN)
    organization, now = actor.person.organization, store.clock.now()

    def act(connection: Connection) -> None:
        organizations.lock(connection, organization)
        before = rows.policy(connection, organization)
        made = Policy(organization, text, media, outage, before.version + 1 if before else 1)
        _put(connection, made)
        told = [msgspec.json.encode({name: getattr(one, name) for name in ("text", "media", "outage")} if one else {})
                for one in (before, made)]
        audit.add(connection, organization, Act(
            now, actor.person.id, actor.person.door.value, "safety", "", "", "", "", *(one.decode() for one in told)))

    store.record.write(act)
    shelf.changed(store)


def begin(connection: Connection, organization: str) -> None:
    """For the transaction that gives an organization its first mini-program: from then on WeChat can judge, and does,
    texts after they were shown and media before. What was set already stands."""
    if rows.policy(connection, organization) is None:
        _put(connection, Policy(organization, AFTER, BEFORE, SHOW, 1))


def _put(connection: Connection, made: Policy) -> None:
    """What was said before is let be."""
    rows.set_policy(connection, made)
    for channel in channels.every_of_organization(connection, made.organization):
        let_be(connection, channel.id, channel.archived_seq)


def let_be(connection: Connection, channel: str, seq: int) -> None:
    """Nobody judges what was said up to there."""
    readers.move(connection, READER, channel, seq)


def policy(store: Store, organization: str) -> Policy:
    """All is off where nothing was ever set."""
    found = store.record.read(lambda c: rows.policy(c, organization))
    return found or Policy(organization, OFF, OFF, SHOW)


# what is to be asked


def collect(store: Store) -> int:
    """Writes down what is to be asked about: what was shown since the last time, and what is held. Returns how many."""
    now = store.clock.now()
    found = 0
    for each in store.record.read(rows.policies):
        if AFTER in (each.text, each.media):
            behind = store.record.read(lambda c, each=each: readers.behind(  # type: ignore[misc]
                c, READER, TOGETHER, each.organization))
            store.record.prepare(each.organization)
            found += sum(store.record.write(lambda c, each=each, one=one: _shown(c, each, one, now))  # type: ignore[misc]
                         for one in behind)
    if unasked := store.record.read(lambda c: rows.held_unasked(c, held.SAFETY, TOGETHER)):
        for organization in {row.organization for row in unasked}:
            store.record.prepare(organization)
        found += store.record.write(lambda c: _held(c, unasked, now))
    return found


def ask_about_name(store: Store, person: Person) -> None:
    """The name that they took just now; about an earlier one nobody need decide any more. Asked is about people of the
    mini-program, where the organization has texts judged."""
    asks = person.door is Door.MINIPROGRAM and policy(store, person.organization).text != OFF
    made = [_check(person.organization, "", None, "", person.id, NAME, person.name, store.clock.now())] if asks else []
    store.record.prepare(person.organization)

    def act(connection: Connection) -> None:
        rows.end_doubtful_of(connection, person.id, NAME)
        rows.add_many(connection, made)

    store.record.write(act)


def ask_about_avatar(store: Store, person: Person, picture: str) -> None:
    """The media that somebody chose to be seen by just now."""
    check = _check(person.organization, "", None, "", person.id, AVATAR, picture, store.clock.now())
    store.record.prepare(person.organization)

    def act(connection: Connection) -> None:
        rows.end_doubtful_of(connection, person.id, AVATAR)
        rows.add_many(connection, [_ahead(check)])

    store.record.write(act)


def take(store: Store, limit: int) -> list[Check]:
    """For the one who asks about them now."""
    now = store.clock.now()
    if not store.record.read(lambda c: rows.due(c, now, 1)):
        return []  # most seconds: nobody waits for a lock in vain

    def act(connection: Connection) -> list[Check]:
        return [one for one in rows.due(connection, now, limit) if rows.claim(connection, one, now + LEASE_MS)]

    return store.record.write(act)


def asked(store: Store, check: Check, trace: str) -> None:
    """The verdict comes by a push that names this trace."""
    due = store.clock.now() + PUSHED_WITHIN_MS
    store.record.write(lambda c: rows.change(c, check.id, state=ASKED, trace=trace[:64], due=due))
    early = store.live.get(_early(store, check.organization, trace))
    if early:
        settle(store, check, Verdict(*msgspec.json.decode(early)))


def postpone(store: Store, check: Check) -> None:
    """It cannot be asked about yet, which counts as no try."""
    due = store.clock.now() + LOOK_MS
    store.record.write(lambda c: rows.change(c, check.id, due=due, tries=check.tries))


def heard(store: Store, organization: str, trace: str, verdict: Verdict) -> bool:
    """A push brought the verdict. False for a trace that nobody waits for; it may come before whoever asked has written
    the trace down, so it is kept for a while."""
    check = store.record.read(lambda c: rows.of_trace(c, organization, trace))
    if check is None:
        store.live.set(_early(store, organization, trace), msgspec.json.encode(list(verdict)), px=EARLY_MS)
        check = store.record.read(lambda c: rows.of_trace(c, organization, trace))
    if check is None:
        return False
    settle(store, check, verdict)
    return True


def settle(store: Store, check: Check, verdict: Verdict, again: bool = False) -> None:
    """What the verdict brings about, once it is done it is noted. `again`: asking later may help."""
    if verdict.word == UNKNOWN and again and check.tries + 1 < MOST_TRIES:
        due = store.clock.now() + AGAIN_MS * 2 ** check.tries
        store.record.write(lambda c: rows.change(c, check.id, due=due, detail=verdict.detail[:200]))
        return
    outcome = verdict.word
    if verdict.word == UNKNOWN:
        outcome = policy(store, check.organization).outage
    for_people = outcome in (REVIEW, PEOPLE)
    if check.kind == NAME:
        _settle_name(store, check, outcome)
    elif check.kind == AVATAR:
        for_people &= _settle_avatar(store, check, outcome)
    else:
        (_settle_held if check.held else _settle_shown)(store, check, outcome)
    verdicts.labels(check.kind, verdict.word if verdict.word != UNKNOWN else f"unknown_{outcome}").inc()
    state = rows.PEOPLE if check.kind in (NAME, AVATAR) and for_people else DONE
    store.record.write(lambda c: rows.change(c, check.id, state=state, verdict=verdict.word, label=verdict.label[:24],
                                             detail=verdict.detail[:200]))


def forget(store: Store) -> int:
    """Verdicts of a month ago."""
    before = store.clock.now() - KEPT_MS
    return store.record.write(lambda c: rows.forget(c, before, TOGETHER * 10))


def statistics(store: Store, organization: str, days: int = 30) -> dict[tuple[str, str], int]:
    """(kind, verdict) → how many."""
    since = store.clock.now() - days * 86_400_000
    return store.record.read(lambda c: rows.count(c, organization, since))


def _settle_held(store: Store, check: Check, outcome: str) -> None:
    """Where the room is closed by now, it is left to people: asking again and again would only spend calls."""
    row = store.record.read(lambda c: held_rows.one(c, check.held))
    if row is None:
        return
    if outcome in (PASS, SHOW):
        try:
            held.let_through(store, row, STEWARD)
        except Refused as refused:
            if refused.code is not Code.CLOSED:
                raise
    elif outcome == RISKY:
        held.reject(store, row, STEWARD, REASON)


def _settle_name(store: Store, check: Check, outcome: str) -> None:
    """One that WeChat finds fault with goes, if it is theirs still; one that is left to people stays until then
    (`doubtful_names`)."""
    if outcome == RISKY:
        named = store.record.write(lambda c: doubtful_names.take_back(
            c, store, steward(check.organization), check, REASON))
        if named is not None:
            identities.remember(store, named)
            notices.nudge(store, [named.id])


def _settle_avatar(store: Store, check: Check, outcome: str) -> bool:
    """True where it is theirs still, or would be: one that is left to people stays as it is until then
    (`doubtful_pictures`)."""
    from rooms import avatars

    return avatars.settle(store, steward(check.organization), check.content, outcome, REASON)


def _settle_shown(store: Store, check: Check, outcome: str) -> None:
    assert check.seq is not None
    if outcome == RISKY:
        try:
            recalls.recall(store, steward(check.organization), check.channel, check.seq, REASON)
        except Refused as refused:
            if refused.code not in (Code.NOT_FOUND, Code.FORBIDDEN):
                raise
    elif outcome in (REVIEW, PEOPLE):
        report = Report(check.channel, check.seq, STEWARD, check.organization, ids.room_of(check.channel), "",
                        check.user, REASON, OPEN, store.clock.now())
        store.record.write(lambda c: report_rows.add(c, report))


def _shown(connection: Connection, wanted: Policy, behind: Behind, now: int) -> int:
    place = readers.place(connection, READER, behind.channel)
    page = entries.page(connection, behind.channel, after=place, limit=TOGETHER)
    parsed = [_said(one) for one in page if one.op in ("message", "edited")]
    passed = held_rows.published(connection, behind.channel, [one.seq for one in parsed], held.SAFETY)
    made = [check for entry in parsed if entry.seq not in passed
            for check in _checks(wanted, AFTER, behind, entry, now)]
    rows.add_many(connection, made)
    if page:
        readers.move(connection, READER, behind.channel, page[-1].seq)
    return len(made)


def _said(logged: Logged) -> Entry:
    """A message, or one with other words: those are its author's too, and a verdict is on the message."""
    if logged.op == "message":
        return Entry.parse(logged.frame)
    told = msgspec.json.decode(logged.frame)
    author = Author(told["by"]["id"], told["by"]["name"], told["by"]["door"])
    return Entry(op="message", channel=told["channel"], epoch=told["epoch"], seq=told["of"], at=told["at"],
                 author=author, type="text", body=told["body"])


def _held(connection: Connection, found: Sequence[held.HeldRow], now: int) -> int:
    made = [_ahead(_check(row.organization, row.channel, None, row.id, row.user, kind, content, now))
            for row in found for kind, content in _contents(row.type, msgspec.json.decode(row.body))]
    rows.add_many(connection, made)
    return len(made)


def _checks(wanted: Policy, when: str, behind: Behind, entry: Entry, now: int) -> Sequence[Check]:
    """Followers and staff are nobody whom WeChat's mini-program knows."""
    if entry.author is None or entry.author.door != Door.MINIPROGRAM or entry.body is None:
        return []
    return [_check(behind.organization, behind.channel, entry.seq, "", entry.author.id, kind, content, now)
            for kind, content in _contents(entry.type, entry.body)
            if (wanted.text if kind == TEXT else wanted.media) == when]


def _contents(type_: str, body: dict[str, Any]) -> list[tuple[str, str]]:
    """The one thing of a message that is judged: what it shows, or what it says."""
    if type_ in media.TYPES:
        shown = body.get("poster") or body.get("media")
        return [(MEDIA, str(shown))]
    said = "\n".join(str(body[field]) for field in FIELDS.get(type_, ()) if body.get(field))
    return [(TEXT, said)] if said else []


def _early(store: Store, organization: str, trace: str) -> str:
    return store.live.name("verdict", organization, "".join(c for c in trace[:64] if c.isalnum()))


def _ahead(check: Check) -> Check:
    """Somebody waits for it: before all that was shown within the last hour."""
    return check._replace(due=check.due - AHEAD_MS)


def _check(organization: str, channel: str, seq: int | None, held_id: str, user: str, kind: str, content: str,
           now: int) -> Check:
    return Check(ids.new("k"), organization, channel, seq, held_id, user, kind, content, WAITING, "", "", "", "", 0,
                 now, now)
