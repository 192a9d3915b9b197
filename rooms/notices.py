"""What one person has to be told, apart from what is said in rooms: acts upon them, a seat, what became of their words.

A notice is a row of the record, written in the same transaction as its cause where there is one; a hint says that it
waits, and a sweep finds lost hints. A face tells it once, by the best way there is, or it is over.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any

import msgspec

from rooms import ids
from rooms.events import Person
from rooms.record import Connection, notices
from rooms.record.notices import CANCELLED, EXPIRED, TELLING, TOLD, WAITING, Notice
from rooms.store import Store

__all__ = ["CANCELLED", "EXPIRED", "HINT", "IN_DOUBT", "TELLING", "TOLD", "WAITING", "Kind", "Notice", "add", "begin",
           "facts", "give_back", "made", "nudge", "of_user", "sweep", "told", "waiting"]

HINT = "notice"
IN_DOUBT = "unknown"
"""The way of what may have been told: nobody knows, and it is not told again."""
LIVES_MS = 7 * 86_400_000
MOST = 10
"""Told together."""
LOST_MS, SWEPT = 60_000, 2_000


class Kind(StrEnum):
    """Facts of each, besides where: until (ms, 0 for no end) and reason of sanctions and of being put out."""

    MUTED = "muted"
    UNMUTED = "unmuted"
    KICKED = "kicked"
    BANNED = "banned"
    PARDONED = "pardoned"
    SEAT = "seat"
    """A place is free for who waits: `ticket`."""
    APPROVED = "approved"
    DECLINED = "declined"
    PUBLISHED = "published"
    """What was held for review is in the log now."""
    REJECTED = "rejected"
    """What was held was not let through: `reason`."""
    NAME = "name"
    """Their name was taken back: `reason`."""
    LOST = "lost"
    """A file of theirs was not said: `type`, `reason`."""
    REPORT = "report"
    """What became of a report: `outcome`, `reason`."""
    ANNOUNCEMENT = "announcement"
    """`text`."""
    OPENING = "opening"
    """A room is open."""


def made(organization: str, user: str, kind: Kind, now: int, room: str = "", channel: str = "",
         facts: Mapping[str, Any] | None = None, expires_at: int = 0, source: str = "") -> Notice:
    """A notice to write down; without `expires_at` it is over after a week."""
    return Notice(ids.new("n"), organization, user, kind, room, channel, source,
                  msgspec.json.encode(facts or {}).decode(), now, expires_at or now + LIVES_MS)


def add(store: Store, person: Person, kind: Kind, room: str = "", channel: str = "",
        facts: Mapping[str, Any] | None = None, expires_at: int = 0) -> None:
    """Writes it down and hints at it, for causes that have no transaction of their own."""
    notice = made(person.organization, person.id, kind, store.clock.now(), room, channel, facts, expires_at)
    store.record.write(lambda c: notices.add_many(c, [notice]))
    nudge(store, [person.id])


def nudge(store: Store, users: Iterable[str]) -> None:
    """These have something to hear. Call it after the transaction; a lost nudge is repaired by the sweep."""
    for user in users:
        store.live.hint(HINT, user, surely=True)


def waiting(store: Store, user: str) -> list[Notice]:
    """The oldest few that are not over."""
    now = store.clock.now()
    return [one for one in store.record.read(lambda c: notices.waiting(c, user, MOST)) if one.expires_at > now]


def begin(connection: Connection, several: Sequence[Notice], way: str, now: int) -> bool:
    """For a transaction: they are about to be told. False when another was faster with one of them."""
    return notices.move(connection, _ids(several), WAITING, TELLING, way, now) == len(several)


def told(store: Store, several: Sequence[Notice], way: str) -> None:
    """They were told, at once or after `begin`."""
    now = store.clock.now()

    def act(connection: Connection) -> None:
        for before in (WAITING, TELLING):
            notices.move(connection, _ids(several), before, TOLD, way, now)

    if several:
        store.record.write(act)


def give_back(connection: Connection, several: Sequence[Notice]) -> None:
    """They certainly were not told."""
    notices.move(connection, _ids(several), TELLING, WAITING, "", None)


def of_user(store: Store, user: str, limit: int = 50) -> Sequence[Notice]:
    """The newest first, whatever became of them."""
    return store.record.read(lambda c: notices.of_user(c, user, limit))


def sweep(store: Store) -> list[str]:
    """Ends what is over; returns whose notices wait though their hint may be lost."""
    now = store.clock.now()
    store.record.write(lambda c: notices.expire(c, now, SWEPT))
    return store.record.read(lambda c: notices.who_waits(c, now - LOST_MS, SWEPT))


def facts(notice: Notice) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.json.decode(notice.facts)
    return found


def _ids(several: Sequence[Notice]) -> list[str]:
    return [one.id for one in several]
