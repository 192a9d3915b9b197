"""Those who wait for a seat on sockets of this process: told their place when it changes, and called when it is their
turn.

What is published about queues is a hint. Once a second the time that is over is let run out in their channels, so that
a seat which nobody takes goes to the next; every other second it is asked where everybody stands.
"""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

from miniprogram.counters import Counters
from miniprogram.protocol import Queue, Seat
from miniprogram.workers import Workers
from rooms import seats, waiting
from rooms.errors import Refused
from rooms.seats import Queued
from rooms.store import Store
from rooms.waiting import Standing

if TYPE_CHECKING:
    from miniprogram.session import Session

LOOK_EVERY = 2
"""Seconds between two times that a place is told."""
NO_PLACE = 0
"""Told to who is not in the queue any more: the ticket is over, or somebody put them out."""


class _Waiter:
    __slots__ = ("called", "place", "sessions", "since")

    def __init__(self, place: int) -> None:
        self.sessions: list[Session] = []
        self.place = place
        """As it was told last."""
        self.called = False
        self.since = monotonic()

    def is_busy(self) -> bool:
        """Whether one of them asks for something: it may be the seat, and its answer tells all."""
        return any(session.working for session in self.sessions)


class Lines:
    def __init__(self, store: Store, workers: Workers, counters: Counters) -> None:
        self._store = store
        self._counters = counters
        self._workers = workers
        self._of: dict[str, dict[str, _Waiter]] = {}
        self._busy = False

    def __contains__(self, channel: str) -> bool:
        return channel in self._of

    @property
    def channels(self) -> list[str]:
        return list(self._of)

    def waiting_in(self, channel: str) -> list[Session]:
        """Who waits there and was not called yet."""
        people = self._of.get(channel, {})
        return [session for waiter in people.values() if not waiter.called for session in waiter.sessions]

    # ---- who waits

    def join(self, session: Session, place: Queued) -> None:
        """They have been told the place."""
        waiter = self._of.setdefault(place.channel, {}).setdefault(session.me.id, _Waiter(place.place))
        if session not in waiter.sessions:
            waiter.sessions.append(session)
        session.waiting[place.channel] = place.ticket

    def leave(self, session: Session, channel: str) -> None:
        """This socket waits there no more."""
        session.waiting.pop(channel, None)
        people = self._of.get(channel, {})
        waiter = people.get(session.me.id)
        if waiter is None:
            return
        if session in waiter.sessions:
            waiter.sessions.remove(session)
        if not waiter.sessions:
            del people[session.me.id]
        if not people:
            self._of.pop(channel, None)

    def lost(self, channel: str, user: str, length: int = 0) -> None:
        """The place is gone: whoever waits for it is told so."""
        waiter = self._of.get(channel, {}).get(user)
        for session in list(waiter.sessions) if waiter else []:
            self.leave(session, channel)
            session.tell(Queue(channel=channel, place=NO_PLACE, length=length))

    # ---- what is told

    def seat(self, channel: str, user: str, ticket: str, hold_seconds: int) -> None:
        """A seat is held for them. Never waits."""
        waiter = self._of.get(channel, {}).get(user)
        if waiter is None or waiter.called:
            return
        waiter.called = True
        self._counters.called += 1
        self._counters.waited_ms += round((monotonic() - waiter.since) * 1000)
        for session in waiter.sessions:
            session.tell(Seat(channel=channel, ticket=ticket, hold_seconds=hold_seconds))

    def tick(self, now: int) -> None:
        """Once a second."""
        self._counters.waiting = sum(map(len, self._of.values()))
        if self._of and not self._busy:
            self._busy = True
            self._workers.do(lambda: self._round(look=now % LOOK_EVERY == 0))

    def _round(self, look: bool) -> None:
        try:
            seats.lapse(self._store, self.channels)
            for channel in self.channels if look else ():
                self.look(channel)
        except Refused:
            pass  # the next round tries again
        finally:
            self._busy = False

    def look(self, channel: str) -> None:
        """Asks where everybody stands, and tells those for whom something changed. May wait."""
        people = {user: (waiter, waiter.called) for user, waiter in self._of.get(channel, {}).items()}
        line = waiting.line(self._store, channel, list(people))
        now = self._store.clock.now() + self._store.live.offset_ms
        for user, (waiter, called) in people.items():
            if self._of.get(channel, {}).get(user) is not waiter or waiter.called != called or waiter.is_busy():
                continue  # they left, came anew, were called while we asked, or take their seat at this moment
            standing = line.standings.get(user)
            if standing is None:
                self.lost(channel, user, line.length)
            elif standing.place == NO_PLACE:
                self.seat(channel, user, standing.ticket, max(1, (standing.until - now) // 1000))
            else:
                self._moved(channel, waiter, standing, line.length)

    def _moved(self, channel: str, waiter: _Waiter, standing: Standing, length: int) -> None:
        waiter.called = False
        if standing.place == waiter.place:
            return
        waiter.place = standing.place
        for session in waiter.sessions:
            session.tell(Queue(channel=channel, place=standing.place, length=length))
