"""Cleaning up after spammers: accounts are scored by what they said in the last hour, and who scores too high is
proposed for a mute, or muted, as the organization's policy says. What was done can be undone for a week.

Five signs, of a hundred points in all: how much, how often the same, links and numbers to write to, reports by others,
and how new the account is. Moderators and the white lists are never scored.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import msgspec

from rooms import auditing, ids, messages, repeats, sanctions
from rooms.authority import Actor
from rooms.drafts import Draft
from rooms.errors import Code, Refused
from rooms.events import Entry
from rooms.permissions import RANK, Role, rank
from rooms.record import Connection, audit, channels, free, members, organizations, reports, users
from rooms.record import suspicions as rows
from rooms.record.audit import Act
from rooms.record.suspicions import ACTED, DISMISSED, OFF, PROPOSED, UNDONE, Policy, Suspicion
from rooms.steward import steward
from rooms.store import Store

log = logging.getLogger(__name__)

PROPOSE, ACT = "propose", "act"
HOUR_MS, DAY_MS = 3_600_000, 86_400_000
WINDOW_MS = HOUR_MS
UNDO_MS = 7 * DAY_MS
REPORTS_MS = 7 * DAY_MS
AGAIN_MS = DAY_MS
"""Nobody is suspected twice within this time, however it was decided."""
LOOKED_AT, STRETCH = 10_000, 1_000
"""Entries of one channel that are looked through at most, and at a time."""
FEWEST, COMPARED = 5, 60
"""Who said less than this in an hour is no spammer; of who said more, this many are compared: the rest adds nothing."""
MOST_PEOPLE = 10_000
"""Who are looked at together: some kilobytes each."""
LONGEST_MUTE_SECONDS = 30 * 86_400
REASON = "清理垃圾消息 spam"
PAGE = 200

_LINK = re.compile(r"https?://|www\.|\.(com|cn|net|top|xyz)\b|(?<!\d)\d{7,12}(?!\d)|微信|vx|q群", re.IGNORECASE)


class Signs(NamedTuple):
    """Points for each sign."""

    rate: int
    same: int
    links: int
    reports: int
    new: int

    @property
    def score(self) -> int:
        return sum(self)


def set_policy(store: Store, actor: Actor, mode: str, threshold: int = 60, mute_seconds: int = 86_400) -> None:
    """`off`, `propose` or `act`; from this score (1 to 100) on. For owners and admins.

    Raises Refused: forbidden, bad_frame.
    """
    if mode not in (OFF, PROPOSE, ACT) or not 1 <= threshold <= 100 or not 1 <= mute_seconds <= LONGEST_MUTE_SECONDS:
        raise Refused(Code.BAD_FRAME, f"mode: off, propose or act; threshold: 1 to 100; "
                                      f"mute_seconds: 1 to {LONGEST_MUTE_SECONDS}")
    _check(actor, Role.OWNER)
    organization = actor.person.organization
    made = Policy(organization, mode, threshold, mute_seconds)

    def act(connection: Connection) -> None:
        organizations.lock(connection, organization)
        before = rows.policy(connection, organization)
        rows.set_policy(connection, made)
        told = [msgspec.json.encode(one._asdict() if one else {}).decode() for one in (before, made)]
        audit.add(connection, organization, Act(store.clock.now(), actor.person.id, actor.person.door.value, "spam", "",
                                                "", "", "", *told))

    store.record.write(act)


def policy(store: Store, organization: str) -> Policy:
    return store.record.read(lambda c: rows.policy(c, organization)) or Policy(organization, OFF, 60, 86_400)


def clean(store: Store) -> int:
    """One round over all organizations that want it; returns how many people are newly suspected."""
    return sum(_clean(store, each) for each in store.record.read(rows.policies))


def scores(store: Store, organization: str) -> dict[str, Signs]:
    """user → signs, of everybody who said enough in the last hour to be judged."""
    now = store.clock.now()
    said = _tallies(_lately(store, organization, now - WINDOW_MS))
    people = [user for user, tally in said.items() if tally.compared >= FEWEST]

    def look(connection: Connection) -> tuple[dict[str, int], dict[str, int], set[str]]:
        known = users.many(connection, people)
        spared = {user for user in people if free.rooms_of(connection, user) or any(
            rank(role) >= RANK[Role.MODERATOR] for role in members.of_user(connection, user).values())}
        return (reports.against(connection, organization, now - REPORTS_MS),
                {user: row.created_at for user, row in known.items()}, spared)

    against, made, spared = store.record.read(look)
    return {user: said[user].signs(against.get(user, 0), now - made[user])
            for user in people if user in made and user not in spared}


def suspected(store: Store, actor: Actor, days: int = 7) -> Sequence[Suspicion]:
    """What the clean-up proposed and did, the newest first. For the organization's staff."""
    _check(actor, Role.MODERATOR)
    since = store.clock.now() - days * DAY_MS
    return store.record.read(lambda c: rows.since(c, actor.person.organization, since, PAGE))


def decide(store: Store, actor: Actor, id: str, yes: bool) -> bool:  # noqa: A002 - the suspicion's
    """Mutes who was proposed, or dismisses the proposal. False when it was decided already.

    Raises Refused: not_found, forbidden.
    """
    found = _found(store, actor, id)
    if not yes:
        return _dismiss(store, actor, found)
    seconds = policy(store, found.organization).mute_seconds
    return _with_the_deed(store, actor, found, PROPOSED, ACTED, lambda decided: sanctions.mute(
        store, actor, found.organization, found.user, seconds, REASON, decided))


