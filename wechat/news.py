"""Notices as sentences for a follower, and as facts for a template."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rooms import cursors, followers, ids, notices
from rooms.notices import Kind, Notice
from rooms.planner import Owed
from rooms.record import Connection, channels, rooms
from rooms.store import Store
from rooms.templates import Kind as TemplateKind
from wechat import spans
from wechat.digest import shown_name
from wechat.words import Words

PUT_OUT = frozenset({Kind.KICKED, Kind.BANNED})
PRESSING = frozenset({Kind.SEAT})
LEISURELY = frozenset({Kind.ANNOUNCEMENT, Kind.OPENING, Kind.REPORT})
"""Of these nobody is told sooner than the pace allows."""
_TEMPLATES = {Kind.SEAT: TemplateKind.SEAT, Kind.ANNOUNCEMENT: TemplateKind.ANNOUNCEMENT,
              Kind.OPENING: TemplateKind.OPENING, Kind.MUTED: TemplateKind.SANCTION, Kind.BANNED: TemplateKind.SANCTION,
              Kind.KICKED: TemplateKind.SANCTION, Kind.UNMUTED: TemplateKind.SANCTION,
              Kind.PARDONED: TemplateKind.SANCTION}
BYTES = 1_600
"""Of one answer or message at most; the rest comes with the next."""


class News(NamedTuple):
    """What fits into one message, and whether there is more."""

    notices: list[Notice]
    text: str
    more: bool


NONE = News([], "", False)


def gather(store: Store, user: str, words: Words, budget: int = BYTES) -> News:
    """What waits for this person, oldest first, whole sentences."""
    waiting = notices.waiting(store, user)
    called = names(store, waiting)
    told: list[Notice] = []
    lines: list[str] = []
    for notice in waiting:
        line = sentence(notice, called, words, store.clock.now())
        if told and len("\n".join([*lines, line]).encode()) > budget:
            return News(told, "\n".join(lines), True)
        told.append(notice)
        lines.append(line)
    return News(told, "\n".join(lines), len(waiting) == notices.MOST)


def names(store: Store, several: Sequence[Notice]) -> dict[str, str]:
    """How the rooms and channels are called that these are about."""
    return places(store, [place for one in several for place in (one.room, one.channel)])


def places(store: Store, several: Sequence[str]) -> dict[str, str]:
    """The names of rooms and channels, with those of the channels' rooms."""
    wanted = {place for place in several if place}
    wanted |= {ids.room_of(place) for place in wanted if ids.is_channel(place)}

    def look(connection: Connection) -> dict[str, str]:
        found = {place: (channels.one if ids.is_channel(place) else rooms.one)(connection, place) for place in wanted}
        return {place: shown_name(row.name) for place, row in found.items() if row}

    return store.record.read(look) if wanted else {}


def sentence(notice: Notice, places: dict[str, str], words: Words, now: int) -> str:
    facts = notices.facts(notice)
    place = places.get(notice.channel or notice.room, "")
    until = int(facts.get("until") or 0)
    reason = str(facts.get("reason") or facts.get("outcome") or "")
    if notice.kind == Kind.LOST:
        reason = {code.value: told for code, told in words.refusals.items()}.get(reason, reason)
    if notice.kind == Kind.ANNOUNCEMENT:
        return words.announced(str(facts.get("text", "")))
    return words.news(notice.kind, place, words.until(spans.moment(until, now) if until else ""), reason)


def template_kind(several: Sequence[Notice]) -> TemplateKind | None:
    """Which kind of template can tell of the first of these; None where none is made for it."""
    return _TEMPLATES.get(Kind(several[0].kind)) if several else None


def template_facts(notice: Notice, places: dict[str, str], words: Words) -> dict[str, str]:
    facts, until = notices.facts(notice), int(notices.facts(notice).get("until") or 0)
    return {"room": places.get(notice.room or ids.room_of(notice.channel), ""),
            "channel": places.get(notice.channel, places.get(notice.room, "")),
            "what": words.acts.get(notice.kind, ""), "reason": str(facts.get("reason") or "-"),
            "until": spans.stamp(until) if until else words.until(""), "time": spans.stamp(notice.at),
            "text": str(facts.get("text", "")), "hint": words.template_hint(notice.kind)}


def talk_facts(channel: str, called: dict[str, str], owed: Owed, name: str, words: Words, now: int) -> dict[str, str]:
    """Counts only: what was said is never told by a template."""
    return {"room": called.get(ids.room_of(channel), ""), "channel": called.get(channel, ""), "name": name,
            "count": str(owed.entries), "time": spans.stamp(now), "hint": words.template_hint("unread"), "text": ""}


def leave_where_put_out(store: Store, user: str, several: Sequence[Notice]) -> bool:
    """Their words go nowhere any more, where these say that they were put out and they did not come in again."""
    closed = {one.channel or one.room or one.organization for one in several if one.kind in PUT_OUT}
    left = False
    for one in followers.of_user(store, user) if closed else ():
        channel = one.current_channel
        if channel and closed & {channel, ids.room_of(channel), several[0].organization} and (
                cursors.told(store, channel, user) is None):
            followers.stay_in(store, one.appid, one.openid, None)
            left = True
    return left
