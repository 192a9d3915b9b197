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

from rooms import cursors, followers, identities, ids, ledger, messages, notices, seats, templates, tracing, waiting
from rooms.errors import Refused
from rooms.events import Entry
from rooms.store import Store
from wechat import addressee, digest
from wechat.agenda import NEWS, Agenda, Item
from wechat.telling import parsed
from wechat.visit import Visit, Visitor

if TYPE_CHECKING:
    from settings import Settings

log = logging.getLogger(__name__)

CHANNELS_A_RUN = 200
FOLLOWERS_A_RUN = 500
NEWS_A_RUN = 1_000
VISITS_AT_ONCE = 8
"""As many calls are under way when WeChat falls silent: more would be more calls in vain."""
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
            followers.note_seen(self._store)
        for channel in self._store.live.hinted("due", CHANNELS_A_RUN):
            self._note(channel)
        self._call_for_seats()
        self._note_news()
        items = self._agenda.due(self._store.clock.now(), FOLLOWERS_A_RUN)
        if not items:
            return Counter()
        run = tracing.now()
        with ThreadPoolExecutor(VISITS_AT_ONCE, "courier") as pool:
            return Counter(pool.map(lambda item: self._visit_in(run, item, stop), items))

    def _visit_in(self, run: tracing.Trace | None, item: Item, stop: float) -> Visit:
        with tracing.about(run):
            return self._visit(item, stop)

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
            self._agenda.add((Item(channel, user) for user in named), now)
        except (KeyError, Refused):  # the room is not ready: the hint comes back with the next look
            self._store.live.hint("due", channel)

    def _call_for_seats(self) -> None:
        """Who was offered a seat while nothing connected them is told so."""
        for offer in waiting.away_offers(self._store):
            who = identities.who(self._store, offer.user)
            if who is not None:
                notices.add(self._store, who.person, notices.Kind.SEAT, ids.room_of(offer.channel), offer.channel,
                            {"ticket": offer.ticket}, offer.until)

    def _note_news(self) -> None:
        """Who has something to be told comes on the agenda at once; the next answer tells it if that is first."""
        users = self._store.live.hinted(notices.HINT, NEWS_A_RUN)
        if self._store.live.once("lost-notices", 60):
            users += notices.sweep(self._store)
        if not users:
            return
        now = self._store.clock.now()
        for follower in followers.of_users(self._store, users):
            name = addressee.state(self._store, follower)
            self._store.live.tell("HSET", name, "notices", "1", key=name)
        self._agenda.hurry((Item(NEWS, user) for user in users), now)
        self._agenda.add((Item(NEWS, user) for user in users), now)

    def _named(self, channel: str, tip: int, waiting: Sequence[str]) -> list[str]:
        """Whom the newest entries name, of the waiting and of those who are reached by templates; or all who wait when
        there is a notice among them."""
        before = int(self._store.live.command("HGET", self._examined, channel, key=self._examined) or 0)
        entries = parsed(messages.after(self._store, channel, max(before, tip - EXAMINED_ENTRIES), EXAMINED_ENTRIES))
        self._store.live.tell("HSET", self._examined, channel, str(tip), key=self._examined)
        if any(is_notice(entry) for entry in entries):
            return list(waiting)
        calling = [entry for entry in entries if digest.calls(entry)]
        if not calling:
            return []
        known = {user: who.person.name for user, who in identities.who_all(self._store, waiting).items() if who}
        known |= dict(templates.reachable_in(self._store, ids.room_of(channel)))
        return [user for user, name in known.items() if any(digest.names(entry, name) for entry in calling)]


def is_notice(entry: Entry) -> bool:
    return entry.op == "announced"
