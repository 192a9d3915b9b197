"""What those who keep order decide: held messages are let through or not, reported ones are dismissed or removed, and
their authors muted or banned. Both wait in one queue, each with what was said around it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from rooms import auditing, authority, doors, held, identities, ids, messages, notices, recalls, sanctions
from rooms.authority import Actor
from rooms.errors import Code, Refused
from rooms.events import Entry, Logged
from rooms.held import HeldRow, Published
from rooms.notices import Kind
from rooms.permissions import RANK, Role, rank
from rooms.record import Connection, channels, organizations
from rooms.record import held as held_rows
from rooms.record import notices as notice_rows
from rooms.record import reports as report_rows
from rooms.record import rooms as room_rows
from rooms.record import safety as safety_rows
from rooms.record.reports import Report, Reported
from rooms.steward import STEWARD
from rooms.store import Store

PAGE = 50
AROUND = 5
"""Entries shown before and after what is reviewed."""
MOST_COUNTED = 1_000
LONGEST_HOURS = 7 * 24
LOOKED_AT = 20_000
"""Entries of one channel that are looked through for a person's words."""
STRETCH = 1_000
DAY_MS = 86_400_000

DISMISSED, REMOVED, MUTED, BANNED = "dismissed", "removed", "muted", "banned"
OUTCOMES = (DISMISSED, REMOVED, MUTED, BANNED)


class Case(NamedTuple):
    """A reported message: how often, by whom and why, as it stands, and what was said around it."""

    reported: Reported
    reports: Sequence[Report]
    entry: Entry | None
    around: Sequence[Logged]


class Statistics(NamedTuple):
    """`held`: (cause, state) → how many; `reports`: state → how many; `waiting`: what is in the queue now, of any age,
    held and reported messages, names and pictures, of each at most MOST_COUNTED."""

    held: dict[tuple[str, str], int]
    reports: dict[str, int]
    waiting: int


# the queue


def held_messages(store: Store, actor: Actor, place: str, after: tuple[int, str] = (0, "")) -> Sequence[HeldRow]:
    """A page of those that wait in a room or the whole organization, the longest waiting first, beyond (at, id).

    Raises Refused: not_found, not_member, forbidden.
    """
    organization, room = actor.person.organization, _room(actor, place)

    def look(connection: Connection) -> Sequence[HeldRow]:
        _judge(connection, store, actor, room)
        return held_rows.waiting(connection, organization, room, after, PAGE)

    return store.record.read(look)


def reported(store: Store, actor: Actor, place: str, after: tuple[int, str, int] = (0, "", 0)) -> Sequence[Case]:
    """A page of messages with open reports, the longest waiting first, beyond (at, channel, seq)."""
    organization, room = actor.person.organization, _room(actor, place)

    def look(connection: Connection) -> list[tuple[Reported, Sequence[Report]]]:
        _judge(connection, store, actor, room)
        found = report_rows.open_ones(connection, organization, room, after, PAGE)
        return [(one, report_rows.of_entry(connection, one.channel, one.seq)) for one in found]

    return [_case(store, one, reports) for one, reports in store.record.read(look)]


def around(store: Store, actor: Actor, id: str) -> Sequence[Logged]:  # noqa: A002 - the held message's
    """What was said last before a held message was, and what came right after; nothing of what two say to each other,
    of whom none has reported it."""
    row = _held(store, actor, id)
    channel = store.record.read(lambda c: channels.one(c, row.channel))
    if channel is None or channel.direct:
        return []
    newest = messages.newest(store, row.channel, STRETCH)
    earlier = [one for one in newest if Entry.parse(one.frame).at <= row.at]
    return [*earlier[-AROUND:], *newest[len(earlier):][:AROUND]]


def statistics(store: Store, actor: Actor, days: int = 30) -> Statistics:
    """Of the whole organization, for its staff."""
    since = store.clock.now() - days * DAY_MS

    def look(connection: Connection) -> Statistics:
        _judge(connection, store, actor, "")
        organization = actor.person.organization
        waiting = (held_rows.count_in_queue(connection, organization, MOST_COUNTED)
                   + report_rows.count_in_queue(connection, organization, MOST_COUNTED)
                   + safety_rows.count_doubtful(connection, organization, MOST_COUNTED))
        return Statistics(held_rows.count(connection, organization, since),
                          report_rows.count(connection, organization, since), waiting)

    return store.record.read(look)


# decisions


def approve(store: Store, actor: Actor, id: str) -> Published | None:  # noqa: A002 - the held message's
    """Lets a held message through. None when it was decided already.

    Raises Refused: not_found, not_member, forbidden, closed.
    """
    row = _held(store, actor, id)
    return held.let_through(store, row, actor.person.id, lambda c: _write_down(
        c, store, actor, "approve", row.user, row.room, row.channel, before={"held": row.id}))


def reject(store: Store, actor: Actor, id: str, reason: str = "") -> bool:  # noqa: A002 - the held message's
    """It will not be said; its author is told. False when it was decided already."""
    row, reason = _held(store, actor, id), authority.checked_reason(reason)
    return held.reject(store, row, actor.person.id, reason, lambda c: _write_down(
        c, store, actor, "reject", row.user, row.room, row.channel, reason, {"held": row.id}))


