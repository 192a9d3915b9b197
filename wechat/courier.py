"""Digests for followers who stay quiet, as customer-service messages.

A run takes the channels in which something was said, puts their waiting listeners on the agenda, and visits those
whose time has come. A visit asks the planner, writes down the intent, sends one digest, and writes down what came of
it; the follower's place moves on WeChat's yes. Runs may overlap and may be killed at any instant: each follower is
visited by one at a time, and the intent in the record is what makes it at most once.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from rooms import cursors, identities, ledger, messages, seats
from rooms.errors import Refused
from rooms.events import Entry
from rooms.store import Store
from wechat import digest
from wechat.agenda import Agenda, Item
from wechat.telling import parsed
from wechat.visit import Visit, Visitor

if TYPE_CHECKING:
    from settings import Settings

log = logging.getLogger(__name__)

CHANNELS_A_RUN = 200
FOLLOWERS_A_RUN = 500
VISITS_AT_ONCE = 8
RUN_SECONDS = 20.0
EXAMINED_ENTRIES = 200

Delivered = Counter[Visit]
"""How many followers were visited with which end."""


def deliver(store: Store, settings: Settings) -> Delivered:
    """One run, bounded; safe to run twice and in two places at once. Raises Refused(UNAVAILABLE)."""
    return Courier(store, settings).run()


class Courier:
    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._agenda = Agenda(store.live)
        self._visitor = Visitor(store, settings, self._agenda)
        self._examined = store.live.name("examined")

    def run(self) -> Delivered:
        stop = time.monotonic() + RUN_SECONDS
        if self._store.live.once("stale-intents", 10):
            ledger.give_up(self._store)
        for channel in self._store.live.hinted("due", CHANNELS_A_RUN):
            self._note(channel)
        items = self._agenda.due(self._store.clock.now(), FOLLOWERS_A_RUN)
        if not items:
            return Counter()
        with ThreadPoolExecutor(VISITS_AT_ONCE, "courier") as pool:
            return Counter(pool.map(lambda item: self._visit(item, stop), items))

    def _visit(self, item: Item, stop: float) -> Visit:
        if time.monotonic() > stop:
            return Visit.LATER
        try:
            return self._visitor.visit(item)
        except Refused as refused:
            log.warning("visit put off channel=%s user=%s: %s", item.channel, item.user, refused.message)
            return Visit.LATER
        except Exception:
            log.exception("visit failed channel=%s user=%s", item.channel, item.user)
            self._agenda.put(item, self._store.clock.now() + 60_000)
            return Visit.LATER

    def _note(self, channel: str) -> None:
        """Who listens here and was not told everything comes on the agenda; who was named, at once."""
        try:
            tip = seats.tips(self._store, [channel])[channel][1]
            waiting = [user for user, place in cursors.listeners(self._store, channel).items() if place.seq < tip]
            now = self._store.clock.now()
            self._agenda.add((Item(channel, user) for user in waiting), now)
            named = self._named(channel, tip, waiting)
            self._agenda.hurry((Item(channel, user) for user in named), now)
        except (KeyError, Refused):  # the room is not ready: the hint comes back with the next look
            self._store.live.hint("due", channel)

    def _named(self, channel: str, tip: int, waiting: Sequence[str]) -> list[str]:
        """Those of the waiting whom the newest entries name, or everybody when there is a notice among them."""
        before = int(self._store.live.command("HGET", self._examined, channel, key=self._examined) or 0)
        entries = parsed(messages.after(self._store, channel, max(before, tip - EXAMINED_ENTRIES), EXAMINED_ENTRIES))
        self._store.live.tell("HSET", self._examined, channel, str(tip), key=self._examined)
        if any(is_notice(entry) for entry in entries):
            return list(waiting)
        calling = [entry for entry in entries if digest.calls(entry)]
        people = identities.who_all(self._store, waiting) if calling else {}
        return [user for user, who in people.items()
                if who and any(digest.names(entry, who.person.name) for entry in calling)]


def is_notice(entry: Entry) -> bool:
    return entry.op == "announced"
