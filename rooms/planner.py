"""Who should hear now, and by which way: pure decisions over a ledger, each with its reason.

A follower's windows are independent buckets: some messages for 48 hours after they wrote, some for a minute after they
followed, scanned or touched the menu. The bucket that ends first is spent first. The pace makes them last: its k-th
value is the least time since the follower's last push or our last digest before the k-th digest; at its end nothing
more is sent until the follower acts. The last message of the long bucket is kept for a mention or a notice, which may
use it before the pace allows another digest, but never sooner than the pace's first value.

Where no window helps there may be tickets: messages of a template, most of them for one yes each. They tell that
something is there, never what was said, and only of what no ticket told before; chatter spends one only after two hours
without a word. What nothing can carry is held until the person comes to fetch it.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

LOOK_AGAIN_MS = 30_000
"""Nobody tells when somebody's last socket closes."""


class Window(StrEnum):
    MESSAGE = "message"
    """Opened by something the follower wrote."""
    ACT = "act"
    """Opened by following, scanning or the menu."""


class Bucket(NamedTuple):
    """One open window: `used` of `quota` messages are spent, until `ends_at` (ms)."""

    window: Window
    opened_at: int
    ends_at: int
    quota: int
    used: int

    def left(self, now: int) -> int:
        return self.quota - self.used if now < self.ends_at else 0


class Way(StrEnum):
    CUSTOMER = "customer_service"
    SUBSCRIBE = "subscribe"
    """The mini-program's subscribe message, for a yes each."""
    BIZSEND = "bizsend"
    """The Official Account's, likewise."""
    TEMPLATE = "template"
    """The Official Account's template message, for no yes, but rarely."""
    MASS = "mass"
    """The Official Account's mass message, four a month to each follower: for announcements alone."""


class Ticket(NamedTuple):
    """A message of a template that may be sent to one address; `left` of them, none before `free_at` (ms)."""

    way: Way
    appid: str
    openid: str
    template_id: str
    left: int
    free_at: int = 0


class Ledger(NamedTuple):
    """All that is known about reaching one follower. Times in ms; `digests` counts paced ones since `pushed_at`.

    `reachable` is about their windows; `tickets` come in the order in which they are to be spent.
    """

    buckets: Sequence[Bucket]
    pushed_at: int
    digests: int = 0
    digest_at: int = 0
    reachable: bool = True
    present_elsewhere: bool = False
    quiet_until: int = 0
    stopped_until: int = 0
    tickets: Sequence[Ticket] = ()
    night_until: int = 0
    """The end of the quiet hours in which we are; 0 by day."""


class Owed(NamedTuple):
    """What the follower was not told: how many entries, and whether one names them or is a notice. `prompt`: the pace
    is not waited for. `pressing`: nor is quiet, as it is worth nothing later. `heard`: a template message told already
    that all of it is there."""

    entries: int
    mention: bool = False
    notice: bool = False
    prompt: bool = False
    pressing: bool = False
    heard: bool = False

    @property
    def urgent(self) -> bool:
        return self.mention or self.notice or self.pressing


class Send(NamedTuple):
    bucket: Bucket
    paced: bool
    """Whether it is one of the pace's digests; an urgent one that came before its time is not."""
    because: str


class Notify(NamedTuple):
    ticket: Ticket
    paced: bool
    because: str


class Wait(NamedTuple):
    until: int
    because: str


class Hold(NamedTuple):
    """Nothing is sent until the follower acts or the reason goes away."""

    because: str


Decision = Send | Notify | Wait | Hold

CHATTER_BY_TICKET_MS = 2 * 3_600_000


def plan(ledger: Ledger, owed: Owed, pace: Sequence[int], now: int) -> Decision:
    """`pace` in seconds, `now` in ms."""
    held = _held(ledger, owed, now)
    if held is not None:
        return held
    by_window = _by_window(ledger, owed, pace, now) if ledger.reachable else Hold(UNREACHABLE)
    if not isinstance(by_window, Hold):
        return by_window
    return _by_ticket(ledger, owed, pace, now) or by_window


