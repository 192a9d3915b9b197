"""Who of those that a broadcast is for would get it by which way, if it went now: the planner is asked, as it will be.

A few hundred people are asked, evenly over all of them; the counts are those of these, and `people` says of how many.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from rooms import broadcasts, followers, ledger, templates
from rooms.authority import Actor
from rooms.broadcasts import EVERYBODY, Audience, Preview
from rooms.followers import Follower
from rooms.planner import Decision, Ledger, Notify, Owed, Send, Wait, Way, Window, plan
from rooms.store import Store
from rooms.templates import Kind
from wechat.platform import stops
from wechat.platform.limits import LIMITS, PlatformLimits

if TYPE_CHECKING:
    from settings import Settings

MOST_ASKED = 500
LATER, HELD = "later", "held"


class Forecast(NamedTuple):
    """`asked` of `preview.notices` people were looked at; `ways` counts these: by way, `later` (quiet, night, pace), or
    `held` until they come and fetch it."""

    preview: Preview
    asked: int
    ways: Mapping[str, int]


def of(store: Store, settings: Settings, actor: Actor, text: str, audience: Audience = EVERYBODY,
       limits: PlatformLimits = LIMITS) -> Forecast:
    """Raises Refused as `broadcasts.preview` does."""
    preview = broadcasts.preview(store, actor, text, audience)
    users = broadcasts.some(store, actor, text, audience, MOST_ASKED)
    known: dict[str, Follower] = {}
    for one in followers.of_users(store, users):
        if one.user not in known or known[one.user].pushed_at < one.pushed_at:
            known[one.user] = one
    counts = Counter(_told(_decision(store, settings, limits, one)) for one in known.values())
    return Forecast(preview, len(known), counts)


def _decision(store: Store, settings: Settings, limits: PlatformLimits, follower: Follower) -> Decision:
    now, name = store.clock.now(), followers.state_key(store, follower.appid, follower.openid)
    pushed, message, act = (int(value or 0) for value in store.live.command(
        "HMGET", name, "pushed", "message", "act", key=name))
    opened = [limits.opened(window, at) for window, at in ((Window.MESSAGE, message), (Window.ACT, act)) if at]
    page = ledger.page(store, follower, pushed, opened)
    tickets = [ticket for ticket, _ in store.record.read(
        lambda c: templates.tickets(c, follower.user, Kind.ANNOUNCEMENT, 0))]
    stopped = stops.of(store, follower.appid, Way.CUSTOMER).until
    known = Ledger(page.buckets, page.pushed_at, page.digests, page.digest_at, page.reachable, False,
                   follower.quiet_until, stopped, tickets)
    return plan(known, Owed(1, notice=True), settings.digest_pace_seconds, now)


def _told(decision: Decision) -> str:
    if isinstance(decision, Send):
        return Way.CUSTOMER
    if isinstance(decision, Notify):
        return decision.ticket.way
    return LATER if isinstance(decision, Wait) else HELD
