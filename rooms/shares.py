"""How much an organization may say in a second, shared out among the processes.

Each process takes a few messages' worth at a time from the common store and spends them without asking; it asks for
more before they are all spent, so nobody waits for the answer. At most one such handful a process is ahead of the rate.
"""

from __future__ import annotations

from typing import Any

from rooms.errors import Code, Refused
from rooms.live.scripts import SHARE
from rooms.store import Store

HANDFULS = 10
"""Into how many parts a second's worth is cut."""
MOST_KNOWN = 10_000


class Share:
    """What one process has in hand of one organization's rate."""

    __slots__ = ("asking", "closed_until", "left")

    def __init__(self, handful: int) -> None:
        self.left = handful
        self.asking = False
        self.closed_until = 0
        """Until when (ms) there is nothing to be had."""


def spend(store: Store, organization: str) -> None:
    """One message more. Never waits. Raises Refused(rate_limited) where the organization has said enough."""
    rate = store.limits.organization_say_per_second
    if not rate:
        return
    share = store.shares.get(organization)
    if share is None:
        if len(store.shares) >= MOST_KNOWN:
            store.shares.clear()
        share = store.shares[organization] = Share(_handful(rate))
    now = store.clock.now() + store.live.offset_ms
    spent = share.left > 0
    if spent:
        share.left -= 1
    if share.left * 2 < _handful(rate) and not share.asking and now >= share.closed_until:
        _ask(store, organization, share, rate)
    if not spent:
        raise Refused(Code.RATE_LIMITED, "the organization says too much at once", max(1, share.closed_until - now))


def _ask(store: Store, organization: str, share: Share, rate: int) -> None:
    share.asking = True
    key = store.live.name("share", organization)

    def then(answer: Any) -> None:
        share.asking = False
        given, wait = (0, 1_000) if isinstance(answer, Refused) else (int(answer[1]), int(answer[2]))
        share.left += given
        if not given:
            share.closed_until = store.clock.now() + store.live.offset_ms + wait

    store.live.call_soon(SHARE, [key], [str(_handful(rate)), str(rate)], then)


def _handful(rate: int) -> int:
    return max(1, rate // HANDFULS)
