"""How an announcement to many goes on, in small steps that a death at any instant neither repeats nor loses.

One process walks at a time. Before it speaks in a channel it looks whether the announcement stands there already, so a
room that Redis could not take, or in which the one before died, is taken up again. A step over people and their
notices are one transaction. Who reads along on a live socket has heard it there.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from rooms import announcements, messages, notices, seats
from rooms.authority import Actor
from rooms.broadcasts import DONE, RUNNING, SCHEDULED, Broadcast, since
from rooms.errors import Code, Refused
from rooms.events import Door, Entry, Person
from rooms.live.live import token
from rooms.notices import Kind
from rooms.record import Connection, broadcasts, channels
from rooms.record import notices as notice_rows
from rooms.record import rooms as room_rows
from rooms.store import Store

log = logging.getLogger(__name__)

TOGETHER, STEPS = 500, 20
"""People in one step, and steps in one round."""
LEASE_MS = 60_000
"""Longer than a step can take."""
LOOKED_THROUGH = 1_000
"""Entries of a channel in which an announcement is looked for that may stand there already."""
ON_A_SOCKET = "socket"
"""The way of what somebody heard in a channel."""


def advance(store: Store) -> int:
    """A few steps of everything that is due; returns how many people were met. Safe to run in several places.

    Raises Refused(UNAVAILABLE) after what could be done was done: the rest is tried again.
    """
    now, met, trouble = store.clock.now(), 0, None
    for one in store.record.read(lambda c: broadcasts.due(c, (SCHEDULED, RUNNING), now)):
        lease, mine = store.live.name("broadcast", one.id), token()
        if not store.live.set(lease, mine, px=LEASE_MS, nx=True):
            continue
        try:
            met += _walk(store, one, lease, mine)
        except Refused as refused:
            trouble = refused
        finally:
            store.live.delete_if(lease, mine)
    if trouble is not None:
        raise trouble
    return met


def _walk(store: Store, broadcast: Broadcast, lease: str, mine: str) -> int:
    met = 0
    for _ in range(STEPS):
        found = store.record.read(lambda c: broadcasts.one(c, broadcast.id))
        if found is None or found.state not in (SCHEDULED, RUNNING) or not _still_mine(store, lease, mine):
            return met
        if found.place.startswith("u:") or not _next_room(store, found):
            count = _tell_people(store, found)
            if not count:
                return met
            met += count
    return met


def _still_mine(store: Store, lease: str, mine: str) -> bool:
    """So long as it is, it stays so for another minute."""
    held = (store.live.get(lease) or b"").decode() == mine
    return held and store.live.set(lease, mine, px=LEASE_MS)


# rooms


def _next_room(store: Store, broadcast: Broadcast) -> str:
    """Speaks in the next room; empty where there is none left. Raises Refused(UNAVAILABLE)."""
    room, inside = store.record.read(lambda c: _after(c, broadcast))
    if not room:
        return ""
    problem = ""
    try:
        _speak(store, broadcast, inside)
    except Refused as refused:
        if refused.code is Code.UNAVAILABLE:
            log.warning("broadcast %s waits before room %s: %s", broadcast.id, room, refused.message)
            raise
        problem = f"left out: {room}: {refused.message}"
        log.warning("broadcast %s %s", broadcast.id, problem)
    fields = {"problem": problem[:255]} if problem else {}
    stepped = store.record.write(lambda c: broadcasts.step(c, broadcast, place=f"r:{room}", state=RUNNING, **fields))
    return room if stepped else ""


def _after(connection: Connection, broadcast: Broadcast) -> tuple[str, list[str]]:
    """The first room behind the place, with its channels."""
    wanted = [broadcast.room] if broadcast.room else sorted(room_rows.ids(connection, broadcast.organization))
    room = next((one for one in wanted if one > broadcast.place[2:]), "")
    return room, [one.id for one in channels.of_room(connection, room)] if room else []


def _speak(store: Store, broadcast: Broadcast, inside: Sequence[str]) -> None:
    steward = Actor(Person(broadcast.by, broadcast.organization, "", Door.CONSOLE), "owner")
    for channel in inside:
        if not _stands(store, channel, broadcast):
            announcements.announce(store, steward, channel, broadcast.text)


def _stands(store: Store, channel: str, broadcast: Broadcast) -> bool:
    """Whether it was said there since the broadcast began."""
    tip = seats.tips(store, [channel]).get(channel, ("", 0))[1]
    for one in messages.after(store, channel, max(0, tip - LOOKED_THROUGH), LOOKED_THROUGH):
        if b'"announced"' in one.frame:
            entry = Entry.parse(one.frame)
            if entry.op == "announced" and entry.text == broadcast.text and entry.at >= broadcast.starts_at:
                return True
    return False


# people


def _tell_people(store: Store, broadcast: Broadcast) -> int:
    """Writes the next people's notices; 0 at the end, or when somebody else walks on."""
    after = broadcast.place[2:] if broadcast.place.startswith("u:") else ""
    users = store.record.read(lambda c: broadcasts.recipients(c, broadcast, since(store, broadcast), after, TOGETHER))
    now, heard = store.clock.now(), _on_sockets(store, broadcast, users)

    def act(connection: Connection) -> bool:
        fields = ({"place": f"u:{users[-1]}", "state": RUNNING, "reached": broadcast.reached + len(users)} if users
                  else {"state": DONE, "ended_at": now})
        if not broadcasts.step(connection, broadcast, **fields):
            return False
        notice_rows.add_many(connection, [_notice(broadcast, user, user in heard, now) for user in users])
        return True

    if not store.record.write(act) or not users:
        return 0
    if not broadcast.mass:
        notices.nudge(store, [user for user in users if user not in heard])
    return len(users)


def _on_sockets(store: Store, broadcast: Broadcast, users: Sequence[str]) -> set[str]:
    """Who of these is in one of the channels now, on a live socket."""
    def look(connection: Connection) -> list[str]:
        inside = (channels.of_room(connection, broadcast.room) if broadcast.room
                  else channels.of_organization(connection, broadcast.organization))
        return [one.id for one in inside]

    return seats.present_among(store, store.record.read(look), users) if users else set()


def _notice(broadcast: Broadcast, user: str, heard: bool, now: int) -> notice_rows.Notice:
    made = notices.made(broadcast.organization, user, Kind.ANNOUNCEMENT, now, broadcast.room, "",
                        {"text": broadcast.text}, source=broadcast.id)
    if heard:
        return made._replace(state=notice_rows.TOLD, way=ON_A_SOCKET, settled_at=now)
    return made._replace(state=notice_rows.MASS) if broadcast.mass else made
