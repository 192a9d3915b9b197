"""One follower's turn: what are they owed, may they hear it now, and what came of it."""

from __future__ import annotations

import logging
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from rooms import accounts, cursors, followers, identities, ledger, messages, receipts, seats
from rooms.accounts import Account
from rooms.errors import Code, Refused
from rooms.events import Entry, Person, Position
from rooms.ledger import Page
from rooms.live.live import token
from rooms.planner import Hold, Ledger, Notify, Owed, Send, Wait, Window, plan
from rooms.record.followers import Follower
from rooms.store import Store
from wechat import digest, outcomes
from wechat.agenda import Agenda, Item
from wechat.digest import Digest, Place
from wechat.followers import key
from wechat.outcomes import Reaction
from wechat.platform.client import Client
from wechat.platform.limits import LIMITS, PlatformLimits
from wechat.platform.sending import Outcome, State, send_text
from wechat.platform.token import Credentials, SharedTokens
from wechat.telling import FETCHED, parsed
from wechat.voices import words_in

if TYPE_CHECKING:
    from settings import Settings

log = logging.getLogger(__name__)

WAY = "customer_service"
LEASE_MS = 60_000
"""Longer than a visit can take: a call ends after seconds."""
HELD_MS = 24 * 3_600_000
"""Who is held is looked at again when they act, are named, or after this."""
STATES = {State.SENT: ledger.SENT, State.REFUSED: ledger.FAILED, State.UNSENT: ledger.FAILED,
          State.UNKNOWN: ledger.UNKNOWN}


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
    """All that is known on entering. `start`: entries above it are owed and may be sent; `whole`: nothing between the
    place and it is in doubt, so that the place may follow."""

    item: Item
    account: Account
    page: Page
    person: Person
    start: Place
    whole: bool
    language: str
    title: str
    entries: list[Entry]
    beyond: bool