def undo(store: Store, actor: Actor, id: str) -> bool:  # noqa: A002 - the suspicion's
    """Takes back what was done, within a week. False when nothing was done, or it was undone already.

    Raises Refused: not_found, forbidden, expired.
    """
    found = _found(store, actor, id)
    if found.state != ACTED:
        return False
    if store.clock.now() > (undo_until(found) or 0):
        raise Refused(Code.EXPIRED, "after a week it stands")
    return _with_the_deed(store, actor, found, ACTED, UNDONE, lambda decided: sanctions.unmute(
        store, actor, found.organization, found.user, REASON, decided))


def undo_until(found: Suspicion) -> int | None:
    """Until when what was done can be taken back; None where nothing is."""
    return (found.decided_at or found.at) + UNDO_MS if found.state == ACTED else None


class _DecidedError(Exception):
    """Somebody else was faster."""


def _with_the_deed(store: Store, actor: Actor, found: Suspicion, before: str, after: str,
                   deed: Callable[[sanctions.Also], object]) -> bool:
    """The suspicion moves in the transaction of the deed: neither is there without the other. Whoever moves it first
    decides, and nobody else does."""
    def decided(connection: Connection) -> None:
        if not rows.move(connection, found.id, [before], state=after, decided_at=store.clock.now(), by=actor.person.id):
            raise _DecidedError

    try:
        deed(decided)
    except _DecidedError:
        return False
    return True


def _dismiss(store: Store, actor: Actor, found: Suspicion) -> bool:
    def act(connection: Connection) -> bool:
        moved = rows.move(connection, found.id, [PROPOSED], state=DISMISSED, decided_at=store.clock.now(),
                          by=actor.person.id)
        if moved:
            auditing.note(connection, store, actor, found.organization, "spam_dismiss", found.user, reason=REASON,
                          before={"score": found.score})
        return moved

    return store.record.write(act)


class _Tally:
    """What one person said lately, counted rather than kept."""

    __slots__ = ("compared", "different", "linked")

    def __init__(self) -> None:
        self.compared, self.linked = 0, 0
        self.different: set[int] = set()

    def add(self, text: str) -> None:
        if self.compared < COMPARED:
            self.compared += 1
            self.different.add(hash(repeats.digest(Draft("text", {"text": text}, ""))))
            self.linked += _LINK.search(text) is not None

    def signs(self, against: int, age_ms: int) -> Signs:
        repeated = (self.compared - len(self.different)) / self.compared
        new = 10 if age_ms < HOUR_MS else 5 if age_ms < DAY_MS else 0
        return Signs(min(20, self.compared // 3), round(25 * repeated), round(25 * self.linked / self.compared),
                     min(20, 7 * against), new)


def _tallies(lately: Iterable[Entry]) -> dict[str, _Tally]:
    """Of everybody, as far as memory is meant for it: who comes late is looked at in the next round."""
    said: dict[str, _Tally] = {}
    for entry in lately:
        if entry.author is not None and (entry.author.id in said or len(said) < MOST_PEOPLE):
            said.setdefault(entry.author.id, _Tally()).add(str((entry.body or {}).get("text", "")))
    if len(said) >= MOST_PEOPLE:
        log.warning("more than %d people spoke within an hour: not all were looked at", MOST_PEOPLE)
    return said


def _clean(store: Store, wanted: Policy) -> int:
    now, organization = store.clock.now(), wanted.organization
    known = {one.user for one in store.record.read(lambda c: rows.since(c, organization, now - AGAIN_MS, 10_000))}
    found = 0
    for user, signs in scores(store, organization).items():
        if signs.score < wanted.threshold or user in known:
            continue
        row = Suspicion(ids.new("x"), organization, user, signs.score, msgspec.json.encode(signs._asdict()).decode(),
                        PROPOSED, now)
        store.record.write(lambda c, row=row: rows.add(c, row))  # type: ignore[misc]
        found += 1
        if wanted.mode == ACT:
            _act(store, wanted, row)
    return found


def _act(store: Store, wanted: Policy, row: Suspicion) -> None:
    """Where it fails, the proposal stands for people to decide."""
    steward_ = steward(row.organization)
    try:
        _with_the_deed(store, steward_, row, PROPOSED, ACTED, lambda decided: sanctions.mute(
            store, steward_, row.organization, row.user, wanted.mute_seconds, REASON, decided))
    except Refused as refused:
        log.warning("a spammer is left to people user=%s: %s", row.user, refused.message)


def _lately(store: Store, organization: str, since: int) -> Iterable[Entry]:
    inside = store.record.read(lambda c: [one.id for one in channels.of_organization(c, organization)])
    for start in range(0, len(inside), PAGE):
        part = inside[start:start + PAGE]
        busy = store.record.read(lambda c, part=part: channels.with_entries_since(c, part, since))  # type: ignore[misc]
        for channel in busy:
            yield from _since(store, channel, since)


def _since(store: Store, channel: str, since: int) -> Iterable[Entry]:
    below: int | None = None
    for _ in range(LOOKED_AT // STRETCH):
        page = messages.newest(store, channel, STRETCH, below)
        for logged in reversed(page):
            entry = Entry.parse(logged.frame)
            if entry.at < since:
                return
            if entry.op == "message":
                yield entry
        if len(page) < STRETCH:
            return
        below = page[0].seq


def _check(actor: Actor, least: str) -> None:
    if rank(actor.role) < RANK[least]:
        raise Refused(Code.FORBIDDEN)


def _found(store: Store, actor: Actor, id: str) -> Suspicion:  # noqa: A002 - the suspicion's
    _check(actor, Role.MODERATOR)
    found = store.record.read(lambda c: rows.one(c, id))
    if found is None or found.organization != actor.person.organization:
        raise Refused(Code.NOT_FOUND)
    return found
