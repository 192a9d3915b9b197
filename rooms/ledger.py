"""The delivery ledger of one follower: read for the planner, written before a message is sent and after its answer.

The record is the authority. A window that a push opened is known to the caller first and comes to the record together
with the first intent that spends from it. An intent whose outcome does not come becomes unknown after a minute; neither
an intent nor an unknown one is ever sent again, nor is what they held.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rooms import ids, late_words
from rooms.events import Position
from rooms.notices import IN_DOUBT, TELLING, TOLD, WAITING, Notice, begin
from rooms.planner import Bucket, Notify, Send, Way, Window
from rooms.record import Connection, consents, deliveries, followers, notices, windows
from rooms.record.deliveries import FAILED, INTENT, SENT, UNKNOWN, Delivery
from rooms.record.followers import Follower
from rooms.store import Store

__all__ = ["FAILED", "SENT", "UNKNOWN", "Delivery", "Intent", "Outcome", "Page", "give_up", "heard_of",
           "heard_of_template", "intend", "page", "settle"]

STALE_MS = 60_000
"""An intent this old has no process any more that could tell its outcome: a call takes seconds."""
REACH_MS = 7 * 24 * 3_600_000
"""How far back deliveries count: longer than any window."""
DELIVERIES = 200
"""How many of a person's deliveries by other addresses are looked at."""
_GONE = frozenset({INTENT, SENT, UNKNOWN})


class Intent(NamedTuple):
    """What is about to be told: entries of a channel above `after` up to `upto`, or notices. `kind` is that of the
    template, or of what a digest is most about."""

    kind: str
    channel: str | None = None
    after: int = 0
    upto: Position = Position("", 0)
    notices: Sequence[Notice] = ()


class Outcome(NamedTuple):
    """`shut`: buckets that are over; `give_back`: it certainly was not sent, as if never tried; `spent`: WeChat says
    that no yes is left; `reference`: WeChat's number of the message."""

    state: str
    errcode: int | None = None
    detail: str = ""
    shut: Sequence[Window] = ()
    give_back: bool = False
    reachable: bool = True
    spent: bool = False
    reference: str = ""


class Page(NamedTuple):
    """One follower's page. `pushed_at`: their last act; `digests` were sent since then, the last at `digest_at`."""

    follower: Follower
    buckets: Sequence[Bucket]
    pushed_at: int
    digests: int
    digest_at: int
    sent: Sequence[Delivery]

    @property
    def busy(self) -> bool:
        """A message is under way."""
        return any(delivery.state == INTENT for delivery in self.sent)

    @property
    def reachable(self) -> bool:
        """Not told otherwise since their last act."""
        return self.follower.reachable or self.pushed_at > self.follower.pushed_at

    @property
    def failures(self) -> int:
        return sum(delivery.state == FAILED and delivery.at > self.pushed_at for delivery in self.sent)

    def floor(self, channel: str) -> int:
        """Up to here entries of the channel may have been sent: none of them is sent again."""
        return max((one.to_seq for one in self.sent
                    if one.channel == channel and one.state in _GONE and one.way == Way.CUSTOMER), default=0)

    def heard(self, channel: str) -> int:
        """Up to here a template message has told that entries are there."""
        return max((one.to_seq for one in self.sent
                    if one.channel == channel and one.state in _GONE and one.way != Way.CUSTOMER), default=0)

    def last_by(self, way: Way) -> int:
        """When something last went by this way (ms), 0 for never."""
        return max((one.at for one in self.sent if one.way == way and one.state in _GONE), default=0)


def page(store: Store, follower: Follower, pushed_at: int, opened: Sequence[Bucket]) -> Page:
    """`pushed_at` and `opened`: the last act and the windows that the caller knows of; the newest of each counts."""
    def look(connection: Connection) -> tuple[Sequence[windows.Window], Sequence[Delivery]]:
        since = store.clock.now() - REACH_MS
        here = deliveries.of_follower(connection, follower.appid, follower.openid, since)
        anywhere = deliveries.of_user(connection, follower.user, DELIVERIES)
        others = [one for one in anywhere if one.at >= since and one.openid != follower.openid]
        return windows.of_follower(connection, follower.appid, follower.openid), [*here, *others]

    known, sent = store.record.read(look)
    acted = pushed_at > follower.pushed_at
    return Page(follower, _newest(known, opened), max(pushed_at, follower.pushed_at), 0 if acted else follower.digests,
                0 if acted else follower.digest_at, sent)


def intend(store: Store, page: Page, decision: Send | Notify, intent: Intent) -> Delivery | None:
    """Writes down what is about to be sent, and takes one from the bucket or of the yeses.

    None when another process was faster or nothing is left: then nothing may be sent.
    """
    follower, now = page.follower, store.clock.now()
    ticket = decision.ticket if isinstance(decision, Notify) else None
    way = ticket.way if ticket else Way.CUSTOMER
    appid, openid = (ticket.appid, ticket.openid) if ticket else (follower.appid, follower.openid)
    delivery = Delivery(ids.new("d"), appid, openid, follower.user, way, intent.channel, intent.upto.epoch,
                        intent.after + 1, intent.upto.seq, INTENT, None, now, None, decision.because[:255], intent.kind)

    def act(connection: Connection) -> bool:
        if not _take(connection, page, decision, now):
            return False
        seen = {one.id for one in page.sent}
        later = [one for address in {(appid, openid), (follower.appid, follower.openid)}
                 for one in deliveries.of_follower(connection, *address, now - STALE_MS)]
        if any(one.id not in seen for one in later) or not begin(connection, intent.notices, way, now):
            raise _FasterError
        deliveries.intend(connection, delivery)
        if ticket is None or decision.paced:
            followers.change(connection, follower.appid, follower.openid, pushed_at=page.pushed_at,
                             digests=page.digests + decision.paced, digest_at=now,
                             **({"reachable": True} if ticket is None else {}))
        return True

    try:
        return delivery if store.record.write(act) else None
    except _FasterError:
        return None


