"""`/review`: held and reported messages, each with what was said around it, and what becomes of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from console.api_channels import Entry
from console.api_people import find
from console.asking import Ask, Cursor, Id, In, Out, Reason, Seconds
from rooms import doubtful_names, review
from rooms.errors import Code, Refused
from rooms.events import Logged

Outcome = Literal["dismissed", "removed", "muted", "banned"]


class QueueQuery(In):
    """The longest waiting first; without a room, in the whole organization."""

    room: Id | None = None
    cursor: Cursor = ""


class HeldView(Out):
    """`cause`: why it waits; `list` is the list of words that asked for it, or empty."""

    id: str
    room: str
    channel: str
    user: str
    name: str
    door: str
    type: str
    body: dict[str, Any]
    cause: str
    list: str
    at: int


class HeldPage(Out):
    held: list[HeldView]
    cursor: str | None


class Around(Out):
    messages: list[Entry]


class DecideHeld(In):
    approve: bool
    reason: Reason = ""


class Decided(Out):
    """False: somebody else had decided already."""

    decided: bool


class NameView(Out):
    """A name about which WeChat could not decide; it is shown meanwhile."""

    id: str
    user: str
    name: str
    at: int


class NamesQuery(In):
    """The longest waiting first."""

    cursor: Cursor = ""


class NamesPage(Out):
    names: list[NameView]
    cursor: str | None


class DecideName(In):
    """Without `keep` it is taken back, and its bearer told."""

    keep: bool
    reason: Reason = ""


class ReportView(Out):
    user: str
    reason: str
    at: int


class CaseView(Out):
    """`message` as it stands now, null where it is no longer there."""

    room: str
    channel: str
    seq: int
    author: str
    at: int
    reports: list[ReportView]
    message: Entry | None
    around: list[Entry]


class Cases(Out):
    cases: list[CaseView]
    cursor: str | None


class Settle(In):
    """`muted` and `banned` also remove it; without `seconds`, open-ended."""

    outcome: Outcome
    seconds: Seconds | UnsetType = UNSET
    reason: Reason = ""


class Settled(Out):
    """How many of those who reported it are told."""

    told: int


class StatisticsQuery(In):
    days: Annotated[int, Meta(ge=1, le=366)] = 30


class HeldCount(Out):
    cause: str
    state: str
    amount: int


class StatisticsView(Out):
    """`waiting`: what is in the queue now, held and reported messages, names and pictures, however old; of each not
    counted beyond 1000."""

    held: list[HeldCount]
    reports: dict[str, int]
    waiting: int


class RemoveRecent(In):
    """`place`: a channel, a room, or the organization."""

    place: Id
    hours: Annotated[int, Meta(ge=1, le=review.LONGEST_HOURS)]
    reason: Reason = ""


class Removed(Out):
    removed: int


def held(ask: Ask, query: QueueQuery) -> HeldPage:
    at, name = place_of(query.cursor, 2)
    found = review.held_messages(ask.store, ask.who.reader, query.room or ask.organization, (int(at or 0), name))
    shown = [HeldView(id=one.id, room=one.room, channel=one.channel, user=one.user, name=one.name, door=one.door,
                      type=one.type, body=msgspec.json.decode(one.body), cause=one.cause, list=one.list, at=one.at)
             for one in found]
    return HeldPage(held=shown, cursor=f"{shown[-1].at}.{shown[-1].id}" if len(shown) == review.PAGE else None)


def around_held(ask: Ask, held_id: str) -> Around:
    return Around(messages=_plain(review.around(ask.store, ask.who.reader, held_id)))


def decide(ask: Ask, held_id: str, body: DecideHeld) -> Decided:
    """Lets it through, or not; its author is told."""
    if body.approve:
        return Decided(decided=review.approve(ask.store, ask.actor, held_id) is not None)
    return Decided(decided=review.reject(ask.store, ask.actor, held_id, body.reason))


def names(ask: Ask, query: NamesQuery) -> NamesPage:
    at, name = place_of(query.cursor, 2)
    found = doubtful_names.waiting(ask.store, ask.who.reader, (int(at or 0), name))
    shown = [NameView(id=one.id, user=one.user, name=one.name, at=one.at) for one in found]
    more = len(shown) == doubtful_names.PAGE
    return NamesPage(names=shown, cursor=f"{shown[-1].at}.{shown[-1].id}" if more else None)


def decide_name(ask: Ask, name_id: str, body: DecideName) -> Decided:
    """Lets it be, or takes it back."""
    return Decided(decided=doubtful_names.settle(ask.store, ask.actor, name_id, body.keep, body.reason))


def reported(ask: Ask, query: QueueQuery) -> Cases:
    at, channel, seq = place_of(query.cursor, 3)
    place = (int(at or 0), channel, int(seq or 0))
    found = review.reported(ask.store, ask.who.reader, query.room or ask.organization, place)
    shown = []
    for case in found:
        around = _plain(case.around)
        message = next((one for one in around if one["seq"] == case.reported.seq), None)
        shown.append(CaseView(
            room=case.reported.room, channel=case.reported.channel, seq=case.reported.seq, author=case.reported.author,
            at=case.reported.at, message=message, around=around,
            reports=[ReportView(user=one.user, reason=one.reason, at=one.at) for one in case.reports]))
    last = shown[-1] if len(shown) == review.PAGE else None
    return Cases(cases=shown, cursor=f"{last.at}.{last.channel}.{last.seq}" if last else None)


def settle(ask: Ask, channel: str, seq: int, body: Settle) -> Settled:
    """What becomes of a reported message. All who reported it are told."""
    seconds = None if body.seconds is UNSET else body.seconds
    told = review.settle(ask.store, ask.actor, channel, seq, body.outcome, seconds, body.reason)
    return Settled(told=told)


def statistics(ask: Ask, query: StatisticsQuery) -> StatisticsView:
    found = review.statistics(ask.store, ask.who.reader, query.days)
    return StatisticsView(reports=found.reports, waiting=found.waiting, held=[
        HeldCount(cause=cause, state=state, amount=amount) for (cause, state), amount in sorted(found.held.items())])


def remove_recent(ask: Ask, user: str, body: RemoveRecent) -> Removed:
    """Takes back everything that they said there in the last hours."""
    known = find(ask, user)
    return Removed(removed=review.remove_recent(ask.store, ask.actor, body.place, known.id, body.hours, body.reason))


def _plain(entries: Sequence[Logged]) -> list[dict[str, Any]]:
    return [msgspec.json.decode(entry.frame) for entry in entries]


def place_of(cursor: str, parts: int) -> list[str]:
    """Where the page before ended. Raises Refused(bad_frame)."""
    found = cursor.split(".") if cursor else [""] * parts
    numbers = [found[0], *found[2:]]
    if len(found) != parts or any(number and not (number.isdigit() and len(number) <= 16) for number in numbers):
        raise Refused(Code.BAD_FRAME, "cursor: what the page before ended with")
    return found
