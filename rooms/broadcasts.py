"""An announcement to a room or a whole organization.

It walks in small steps. In each room it becomes an entry of every channel, which sockets and listening followers hear
like any other; then each follower who listens to none of them gets a notice, which the planner brings by the best way
there is. The step and what it writes are one transaction, so a death repeats nobody; a room is written down before it
is spoken to, so a death may leave one room out, and says which.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from rooms import ids, moderation, notices
from rooms.errors import Code, Refused
from rooms.events import Door, Person
from rooms.moderation import Actor
from rooms.notices import Kind
from rooms.record import Connection, audit, broadcasts
from rooms.record import notices as notice_rows
from rooms.record import rooms as room_rows
from rooms.record.audit import Act
from rooms.record.broadcasts import Broadcast
from rooms.store import Store

__all__ = ["Broadcast", "Preview", "Progress", "advance", "cancel", "of_organization", "pause", "preview", "progress",
           "results", "resume", "start"]

log = logging.getLogger(__name__)

LONGEST = 600
"""Characters: so that it fits into one message of WeChat."""
LONGEST_DAYS, LATEST_MS = 365, 30 * 86_400_000
TOGETHER, STEPS = 500, 20
"""People in one step, and steps in one round."""
SCHEDULED, RUNNING, PAUSED, DONE, CANCELLED = "scheduled", "running", "paused", "done", "cancelled"
DAY_MS = 86_400_000


class Preview(NamedTuple):
    """What would happen: rooms in whose channels it stands, followers who hear it there, and who get a notice."""

    rooms: int
    listeners: int
    notices: int


class Progress(NamedTuple):
    """`told` by way; what waits, is under way, was cancelled or is over."""

    broadcast: Broadcast
    told: Mapping[str, int]
    waiting: int
    telling: int
    cancelled: int
    expired: int


def preview(store: Store, actor: Actor, text: str, room: str = "", days: int = 0) -> Preview:
    """Raises Refused: forbidden, not_found (room), bad_frame, too_long."""
    made = _made(store, actor, text, room, days, 0)

    def look(connection: Connection) -> Preview:
        _may(connection, actor, room)
        return Preview(1 if room else len(room_rows.ids(connection, made.organization)),
                       broadcasts.listeners(connection, made), broadcasts.count(connection, made, _since(store, made)))

    return store.record.read(look)


def start(store: Store, actor: Actor, text: str, room: str = "", days: int = 0, starts_at: int = 0) -> Broadcast:
    """At once, or at `starts_at` (ms). Raises Refused as `preview` does."""
    made = _made(store, actor, text, room, days, starts_at)

    def act(connection: Connection) -> None:
        _may(connection, actor, room)
        broadcasts.add(connection, made)
        _write_down(connection, store, actor, "broadcast", made, {"characters": len(text), "days": days})

    store.record.write(act)
    return made


def pause(store: Store, actor: Actor, id: str) -> Broadcast:  # noqa: A002 - the wire's word
    """Nobody else is told until it is resumed. Raises Refused: forbidden, not_found, bad_frame where it is over."""
    return _turn(store, actor, id, (SCHEDULED, RUNNING), PAUSED)


def resume(store: Store, actor: Actor, id: str) -> Broadcast:  # noqa: A002 - the wire's word
    return _turn(store, actor, id, (PAUSED,), RUNNING)


def cancel(store: Store, actor: Actor, id: str) -> Broadcast:  # noqa: A002 - the wire's word
    """Who was not told yet never is."""
    return _turn(store, actor, id, (SCHEDULED, RUNNING, PAUSED, DONE), CANCELLED)


def of_organization(store: Store, actor: Actor, limit: int = 50) -> Sequence[Broadcast]:
    """The newest first. Raises Refused(forbidden)."""
    def look(connection: Connection) -> Sequence[Broadcast]:
        _may(connection, actor, "")
        return broadcasts.of_organization(connection, actor.person.organization, limit)

    return store.record.read(look)


def progress(store: Store, actor: Actor, id: str) -> Progress:  # noqa: A002 - the wire's word
    """Raises Refused: forbidden, not_found."""
    def look(connection: Connection) -> Progress:
        found = _known(connection, actor, id)
        counted = notice_rows.of_source(connection, id)
        by_state = {state: sum(n for (one, _), n in counted.items() if one == state)
                    for state in (notice_rows.WAITING, notice_rows.TELLING, notice_rows.CANCELLED, notice_rows.EXPIRED)}
        told = {way: n for (state, way), n in counted.items() if state == notice_rows.TOLD}
        return Progress(found, told, by_state[notice_rows.WAITING], by_state[notice_rows.TELLING],
                        by_state[notice_rows.CANCELLED], by_state[notice_rows.EXPIRED])

    return store.record.read(look)


def results(store: Store, actor: Actor, id: str, after: str = "", limit: int = 100) -> Sequence[notices.Notice]:  # noqa: A002
    """What became of each notice, a page at a time. Raises Refused: forbidden, not_found."""
    def look(connection: Connection) -> Sequence[notices.Notice]:
        _known(connection, actor, id)
        return notice_rows.page_of_source(connection, id, after, limit)

    return store.record.read(look)


# the walk


def advance(store: Store) -> int:
    """A few steps of everything that is due; returns how many people were met. Safe to run in several places."""
    now = store.clock.now()
    due = store.record.read(lambda c: broadcasts.due(c, (SCHEDULED, RUNNING), now))
    return sum(_walk(store, one) for one in due)


def _walk(store: Store, broadcast: Broadcast) -> int:
    met = 0
    for _ in range(STEPS):
        if broadcast.place.startswith("u:") or not _next_room(store, broadcast):
            count = _tell_people(store, broadcast)
            if count is None:
                return met
            met += count
        found = store.record.read(lambda c: broadcasts.one(c, broadcast.id))  # noqa: B023 - called at once
        if found is None or found.state not in (SCHEDULED, RUNNING):
            return met
        broadcast = found
    return met


def _next_room(store: Store, broadcast: Broadcast) -> str:
    """Speaks in the next room, which is written down first; empty where there is none left."""
    def act(connection: Connection) -> str:
        all_rooms = [broadcast.room] if broadcast.room else sorted(room_rows.ids(connection, broadcast.organization))
        room = next((one for one in all_rooms if one > broadcast.place[2:]), "")
        if room and not broadcasts.step(connection, broadcast, place=f"r:{room}", state=RUNNING):
            raise _FasterError
        return room

    try:
        room = store.record.write(act)
        if room:
            steward = Person(broadcast.by, broadcast.organization, "", Door.CONSOLE)
            moderation.announce(store, Actor(steward, "owner"), room, broadcast.text)
    except _FasterError:
        return "elsewhere"
    except Refused as refused:
        log.warning("a room was left out of broadcast %s: %s", broadcast.id, refused.message)
        if refused.code is Code.UNAVAILABLE:
            raise
    return room


def _tell_people(store: Store, broadcast: Broadcast) -> int | None:
    """Writes the next people's notices; None at the end, or when somebody else walks on."""
    now = store.clock.now()
    after = broadcast.place[2:] if broadcast.place.startswith("u:") else ""
    facts = {"text": broadcast.text}

    def act(connection: Connection) -> list[str]:
        users = broadcasts.recipients(connection, broadcast, _since(store, broadcast), after, TOGETHER)
        fields = ({"place": f"u:{users[-1]}", "state": RUNNING, "reached": broadcast.reached + len(users)} if users
                  else {"state": DONE, "ended_at": now})
        if not broadcasts.step(connection, broadcast, **fields):
            raise _FasterError
        notice_rows.add_many(connection, [
            notices.made(broadcast.organization, user, Kind.ANNOUNCEMENT, now, broadcast.room, "", facts,
                         source=broadcast.id) for user in users])
        return users

    try:
        users = store.record.write(act)
    except _FasterError:
        return None
    notices.nudge(store, users)
    return len(users) or None


