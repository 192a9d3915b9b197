"""An announcement to a room, a whole organization, or those of its people who were here lately or bear a tag.

In each room it becomes an entry of every channel, which sockets and listening followers hear like any other; each
follower who listens to none of them gets a notice, which the planner brings by the best way there is, or on wish a
mass message of the account. How it walks is in `broadcast_walk`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from rooms import ids, notices
from rooms.authority import Actor
from rooms.errors import Code, Refused
from rooms.record import Connection, audit, broadcasts, mass_jobs
from rooms.record import notices as notice_rows
from rooms.record import rooms as room_rows
from rooms.record.audit import Act
from rooms.record.broadcasts import Broadcast
from rooms.store import Store

__all__ = ["CANCELLED", "DONE", "EVERYBODY", "PAUSED", "RUNNING", "SCHEDULED", "Audience", "Broadcast", "Preview",
           "Progress", "cancel", "of_organization", "pause", "preview", "progress", "results", "resume", "since",
           "some", "start"]

LONGEST = 600
"""Characters: so that it fits into one message of WeChat."""
LONGEST_DAYS, LATEST_MS = 365, 30 * 86_400_000
LONGEST_TAG = 32
MOST_LOOKED_AT = 200_000
SCHEDULED, RUNNING, PAUSED, DONE, CANCELLED = "scheduled", "running", "paused", "done", "cancelled"
DAY_MS = 86_400_000


class Audience(NamedTuple):
    """A `room`, or with an empty one the organization; of these only who was here within so many `days` (0: ever), and
    only who bears the `tag` (empty: all). Days and tag choose followers: in channels it is said to everybody there."""

    room: str = ""
    days: int = 0
    tag: str = ""


EVERYBODY = Audience()


class Preview(NamedTuple):
    """What would happen: rooms in whose channels it stands, followers who hear it there, and who get a notice."""

    rooms: int
    listeners: int
    notices: int


class Progress(NamedTuple):
    """`told` by way; how many wait, are under way, were cancelled or are over; what became of mass messages; and how
    many wait until it goes on."""

    broadcast: Broadcast
    told: Mapping[str, int]
    waiting: int
    telling: int
    cancelled: int
    expired: int
    mass: Sequence[mass_jobs.Job] = ()
    paused: int = 0


def preview(store: Store, actor: Actor, text: str, audience: Audience = EVERYBODY) -> Preview:
    """Raises Refused: forbidden, not_found (room), bad_frame, too_long."""
    made = _made(store, actor, text, audience, 0, mass=False)

    def look(connection: Connection) -> Preview:
        _may(connection, actor, made.room)
        return Preview(len(_rooms(connection, made)), broadcasts.listeners(connection, made),
                       broadcasts.count(connection, made, since(store, made)))

    return store.record.read(look)


def some(store: Store, actor: Actor, text: str, audience: Audience, most: int) -> list[str]:
    """At most so many of those who would get a notice, evenly over all of them. Raises Refused as `preview` does."""
    made = _made(store, actor, text, audience, 0, mass=False)

    def look(connection: Connection) -> list[str]:
        _may(connection, actor, made.room)
        everybody = broadcasts.recipients(connection, made, since(store, made), "", MOST_LOOKED_AT)
        return everybody[::max(1, -(-len(everybody) // most))]

    return store.record.read(look)


def start(store: Store, actor: Actor, text: str, audience: Audience = EVERYBODY, starts_at: int = 0,
          mass: bool = False) -> Broadcast:
    """At once, or at `starts_at` (ms); with `mass` also by the Official Account's mass messages, of which a follower
    gets four in a month. Raises Refused as `preview` does."""
    made = _made(store, actor, text, audience, starts_at, mass)
    store.record.prepare(made.organization)

    def act(connection: Connection) -> None:
        _may(connection, actor, made.room)
        broadcasts.add(connection, made)
        _write_down(connection, store, actor, "broadcast", made,
                    {"characters": len(text), "days": made.days, "tag": made.tag, "mass": mass})

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
                    for state in notice_rows.STATES}
        told = {way: n for (state, way), n in counted.items() if state == notice_rows.TOLD}
        waiting = sum(by_state[state] for state in (notice_rows.WAITING, notice_rows.MASS))
        return Progress(found, told, waiting, by_state[notice_rows.TELLING], by_state[notice_rows.CANCELLED],
                        by_state[notice_rows.EXPIRED], mass_jobs.of_broadcast(connection, id),
                        by_state[notice_rows.PAUSED])

    return store.record.read(look)


def results(store: Store, actor: Actor, id: str, after: str = "", limit: int = 100) -> Sequence[notices.Notice]:  # noqa: A002
    """What became of each notice, a page at a time. Raises Refused: forbidden, not_found."""
    def look(connection: Connection) -> Sequence[notices.Notice]:
        _known(connection, actor, id)
        return notice_rows.page_of_source(connection, id, after, limit)

    return store.record.read(look)


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


def since(store: Store, broadcast: Broadcast) -> int:
    """Who was here after this (ms) is told; 0 for everybody."""
    return store.clock.now() - broadcast.days * DAY_MS if broadcast.days else 0


def _rooms(connection: Connection, broadcast: Broadcast) -> list[str]:
    return [broadcast.room] if broadcast.room else room_rows.ids(connection, broadcast.organization)


def _made(store: Store, actor: Actor, text: str, audience: Audience, starts_at: int, mass: bool) -> Broadcast:
    now, text, (room, days, tag) = store.clock.now(), text.strip(), audience
    if not text or "\0" in text:
        raise Refused(Code.BAD_FRAME, "an announcement needs words")
    if len(text) > LONGEST:
        raise Refused(Code.TOO_LONG, f"an announcement to many has at most {LONGEST} characters")
    if not 0 <= days <= LONGEST_DAYS:
        raise Refused(Code.BAD_FRAME, f"days: 0 (everybody) to {LONGEST_DAYS}")
    if len(tag) > LONGEST_TAG:
        raise Refused(Code.BAD_FRAME, f"tag: at most {LONGEST_TAG} characters")
    if starts_at and not starts_at <= now + LATEST_MS:
        raise Refused(Code.BAD_FRAME, "starts_at: at most 30 days away")
    return Broadcast(ids.new("b"), actor.person.organization, room, days, text, mass, SCHEDULED, actor.person.id, now,
                     max(starts_at, now), tag=tag)


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


def _write_down(connection: Connection, store: Store, actor: Actor, act: str, broadcast: Broadcast,
                after: Mapping[str, str | int]) -> None:
    audit.add(connection, actor.person.organization, Act(
        store.clock.now(), actor.person.id, actor.person.door.value, act, "", broadcast.room, "", broadcast.id, "{}",
        msgspec.json.encode(after).decode()))