def settle(store: Store, page: Page, delivery: Delivery, decision: Send | Notify, intent: Intent,
           outcome: Outcome) -> None:
    """Notes what came of it."""
    now, follower = store.clock.now(), page.follower
    told = f"{delivery.detail}; {outcome.detail}" if outcome.detail else ""

    def act(connection: Connection) -> None:
        if not deliveries.settle(connection, delivery.id, outcome.state, now, outcome.errcode, told, outcome.reference):
            return
        if outcome.give_back:
            _give_back(connection, page, decision)
        if isinstance(decision, Notify) and outcome.spent:
            consents.end(connection, *decision.ticket[1:4])
        for window in outcome.shut:
            windows.shut(connection, follower.appid, follower.openid, window, delivery.at)
        if not outcome.reachable:
            followers.change(connection, delivery.appid, delivery.openid, reachable=False)
        wanted = [one.id for one in intent.notices]
        if outcome.state == FAILED:
            notices.move(connection, wanted, TELLING, WAITING, "", None)
        else:
            way = IN_DOUBT if outcome.state == UNKNOWN else delivery.way
            notices.move(connection, wanted, TELLING, TOLD, way, now)

    store.record.write(act)
    if told_before := late_words.take(store, delivery.appid, outcome.reference):
        state, _, detail = told_before.partition(" ")
        _note_late_word(store, delivery.appid, outcome.reference, state == SENT, detail)


def _take(connection: Connection, page: Page, decision: Send | Notify, now: int) -> bool:
    """From the bucket, or one of the yeses; a template message needs none."""
    follower = page.follower
    if isinstance(decision, Notify):
        ticket = decision.ticket
        return ticket.way is Way.TEMPLATE or consents.spend(connection, ticket.appid, ticket.openid, ticket.template_id)
    windows.open_(connection, *(_row(follower, bucket) for bucket in page.buckets))
    return windows.spend(connection, follower.appid, follower.openid, decision.bucket.window, now)


def _give_back(connection: Connection, page: Page, decision: Send | Notify) -> None:
    follower = page.follower
    if isinstance(decision, Notify):
        ticket = decision.ticket
        if ticket.way is not Way.TEMPLATE:
            consents.give_back(connection, ticket.appid, ticket.openid, ticket.template_id)
    else:
        bucket = decision.bucket
        windows.give_back(connection, follower.appid, follower.openid, bucket.window, bucket.opened_at)
    followers.change(connection, follower.appid, follower.openid, digests=page.digests, digest_at=page.digest_at)


def heard_of(store: Store, appid: str, reference: str, arrived: bool, detail: str) -> None:
    """WeChat tells what became of the message that it gave this number."""
    if reference and not _note_late_word(store, appid, reference, arrived, detail):
        late_words.keep(store, appid, reference, f"{SENT if arrived else FAILED} {detail}")
        _note_late_word(store, appid, reference, arrived, detail)


def _note_late_word(store: Store, appid: str, reference: str, arrived: bool, detail: str) -> bool:
    state = SENT if arrived else FAILED
    return store.record.write(lambda c: deliveries.late_word(c, appid, reference, state, store.clock.now(), detail))


def heard_of_template(store: Store, appid: str, openid: str, reference: str, arrived: bool, detail: str) -> None:
    """The same for what had no number when it was sent: the newest to this address."""
    def act(connection: Connection) -> None:
        known = [deliveries.newest_by(connection, appid, openid, way) for way in (Way.SUBSCRIBE, Way.BIZSEND)]
        newest = max((one for one in known if one), key=lambda one: one.at, default=None)
        if newest is not None and newest.state != INTENT:
            deliveries.number(connection, newest.id, reference[:64])
            deliveries.late_word(connection, appid, reference[:64], SENT if arrived else FAILED, store.clock.now(),
                                 detail)

    if reference:
        store.record.write(act)


def give_up(store: Store) -> int:
    """Stale intents become unknown, and what they were to tell is not told again; returns how many."""
    now = store.clock.now()

    def act(connection: Connection) -> int:
        notices.give_up(connection, now - STALE_MS, IN_DOUBT, now)
        return deliveries.give_up(connection, now - STALE_MS, now)

    return store.record.write(act)


class _FasterError(Exception):
    """Another process wrote an intent since we looked."""


def _newest(known: Sequence[windows.Window], opened: Sequence[Bucket]) -> list[Bucket]:
    found = {Window(row.kind): Bucket(Window(row.kind), *row[3:]) for row in known}
    for bucket in opened:
        if bucket.window not in found or found[bucket.window].opened_at < bucket.opened_at:
            found[bucket.window] = bucket
    return list(found.values())


def _row(follower: Follower, bucket: Bucket) -> windows.Window:
    return windows.Window(follower.appid, follower.openid, *bucket)
