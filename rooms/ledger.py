"""The delivery ledger of one follower: read for the planner, written before a message is sent and after its answer.

The record is the authority. A window that a push opened is known to the caller first and comes to the record together
with the first intent that spends from it. An intent whose outcome does not come becomes unknown after a minute; neither
an intent nor an unknown one is ever sent again, nor is what they held.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rooms import ids
from rooms.events import Position
from rooms.planner import Bucket, Send, Window
from rooms.record import Connection, deliveries, followers, windows
from rooms.record.deliveries import FAILED, INTENT, SENT, UNKNOWN, Delivery
from rooms.record.followers import Follower
from rooms.store import Store

__all__ = ["FAILED", "SENT", "UNKNOWN", "Delivery", "Page", "give_up", "intend", "page", "settle"]

STALE_MS = 60_000
"""An intent this old has no process any more that could tell its outcome: a call takes seconds."""
REACH_MS = 7 * 24 * 3_600_000
"""How far back deliveries count: longer than any window."""
_GONE = frozenset({INTENT, SENT, UNKNOWN})


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
        return max((one.to_seq for one in self.sent if one.channel == channel and one.state in _GONE), default=0)


def page(store: Store, follower: Follower, pushed_at: int, opened: Sequence[Bucket]) -> Page:
    """`pushed_at` and `opened`: the last act and the windows that the caller knows of; the newest of each counts."""
    def look(connection: Connection) -> tuple[Sequence[windows.Window], Sequence[Delivery]]:
        since = store.clock.now() - REACH_MS
        return (windows.of_follower(connection, follower.appid, follower.openid),
                deliveries.of_follower(connection, follower.appid, follower.openid, since))

    known, sent = store.record.read(look)
    acted = pushed_at > follower.pushed_at
    return Page(follower, _newest(known, opened), max(pushed_at, follower.pushed_at), 0 if acted else follower.digests,
                0 if acted else follower.digest_at, sent)


def intend(store: Store, page: Page, send: Send, way: str, channel: str, after: int, upto: Position) -> Delivery | None:
    """Writes down that entries above `after`, up to `upto`, are about to be sent, and takes one from the bucket.

    None when another process was faster or the bucket is empty: then nothing may be sent.
    """
    follower, now = page.follower, store.clock.now()
    delivery = Delivery(ids.new("d"), follower.appid, follower.openid, follower.user, way, channel, upto.epoch,
                        after + 1, upto.seq, INTENT, None, now, None, send.because[:255])

    def act(connection: Connection) -> bool:
        for bucket in page.buckets:
            windows.open_(connection, _row(follower, bucket))
        if not windows.spend(connection, follower.appid, follower.openid, send.bucket.window, now):
            return False
        seen = {one.id for one in page.sent}
        later = deliveries.of_follower(connection, follower.appid, follower.openid, now - STALE_MS)
        if any(one.id not in seen for one in later):
            raise _FasterError
        deliveries.intend(connection, delivery)
        followers.change(connection, follower.appid, follower.openid, pushed_at=page.pushed_at, reachable=True,
                         digests=page.digests + send.paced, digest_at=now)
        return True

    try:
        return delivery if store.record.write(act) else None
    except _FasterError:
        return None


def settle(store: Store, page: Page, delivery: Delivery, send: Send, state: str, errcode: int | None = None,
           detail: str = "", shut: Sequence[Window] = (), give_back: bool = False, reachable: bool = True) -> None:
    """Notes the outcome. `shut`: buckets that are over; `give_back`: it certainly was not sent, as if never tried."""
    now, follower = store.clock.now(), page.follower
    told = f"{delivery.detail}; {detail}" if detail else ""

    def act(connection: Connection) -> None:
        if not deliveries.settle(connection, delivery.id, state, now, errcode, told):
            return
        if give_back:
            windows.give_back(connection, follower.appid, follower.openid, send.bucket.window, send.bucket.opened_at)
            followers.change(connection, follower.appid, follower.openid, digests=page.digests,
                             digest_at=page.digest_at)
        for window in shut:
            windows.shut(connection, follower.appid, follower.openid, window, delivery.at)
        if not reachable:
            followers.change(connection, follower.appid, follower.openid, reachable=False)

    store.record.write(act)


def give_up(store: Store) -> int:
    """Stale intents become unknown; returns how many."""
    now = store.clock.now()
    return store.record.write(lambda c: deliveries.give_up(c, now - STALE_MS, now))


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
