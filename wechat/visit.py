"""One person's turn: what are they owed, may they hear it now and by which way, and what came of it."""

from __future__ import annotations

import logging
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from rooms import cursors, ledger, notices, owed, quiet, receipts, seats, templates, tracing
from rooms.errors import Code, Refused
from rooms.events import Entry, Person, Position
from rooms.followers import FOR_GOOD
from rooms.ledger import Intent
from rooms.live.live import token
from rooms.planner import Decision, Hold, Ledger, Notify, Owed, Send, Ticket, Wait, Way, plan
from rooms.record.templates import Template
from rooms.store import Store
from rooms.templates import Kind
from wechat import addressee, digest, hours, news
from wechat.addressee import Addressee
from wechat.agenda import NEWS, Agenda, Item
from wechat.article import alone
from wechat.commands import Verb
from wechat.digest import Digest, Place
from wechat.followers import Question, written
from wechat.news import News
from wechat.platform.limits import LIMITS, PlatformLimits
from wechat.sender import Sender, Sent
from wechat.telling import FETCHED, parsed

if TYPE_CHECKING:
    from settings import Settings

log = logging.getLogger(__name__)

LEASE_MS = 60_000
"""Longer than a visit can take: a call ends after seconds."""
HELD_MS = 24 * 3_600_000
"""Who is held is looked at again when they act, are named, or after this."""
TAPS_BYTES = 64
"""Kept of a digest for what can be tapped under it."""
TEMPLATE_PACE_MS = 6 * 3_600_000
"""The least time between two template messages to one person: they need no yes, so we ask ourselves."""


class Visit(StrEnum):
    SENT = "sent"
    UNKNOWN = "unknown"
    FAILED = "failed"
    WAITING = "waiting"
    HELD = "held"
    NOTHING = "nothing"
    """Nothing is owed, or they are elsewhere now."""
    LATER = "later"


class Turn(NamedTuple):
    """What somebody is owed in a channel. `start`: entries above it are owed and may be sent; `whole`: nothing between
    the place and it is in doubt, so that the place may follow; `listens`: they have a place there."""

    item: Item
    to: Addressee
    start: Place
    whole: bool
    listens: bool
    entries: list[Entry]
    beyond: bool

    @property
    def person(self) -> Person:
        return self.to.person


class Thought(NamedTuple):
    """What the planner was asked and what it said."""

    ledger: Ledger
    owed: Owed
    kind: Kind
    decision: Decision
    templates: list[tuple[Ticket, Template]]

    def template(self, ticket: Ticket) -> Template:
        return next(template for known, template in self.templates if known[:4] == ticket[:4])