def settle(store: Store, actor: Actor, channel: str, seq: int, outcome: str, seconds: int | None = None,
           reason: str = "") -> int:
    """What becomes of a reported message: `dismissed`; `removed`; or its author is `muted` or `banned` in the room for
    that time as well. All who reported it are told; returns how many.

    Raises Refused: not_found, not_member, forbidden, bad_frame, too_long.
    """
    if outcome not in OUTCOMES or not ids.is_channel(channel):
        raise Refused(Code.BAD_FRAME, f"outcome: one of {', '.join(OUTCOMES)}")
    room, now, reason = ids.room_of(channel), store.clock.now(), authority.checked_reason(reason)

    def look(connection: Connection) -> Sequence[Report]:
        _judge(connection, store, actor, room)
        return report_rows.of_entry(connection, channel, seq)

    found = store.record.read(look)
    if not found:
        raise Refused(Code.NOT_FOUND, "nobody reported that")
    if outcome != DISMISSED:
        recalls.recall(store, actor, channel, seq, reason)
    if outcome == MUTED:
        sanctions.mute(store, actor, room, found[0].author, seconds, reason)
    elif outcome == BANNED:
        sanctions.ban(store, actor, room, found[0].author, seconds, reason)

    def act(connection: Connection) -> list[str]:
        closed = report_rows.close(connection, channel, seq, outcome, actor.person.id, now)
        told = [one.user for one in closed if one.user != STEWARD]
        facts = {"outcome": outcome, "reason": reason}
        notice_rows.add_many(connection, [
            notices.made(actor.person.organization, user, Kind.REPORT, now, room, channel, facts) for user in told])
        if closed:
            _write_down(connection, store, actor, "reports", closed[0].author, room, channel, reason, {"seq": seq}, {
                "outcome": outcome, "reports": len(closed)})
        return told

    told = store.record.write(act)
    notices.nudge(store, told)
    return len(told)


def remove_recent(store: Store, actor: Actor, place: str, user: str, hours: int, reason: str = "") -> int:
    """Takes back everything that somebody said in a channel, a room or the whole organization in the last hours;
    returns how many messages. Raises Refused: not_found, not_member, forbidden, bad_frame."""
    if not 1 <= hours <= LONGEST_HOURS:
        raise Refused(Code.BAD_FRAME, f"hours: 1 to {LONGEST_HOURS}")
    reason = authority.checked_reason(reason)
    user, since = identities.whole(store, user), store.clock.now() - hours * 3_600_000
    channel = place if ids.is_channel(place) else ""
    room = ids.room_of(channel) if channel else _room(actor, place)

    def act(connection: Connection) -> list[str]:
        organizations.lock(connection, actor.person.organization)
        _judge(connection, store, actor, room)
        if channel and channels.one(connection, channel) is None:
            raise Refused(Code.NOT_FOUND)
        _write_down(connection, store, actor, "remove_recent", user, room, channel, reason, after={"hours": hours})
        return [channel] if channel else _channels(connection, actor, room, user)

    return sum(recalls.recall(store, actor, one, seq, reason, unseen=True).seqs.get(one, 0) > 0
               for one in store.record.write(act) for seq in list(_said_since(store, one, user, since)))


def _channels(connection: Connection, actor: Actor, room: str, user: str) -> list[str]:
    """Where the user may have spoken: in the room, or with none in the whole organization."""
    wanted = [room] if room else room_rows.ids(connection, actor.person.organization)
    return [one.id for each in wanted for one in (
        *channels.of_room(connection, each), *channels.direct_of(connection, user, each))]


def _said_since(store: Store, channel: str, user: str, since: int) -> Iterator[int]:
    """Numbers of their messages, newest first, as far as a bounded look goes."""
    below: int | None = None
    for _ in range(LOOKED_AT // STRETCH):
        page = messages.newest(store, channel, STRETCH, below)
        for logged in reversed(page):
            entry = Entry.parse(logged.frame)
            if entry.at < since:
                return
            author = entry.author.id if entry.author else ""
            if entry.op == "message" and author == user and entry.body is not None:
                yield entry.seq
        if not page or page[0].seq == 1:
            return
        below = page[0].seq


# what they have in common


def _room(actor: Actor, place: str) -> str:
    """The room that is meant; empty for the whole organization."""
    return "" if place == actor.person.organization else place


def _judge(connection: Connection, store: Store, actor: Actor, room: str) -> None:
    """Raises Refused for who does not keep order there."""
    if room:
        doors.moderator(connection, store, actor, room)
    elif rank(actor.role) < RANK[Role.MODERATOR]:
        raise Refused(Code.FORBIDDEN)


def _held(store: Store, actor: Actor, id: str) -> HeldRow:  # noqa: A002 - the held message's
    def look(connection: Connection) -> HeldRow:
        row = held_rows.one(connection, id)
        if row is None or row.organization != actor.person.organization:
            raise Refused(Code.NOT_FOUND, "no such message")
        _judge(connection, store, actor, row.room)
        return row

    return store.record.read(look)


def _case(store: Store, one: Reported, reports: Sequence[Report]) -> Case:
    page = messages.after(store, one.channel, max(0, one.seq - 1 - AROUND), 2 * AROUND + 1)
    entry = next((Entry.parse(logged.frame) for logged in page if logged.seq == one.seq), None)
    return Case(one, reports, entry, page)


def _write_down(connection: Connection, store: Store, actor: Actor, act: str, target: str, room: str, channel: str,
                reason: str = "", before: dict[str, Any] | None = None, after: dict[str, Any] | None = None) -> None:
    """In the transaction that does it."""
    auditing.note(connection, store, actor, actor.person.organization, act, target, room, channel, reason, before,
                  after)