class _FasterError(Exception):
    """Another process took this step."""


# what they have in common


def _turn(store: Store, actor: Actor, id_: str, before: Sequence[str], after: str) -> Broadcast:
    now = store.clock.now()

    def act(connection: Connection) -> Broadcast:
        found = _known(connection, actor, id_)
        if found.state not in before:
            raise Refused(Code.BAD_FRAME, f"it is {found.state}")
        turned = found._replace(state=after, ended_at=now if after == CANCELLED else None)
        if not broadcasts.step(connection, found, state=turned.state, ended_at=turned.ended_at):
            raise Refused(Code.UNAVAILABLE, "it is just going on: try again", 1_000)
        if after == CANCELLED:
            notice_rows.cancel(connection, id_, now)
        if after == PAUSED:
            notice_rows.turn(connection, id_, notice_rows.WAITING, notice_rows.PAUSED)
        if after == RUNNING:
            notice_rows.turn(connection, id_, notice_rows.PAUSED, notice_rows.WAITING)
        _write_down(connection, store, actor, f"broadcast_{after}", found, {})
        return turned

    return store.record.write(act)


def _made(store: Store, actor: Actor, text: str, room: str, days: int, starts_at: int) -> Broadcast:
    now, text = store.clock.now(), text.strip()
    if not text or "\0" in text:
        raise Refused(Code.BAD_FRAME, "an announcement needs words")
    if len(text) > LONGEST:
        raise Refused(Code.TOO_LONG, f"an announcement to many has at most {LONGEST} characters")
    if not 0 <= days <= LONGEST_DAYS:
        raise Refused(Code.BAD_FRAME, f"days: 0 (everybody) to {LONGEST_DAYS}")
    if starts_at and not starts_at <= now + LATEST_MS:
        raise Refused(Code.BAD_FRAME, "starts_at: at most 30 days away")
    return Broadcast(ids.new("b"), actor.person.organization, room, days, text, False, SCHEDULED, actor.person.id, now,
                     max(starts_at, now))


def _may(connection: Connection, actor: Actor, room: str) -> None:
    """Staff who own or administer the organization. Raises Refused: forbidden, not_found."""
    if actor.role != "owner":
        raise Refused(Code.FORBIDDEN)
    found = room_rows.one(connection, room) if room else None
    if room and (found is None or found.organization != actor.person.organization):
        raise Refused(Code.NOT_FOUND)


def _known(connection: Connection, actor: Actor, id_: str) -> Broadcast:
    _may(connection, actor, "")
    found = broadcasts.one(connection, id_)
    if found is None or found.organization != actor.person.organization:
        raise Refused(Code.NOT_FOUND)
    return found


def _since(store: Store, broadcast: Broadcast) -> int:
    return store.clock.now() - broadcast.days * DAY_MS if broadcast.days else 0


def _write_down(connection: Connection, store: Store, actor: Actor, act: str, broadcast: Broadcast,
                after: Mapping[str, int]) -> None:
    audit.add(connection, actor.person.organization, Act(
        store.clock.now(), actor.person.id, actor.person.door.value, act, "", broadcast.room, "", broadcast.id, "{}",
        msgspec.json.encode(after).decode()))