class Visitor:
    def __init__(self, store: Store, settings: Settings, agenda: Agenda, limits: PlatformLimits = LIMITS) -> None:
        self._store = store
        self._pace = settings.digest_pace_seconds
        self._base = settings.wechat_api_url
        self._agenda = agenda
        self._limits = limits
        self._clients: dict[str, Client] = {}

    def visit(self, item: Item) -> Visit:
        """Raises Refused(UNAVAILABLE)."""
        known = followers.of_user(self._store, item.user)
        here = next((one for one in known if one.current_channel == item.channel), None)
        account = accounts.of(self._store, here.appid) if here else None
        if here is None or account is None:
            return self._gone(item)
        lease, mine = self._store.live.name("visit", key(here.appid, here.openid)), token()
        if not self._store.live.set(lease, mine, px=LEASE_MS, nx=True):
            return Visit.LATER
        try:
            return self._visit(item, account, here)
        finally:
            self._store.live.delete_if(lease, mine)

    def _visit(self, item: Item, account: Account, here: Follower) -> Visit:
        try:
            turn = self._turn(item, account, here)
        except Refused as refused:
            if refused.code is Code.UNAVAILABLE:
                raise
            return self._gone(item)
        if turn is None:
            return self._gone(item)
        now = self._store.clock.now()
        decision = plan(self._ledger(turn), _owed(turn), self._pace, now)
        log.debug("plan user=%s channel=%s: %s", item.user, item.channel, decision)
        if isinstance(decision, Send):
            return self._send(turn, decision)
        if isinstance(decision, Wait):
            self._agenda.put(item, min(decision.until, now + HELD_MS))
            return Visit.WAITING
        if isinstance(decision, Notify):  # nobody gives us tickets yet
            return Visit.LATER
        return self._hold(turn, decision, now)

    def _hold(self, turn: Turn, decision: Hold, now: int) -> Visit:
        if not digest.owed(turn.entries, turn.person.id):
            if turn.entries and turn.whole:
                last = turn.entries[-1]
                cursors.move(self._store, turn.item.channel, turn.person.id, Position(last.epoch, last.seq))
            return self._gone(turn.item)
        log.info("held user=%s channel=%s because=%s", turn.item.user, turn.item.channel, decision.because)
        self._agenda.put(turn.item, now + HELD_MS)
        return Visit.HELD

    # what is known

    def _turn(self, item: Item, account: Account, here: Follower) -> Turn | None:
        store, name = self._store, self._state(here)
        found = store.live.command("HMGET", name, "pushed", "message", "act", "language", "title", "part", key=name)
        pushed, message, act, language, title, part = ((value or b"").decode() for value in found)
        told, who = cursors.told(store, item.channel, item.user), identities.who(store, item.user)
        if told is None or who is None:
            return None
        opened = [self._limits.opened(window, int(at)) for window, at in
                  ((Window.MESSAGE, message), (Window.ACT, act)) if at]
        page = ledger.page(store, here, int(pushed or 0), opened)
        read = self._read(who.person, item.channel)
        floor = page.floor(item.channel)
        start = _start(item.channel, told, max(read, floor), part)
        found_entries = parsed(messages.owed(store, item.user, item.channel, start.seq, FETCHED + 1))
        return Turn(item, account, page, who.person, start, floor <= max(told.seq, read), language, title,
                    found_entries[:FETCHED], len(found_entries) > FETCHED)

    def _read(self, person: Person, channel: str) -> int:
        known = receipts.unread(self._store, person, [channel]).get(channel)
        return known.read if known else 0

    def _ledger(self, turn: Turn) -> Ledger:
        page, store = turn.page, self._store
        stopped = store.live.get(self._stop(turn.account.appid))
        until = int(stopped.split(b" ")[0]) if stopped else 0
        return Ledger(page.buckets, page.pushed_at, page.digests, page.digest_at, page.reachable,
                      seats.is_present(store, turn.person.id, turn.item.channel), page.follower.quiet_until or 0,
                      max(until, self._busy_until(page)))

    def _busy_until(self, page: Page) -> int:
        return self._store.clock.now() + ledger.STALE_MS if page.busy else 0

    # sending

    def _send(self, turn: Turn, send: Send) -> Visit:
        words = words_in(turn.language)
        composed = digest.compose(turn.entries, turn.person.id, turn.start, turn.title, words, self._limits.text_bytes,
                                  turn.beyond)
        upto = Position(composed.place.epoch, composed.place.seq)
        delivery = ledger.intend(self._store, turn.page, send, WAY, turn.item.channel, turn.start.seq, upto)
        if delivery is None:
            return Visit.LATER
        self._keep_part(turn, composed.place)
        outcome = send_text(self._client(turn.account), turn.page.follower.openid, composed.text)
        reaction = outcomes.react(outcome, self._store.clock.now(), turn.page.failures)
        ledger.settle(self._store, turn.page, delivery, send, STATES[outcome.state], outcome.errcode, outcome.detail,
                      _shut(reaction, send), reaction.bucket is outcomes.Bucket.GIVEN_BACK,
                      reaction.reachable and reaction.follows)
        return self._after(turn, composed, outcome, reaction)

    def _after(self, turn: Turn, composed: Digest, outcome: Outcome, reaction: Reaction) -> Visit:
        now, item = self._store.clock.now(), turn.item
        if reaction.alarm or reaction.stop_ms:
            self._stop_account(turn.account.appid, reaction, now)
        if not reaction.follows:
            identities.unsubscribed(self._store, turn.account, turn.page.follower.openid)
        if outcome.state is State.SENT:
            return self._sent(turn, composed, now)
        log.warning("not sent user=%s state=%s errcode=%s: %s", item.user, outcome.state, outcome.errcode,
                    outcome.detail)
        if outcome.state is State.UNKNOWN:
            self._agenda.put(item, now + reaction.stop_ms)
            return Visit.UNKNOWN
        self._keep_part(turn, turn.start)
        self._agenda.put(item, now + (reaction.again_ms or reaction.stop_ms or HELD_MS))
        return Visit.FAILED

    def _sent(self, turn: Turn, composed: Digest, now: int) -> Visit:
        place = composed.place
        if turn.whole:
            cursors.move(self._store, turn.item.channel, turn.person.id, Position(place.epoch, place.seq))
        if composed.left or composed.beyond:
            self._agenda.put(turn.item, now)
        else:
            self._agenda.drop(turn.item)
            self._store.live.hint("due", turn.item.channel)  # for what was said while it was sent
        return Visit.SENT

    def _keep_part(self, turn: Turn, place: Place) -> None:
        text = f"{turn.item.channel} {place.seq} {place.part}" if place.part else ""
        name = self._state(turn.page.follower)
        if text or turn.start.part:
            self._store.live.command("HSET", name, "part", text, key=name)

    def _stop_account(self, appid: str, reaction: Reaction, now: int) -> None:
        if reaction.alarm:
            log.error("account %s: %s", appid, reaction.alarm)
        if reaction.stop_ms:
            self._store.live.set(self._stop(appid), f"{now + reaction.stop_ms} {reaction.alarm}", px=reaction.stop_ms)

    def _client(self, account: Account) -> Client:
        """One for the run, so that its connections are used again."""
        if account.appid not in self._clients:
            tokens = SharedTokens(self._store.live, Credentials(account.appid, account.secret), self._base)
            self._clients[account.appid] = Client(account.appid, tokens, self._base, self._limits)
        return self._clients[account.appid]

    def _gone(self, item: Item) -> Visit:
        self._agenda.drop(item)
        return Visit.NOTHING

    def _state(self, follower: Follower) -> str:
        return self._store.live.name("follower", f"{{{key(follower.appid, follower.openid)}}}")

    def _stop(self, appid: str) -> str:
        return self._store.live.name("stopped", appid)


def _start(channel: str, told: Position, other: int, part: str) -> Place:
    """Where to go on: behind what they were told, read elsewhere, or may have been sent."""
    if other > told.seq:
        return Place(told.epoch, other)
    words = part.split(" ")
    return Place(told.epoch, told.seq, int(words[2]) if words[:2] == [channel, str(told.seq)] else 0)


def _owed(turn: Turn) -> Owed:
    mine = digest.owed(turn.entries, turn.person.id)
    return Owed(len(mine), any(digest.names(entry, turn.person.name) for entry in mine),
                any(entry.op == "announced" for entry in mine))


def _shut(reaction: Reaction, send: Send) -> list[Window]:
    if reaction.bucket is outcomes.Bucket.ALL_SHUT:
        return list(Window)
    return [send.bucket.window] if reaction.bucket is outcomes.Bucket.SHUT else []