UNREACHABLE = "the follower cannot be reached: not following, or the address is not valid"


def _held(ledger: Ledger, owed: Owed, now: int) -> Hold | Wait | None:
    """What keeps every way shut."""
    if owed.entries <= 0:
        return Hold("nothing is owed")
    if not ledger.reachable and not ledger.tickets:
        return Hold(UNREACHABLE)
    if ledger.quiet_until > now and not owed.pressing:
        return Wait(ledger.quiet_until, "the follower asked for quiet")
    if ledger.present_elsewhere:
        return Wait(now + LOOK_AGAIN_MS, "the same person reads along on a live socket")
    if ledger.night_until > now and not owed.urgent:
        return Wait(ledger.night_until, "it is night: chatter waits for the morning")
    return None


def _by_window(ledger: Ledger, owed: Owed, pace: Sequence[int], now: int) -> Decision:
    if ledger.stopped_until > now:
        return Wait(ledger.stopped_until, "calls for this account are stopped")
    turn = _turn(ledger, owed, pace)
    if turn is None:
        return Hold("the pace is used up until the follower acts")
    at, paced = turn
    bucket = _bucket(ledger, owed, max(at, now))
    if bucket is None:
        return Hold(_empty(ledger, max(at, now)))
    if at > now:
        return Wait(at, "the pace allows the next digest then")
    left = f"{bucket.left(now)} of {bucket.quota} left in the {bucket.window} window"
    return Send(bucket, paced, f"{_what(owed)}; {left}")


def _by_ticket(ledger: Ledger, owed: Owed, pace: Sequence[int], now: int) -> Decision | None:
    left = [ticket for ticket in ledger.tickets if ticket.left > 0]
    if owed.heard or not left:
        return None
    if not owed.urgent and ledger.digests >= len(pace):
        return None
    silent_until = 0 if owed.urgent else max(ledger.pushed_at, ledger.digest_at) + CHATTER_BY_TICKET_MS
    at = max(silent_until, min(ticket.free_at for ticket in left))
    if at > now:
        return Wait(at, "a template message may go then")
    ticket = next(ticket for ticket in left if ticket.free_at <= now)
    return Notify(ticket, not owed.urgent, f"{_what(owed)}; no window is open, {ticket.left} left by {ticket.way}")


def _turn(ledger: Ledger, owed: Owed, pace: Sequence[int]) -> tuple[int, bool] | None:
    """When the next may go at the earliest, and whether it counts in the pace."""
    if owed.pressing or owed.prompt:
        return 0, False
    last = max(ledger.pushed_at, ledger.digest_at)
    paced = last + pace[ledger.digests] * 1000 if ledger.digests < len(pace) else None
    early = last + pace[0] * 1000 if owed.urgent and pace else None
    if early is not None and (paced is None or early < paced):
        return early, False
    return None if paced is None else (paced, True)


def _bucket(ledger: Ledger, owed: Owed, at: int) -> Bucket | None:
    usable = [bucket for bucket in ledger.buckets if bucket.left(at) > _kept(bucket, owed)]
    return min(usable, key=lambda bucket: bucket.ends_at, default=None)


def _kept(bucket: Bucket, owed: Owed) -> int:
    return 1 if bucket.window is Window.MESSAGE and bucket.quota > 1 and not owed.urgent else 0


def _empty(ledger: Ledger, at: int) -> str:
    if any(bucket.left(at) for bucket in ledger.buckets):
        return "the last message is kept for a mention or a notice"
    if any(bucket.ends_at > at for bucket in ledger.buckets):
        return "the window's messages are spent"
    return "no window is open then"


def _what(owed: Owed) -> str:
    if owed.pressing:
        return "something that presses"
    return "a mention" if owed.mention else "a notice" if owed.notice else f"{owed.entries} owed"