class Visitor:
    def __init__(self, store: Store, settings: Settings, agenda: Agenda, limits: PlatformLimits = LIMITS) -> None:
        self._store = store
        self._pace = settings.digest_pace_seconds
        self._night = settings.quiet_hours
        self._agenda = agenda
        self._limits = limits
        self._sender = Sender(store, settings, limits)

    def visit(self, item: Item) -> Visit:
        """Raises Refused(UNAVAILABLE)."""
        lease, mine = self._store.live.name("visit", item.user), token()
        if not self._store.live.set(lease, mine, px=LEASE_MS, nx=True):
            return Visit.LATER
        try:
            return self._tell_news(item) if item.channel == NEWS else self._tell_talk(item)
        except Refused as refused:
            if refused.code is Code.UNAVAILABLE:
                raise
            return self._gone(item)
        finally:
            self._store.live.delete_if_soon(lease, mine)

    # what was said in a channel

    def _tell_talk(self, item: Item) -> Visit:
        turn = self.turn(item)
        if turn is None:
            return self._gone(item)
        thought = self.think(turn)
        decision = thought.decision
        log.debug("plan user=%s channel=%s: %s", item.user, item.channel, decision)
        if isinstance(decision, Send):
            return self._send_digest(turn, decision, thought.kind)
        if isinstance(decision, Notify):
            return self._notify_of_talk(turn, decision, thought)
        if isinstance(decision, Wait):
            return self._wait(item, decision)
        return self._hold(turn, decision)

    def turn(self, item: Item) -> Turn | None:
        """What is owed there; None when nobody is to be told. Raises Refused."""
        store, to = self._store, addressee.find(self._store, self._limits, item.user, item.channel)
        if to is None:
            return None
        told = cursors.told(store, item.channel, item.user) if to.follower.current_channel == item.channel else None
        read = receipts.unread(store, to.person, [item.channel]).get(item.channel)
        if read is None or (told is None and not self._tickets(item.user, Kind.MENTION, to)):
            return None
        floor = to.page.floor(item.channel)
        start = _start(item.channel, told or Position(read.epoch, read.read), max(read.read, floor), to.part)
        found = parsed(owed.since(store, item.user, item.channel, start.seq, FETCHED + 1))
        whole = told is not None and floor <= max(told.seq, read.read)
        return Turn(item, to, start, whole, told is not None, found[:FETCHED], len(found) > FETCHED)

    def think(self, turn: Turn) -> Thought:
        """What to do about it, and why."""
        owed, to = _owed(turn, turn.to.page.heard(turn.item.channel)), turn.to
        kind = Kind.MENTION if owed.mention else Kind.ANNOUNCEMENT if owed.notice else Kind.UNREAD
        possible = self._tickets(turn.item.user, kind, to)
        if not turn.listens and not owed.mention:  # who does not listen here is called by name only
            owed = owed._replace(entries=0)
        present = seats.is_present(self._store, turn.person.id, turn.item.channel)
        known = self._ledger(to, present, self._quiet_until(turn), possible)
        if not turn.listens:
            known = known._replace(reachable=False)
        return Thought(known, owed, kind, plan(known, owed, self._pace, self._store.clock.now()), possible)

    def _send_digest(self, turn: Turn, send: Send, kind: Kind) -> Visit:
        taps = turn.to.account is not None and self._sender.may_menu(turn.to.account)
        composed = digest.compose(turn.entries, turn.person.id, turn.start, turn.to.title, turn.to.words,
                                  self._limits.text_bytes - (TAPS_BYTES if taps else 0), turn.beyond)
        upto = Position(composed.place.epoch, composed.place.seq)
        intent = Intent(kind, turn.item.channel, turn.start.seq, upto)
        self._keep_part(turn, composed.place)
        with tracing.carrying("deliver", tracing.of_entries(composed.told), channel=turn.item.channel) as facts:
            sent = self._give(turn, send, intent, composed)
            facts["state"] = str(sent.outcome.state) if sent else "left to another"
        if sent is None or not (sent.arrived or sent.in_doubt):
            self._keep_part(turn, turn.start)
        return self._after(turn.item, sent) if sent is None or not sent.arrived else self._told(turn, composed)

    def _give(self, turn: Turn, send: Send, intent: Intent, composed: Digest) -> Sent | None:
        """As a card where it is one link, else as a text, with what one may touch where more is left."""
        article = alone(turn.entries, turn.person.id, composed, digest.shown_name(turn.to.title), turn.to.words)
        if article is not None:
            return self._sender.article(turn.to, send, intent, article)
        return self._sender.text(turn.to, send, intent, composed.text,
                                 (Verb.MORE, Verb.QUIET) if composed.left or composed.beyond else ())

    def _notify_of_talk(self, turn: Turn, notify: Notify, thought: Thought) -> Visit:
        last, now = turn.entries[-1], self._store.clock.now()
        intent = Intent(thought.kind, turn.item.channel, turn.start.seq, Position(last.epoch, last.seq))
        places = news.places(self._store, [turn.item.channel])
        facts = news.talk_facts(turn.item.channel, places, thought.owed, _caller(turn), turn.to.words, now)
        filled = templates.filled(thought.template(notify.ticket), facts)
        with tracing.carrying("notify", tracing.of_entries(turn.entries), channel=turn.item.channel) as told:
            sent = self._sender.notice(turn.to, notify, intent, filled)
            told["state"] = str(sent.outcome.state) if sent else "left to another"
        if sent is None or not sent.arrived:
            return self._after(turn.item, sent)
        self._agenda.put(turn.item, now + HELD_MS)
        return Visit.SENT

    def _told(self, turn: Turn, composed: Digest) -> Visit:
        place = composed.place
        if turn.whole:
            cursors.move(self._store, turn.item.channel, turn.person.id, Position(place.epoch, place.seq))
        if composed.left or composed.beyond:
            self._agenda.put(turn.item, self._store.clock.now())
        else:
            self._agenda.drop(turn.item)
            self._store.live.hint("due", turn.item.channel)  # for what was said while it was sent
        return Visit.SENT

    def _hold(self, turn: Turn, decision: Hold) -> Visit:
        if not digest.owed(turn.entries, turn.person.id):
            if turn.entries and turn.whole:
                last = turn.entries[-1]
                cursors.move(self._store, turn.item.channel, turn.person.id, Position(last.epoch, last.seq))
            return self._gone(turn.item)
        if not turn.listens:
            return self._gone(turn.item)
        log.info("held user=%s channel=%s because=%s", turn.item.user, turn.item.channel, decision.because)
        self._agenda.put(turn.item, self._store.clock.now() + HELD_MS)
        return Visit.HELD

    # what somebody has to be told besides

    def _tell_news(self, item: Item) -> Visit:
        to = addressee.find(self._store, self._limits, item.user)
        if to is None:
            return self._gone(item)
        gathered = news.gather(self._store, item.user, to.words)
        if not gathered.notices:
            return self._gone(item)
        news.leave_where_put_out(self._store, item.user, gathered.notices)
        thought = self.think_of_news(to, gathered)
        decision = thought.decision
        log.debug("plan user=%s news=%s: %s", item.user, len(gathered.notices), decision)
        if isinstance(decision, Send):
            return self._send_news(item, to, decision, gathered, thought.kind)
        if isinstance(decision, Notify):
            return self._notify_of_news(item, to, decision, gathered, thought)
        if isinstance(decision, Wait):
            return self._wait(item, decision)
        self._agenda.put(item, self._store.clock.now() + HELD_MS)
        return Visit.HELD

    def think_of_news(self, to: Addressee, gathered: News) -> Thought:
        kind = news.template_kind(gathered.notices)
        possible = self._tickets(to.person.id, kind, to) if kind else []
        pressing = any(one.kind in news.PRESSING for one in gathered.notices)
        prompt = any(one.kind not in news.LEISURELY for one in gathered.notices)
        owed = Owed(len(gathered.notices), notice=True, prompt=prompt, pressing=pressing)
        known = self._ledger(to, False, to.follower.quiet_until or 0, possible)
        decision = plan(known, owed, self._pace, self._store.clock.now())
        return Thought(known, owed, kind or Kind.UNREAD, decision, possible)

    def _send_news(self, item: Item, to: Addressee, send: Send, gathered: News, kind: Kind) -> Visit:
        seat = any(one.kind == notices.Kind.SEAT for one in gathered.notices)
        sent = self._sender.text(to, send, Intent(kind, notices=gathered.notices), gathered.text,
                                 (Verb.QUEUE,) if seat else ())
        if sent is None or not sent.arrived:
            return self._after(item, sent)
        self._ask_about_seat(to, gathered)
        return self._more_news(item, gathered.more)

    def _notify_of_news(self, item: Item, to: Addressee, notify: Notify, gathered: News, thought: Thought) -> Visit:
        first = gathered.notices[0]
        facts = news.template_facts(first, news.names(self._store, [first]), to.words)
        filled = templates.filled(thought.template(notify.ticket), facts)
        sent = self._sender.notice(to, notify, Intent(thought.kind, notices=[first]), filled)
        if sent is None or not sent.arrived:
            return self._after(item, sent)
        return self._more_news(item, len(gathered.notices) > 1 or gathered.more)

    def _more_news(self, item: Item, more: bool) -> Visit:
        if more:
            self._agenda.put(item, self._store.clock.now())
        else:
            self._agenda.drop(item)
        return Visit.SENT

    def _ask_about_seat(self, to: Addressee, gathered: News) -> None:
        """Their next yes takes the seat."""
        if to.account is not None and any(one.kind == notices.Kind.SEAT for one in gathered.notices):
            name = addressee.state(self._store, to.follower)
            question = Question("confirm", "queue", self._store.clock.now())
            self._store.live.command("HSET", name, "question", written(question), key=name)

    # what they have in common

    def _ledger(self, to: Addressee, present: bool, quiet_until: int,
                possible: list[tuple[Ticket, Template]]) -> Ledger:
        page, now = to.page, self._store.clock.now()
        stopped = self._sender.stopped_until(to.account.appid) if to.account else 0
        busy = now + ledger.STALE_MS if page.busy else 0
        free = [ticket._replace(free_at=max(ticket.free_at, busy, self._sender.stopped_until(ticket.appid, ticket.way)))
                for ticket, _ in possible]
        reachable = page.reachable and to.account is not None
        return Ledger(page.buckets, page.pushed_at, page.digests, page.digest_at, reachable, present, quiet_until,
                      max(stopped, busy), free, hours.night_until(self._night, now))

    def _tickets(self, user: str, kind: Kind, to: Addressee) -> list[tuple[Ticket, Template]]:
        free_at = to.page.last_by(Way.TEMPLATE) + TEMPLATE_PACE_MS
        return self._store.record.read(lambda c: templates.tickets(c, user, kind, free_at))

    def _quiet_until(self, turn: Turn) -> int:
        """As a follower, or for this room or channel at any door."""
        until = quiet.until(self._store, turn.item.channel, [turn.item.user]).get(turn.item.user)
        return max(turn.to.follower.quiet_until or 0, FOR_GOOD if until == 0 else until or 0)

    def _wait(self, item: Item, decision: Wait) -> Visit:
        self._agenda.put(item, min(decision.until, self._store.clock.now() + HELD_MS))
        return Visit.WAITING

    def _after(self, item: Item, sent: Sent | None) -> Visit:
        """It did not arrive, as far as we know."""
        now = self._store.clock.now()
        if sent is None:
            return Visit.LATER
        reaction = sent.reaction
        if sent.in_doubt:
            self._agenda.put(item, now + reaction.stop_ms)
            return Visit.UNKNOWN
        again = reaction.again_ms if reaction.again_ms is not None else reaction.stop_ms or HELD_MS
        self._agenda.put(item, now + again)
        return Visit.FAILED

    def _keep_part(self, turn: Turn, place: Place) -> None:
        text = f"{turn.item.channel} {place.seq} {place.part}" if place.part else ""
        name = addressee.state(self._store, turn.to.follower)
        if text or turn.start.part:
            self._store.live.command("HSET", name, "part", text, key=name)

    def _gone(self, item: Item) -> Visit:
        self._agenda.drop(item)
        return Visit.NOTHING


def _start(channel: str, told: Position, other: int, part: str) -> Place:
    """Where to go on: behind what they were told, read elsewhere, or may have been sent."""
    if other > told.seq:
        return Place(told.epoch, other)
    words = part.split(" ")
    return Place(told.epoch, told.seq, int(words[2]) if words[:2] == [channel, str(told.seq)] else 0)


def _owed(turn: Turn, heard: int) -> Owed:
    mine = digest.owed(turn.entries, turn.person.id)
    named = [entry.seq for entry in mine if digest.names(entry, turn.person.name)]
    announced = [entry.seq for entry in mine if entry.op == "announced"]
    urgent = [*named, *announced] or [entry.seq for entry in mine]
    return Owed(len(mine), bool(named), bool(announced), heard=bool(urgent) and max(urgent) <= heard)


def _caller(turn: Turn) -> str:
    """Who named them last."""
    mine = digest.owed(turn.entries, turn.person.id)
    named = [entry for entry in mine if digest.names(entry, turn.person.name)]
    return digest.shown_name(named[-1].author.name if named and named[-1].author else "")
