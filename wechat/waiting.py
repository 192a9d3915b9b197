"""A follower who waits for a seat, and one who wants to be left in peace."""

from __future__ import annotations

from collections.abc import Callable

from rooms import followers, ids, quiet, seats
from rooms.errors import Code, Refused
from rooms.seats import Queued
from rooms.store import Store
from wechat import spans
from wechat.commands import Verb
from wechat.followers import Follower

LONGEST_QUIET_SECONDS = 366 * 86_400

Way = Callable[[Follower, str], str]


class Waiting:
    """`go_to` enters a channel and tells the arrival; it is asked when a place in the queue turned into a seat."""

    def __init__(self, store: Store, go_to: Callable[[Follower, str], str]) -> None:
        self._store = store
        self._go_to = go_to

    def ways(self) -> dict[Verb, Way]:
        return {Verb.QUIET: self._quiet, Verb.RESUME: self._resume, Verb.QUEUE: self._queue}

    def _quiet(self, follower: Follower, span: str) -> str:
        """In the room where they are, at every door; who is nowhere hears nothing from this account."""
        now = self._store.clock.now()
        seconds = min(spans.seconds(span) or 0, LONGEST_QUIET_SECONDS)
        until = now + seconds * 1000 if seconds else None
        if follower.channel:
            quiet.set_quiet(self._store, follower.person, ids.room_of(follower.channel), True, until)
        else:
            followers.keep_quiet(self._store, follower.account.appid, follower.openid, until or followers.FOR_GOOD)
        return follower.words.quiet(follower.words.until(spans.moment(until, now) if until else ""))

    def _resume(self, follower: Follower, _: str) -> str:
        was = followers.keep_quiet(self._store, follower.account.appid, follower.openid, 0) > self._store.clock.now()
        if follower.channel and quiet.until(self._store, follower.channel, [follower.person.id]):
            for place in (ids.room_of(follower.channel), follower.channel):
                quiet.set_quiet(self._store, follower.person, place, False)
            was = True
        return follower.words.resumed() if was else follower.words.not_quiet()

    def _queue(self, follower: Follower, _: str) -> str:
        """Looks at the place, and with that keeps it; takes the seat that is there by now."""
        if not follower.waiting:
            return follower.words.no_queue()
        return self._go_to(follower, follower.waiting)


def wait(follower: Follower, there: Queued, title: str) -> str:
    """They have a place in the queue now, and stay where they are meanwhile."""
    follower.wait_for(there.channel)
    return follower.words.queued(title, there.place, there.length)


def give_up(store: Store, follower: Follower) -> None:
    """Leaves the queue. A channel that is gone is left all the same."""
    channel = follower.waiting
    follower.wait_for("")
    try:
        seats.step_out(store, follower.person, channel, "")
    except Refused as refused:
        if refused.code is Code.UNAVAILABLE:
            raise
