"""Broadcasts that go by the accounts' mass messages, on the wish of whoever started them. Never anything that was said.

Each follower is taken as a follower of the account that may still send them one this month; who cannot be reached so is
told by the planner.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

from rooms import accounts, denials, mass
from rooms.accounts import Account
from rooms.broadcasts import Broadcast
from rooms.denials import Feature
from rooms.live.live import token
from rooms.mass import Waiting
from rooms.planner import Way
from rooms.record.deliveries import FAILED, SENT, UNKNOWN
from rooms.record.followers import Follower
from rooms.store import Store
from wechat import outcomes
from wechat.platform import calls, features, stops
from wechat.platform.limits import LIMITS, PlatformLimits
from wechat.platform.sending import Outcome, State, send_mass

if TYPE_CHECKING:
    from settings import Settings

log = logging.getLogger(__name__)

LEASE_MS = 120_000
CHINA = timezone(timedelta(hours=8))
FEWEST = 2
"""A mass message to one is none."""
STATES = {State.SENT: SENT, State.REFUSED: FAILED, State.UNSENT: FAILED, State.UNKNOWN: UNKNOWN}
SAME_NAME = 45065
"""WeChat knows the job already: it was sent before, though we never heard of it."""


def send(store: Store, settings: Settings, limits: PlatformLimits = LIMITS) -> int:
    """One message to each account's people for every broadcast that waits; returns how many were asked of WeChat."""
    lease, mine = store.live.name("mass"), token()
    if not store.live.set(lease, mine, px=LEASE_MS, nx=True):
        return 0
    try:
        mass.give_up(store)
        return sum(_send(store, settings, limits, one) for one in mass.waiting(store, limits.mass_together))
    finally:
        store.live.delete_if(lease, mine)


def _send(store: Store, settings: Settings, limits: PlatformLimits, waiting: Waiting) -> int:
    groups, known = _groups(store, limits, waiting), {one.user for one in waiting.followers}
    taken = {one.user for people in groups.values() for one in people}
    others = [user for user in waiting.users if user not in taken or user not in known]
    if others:
        mass.by_other_ways(store, waiting.broadcast.id, others)
    return sum(_ask(store, settings, limits, waiting.broadcast, account, people)
               for account, people in groups.items())


def _groups(store: Store, limits: PlatformLimits, waiting: Waiting) -> dict[Account, list[Follower]]:
    """Each person once, under an account that may still send them one; groups of one are left out."""
    by_account: dict[str, list[Follower]] = defaultdict(list)
    for one in waiting.followers:
        if one.reachable and one.quiet_until <= store.clock.now():
            by_account[one.appid].append(one)
    groups, taken = {}, set[str]()
    for appid, people in sorted(by_account.items()):
        account = accounts.of(store, appid)
        if account is None or not _may(store, limits, account, waiting.broadcast):
            continue
        sent = mass.sent_since(store, appid, [one.openid for one in people], month_began(store.clock.now()))
        free = [one for one in people if one.user not in taken and sent.get(one.openid, 0) < limits.mass_a_month]
        if len(free) >= FEWEST:
            groups[account] = free
            taken |= {one.user for one in free}
    return groups


def _may(store: Store, limits: PlatformLimits, account: Account, broadcast: Broadcast) -> bool:
    return (account.organization == broadcast.organization and account.kind == accounts.Kind.OFFICIAL_ACCOUNT
            and not denials.is_denied(store, account.appid, Feature.MASS)
            and stops.of(store, account.appid, Way.MASS).until <= store.clock.now()
            and calls.left(store, limits, account.appid, Way.MASS) > 0)


def _ask(store: Store, settings: Settings, limits: PlatformLimits, broadcast: Broadcast, account: Account,
         people: Sequence[Follower]) -> int:
    job = mass.intend(store, broadcast, account.appid, people)
    if job is None:
        return 0
    calls.count(store, limits, account.appid, Way.MASS)
    client = features.client(store, settings.wechat_api_url, account)
    outcome = send_mass(client, [one.openid for one in people], broadcast.text, job.id)
    state = UNKNOWN if outcome.errcode == SAME_NAME else STATES[outcome.state]
    mass.settle(store, job, people, state, outcome.detail, outcome.reference)
    if state != SENT:
        _learn(store, account, outcome)
    return 1


def _learn(store: Store, account: Account, outcome: Outcome) -> None:
    log.warning("mass message not sent appid=%s errcode=%s: %s", account.appid, outcome.errcode, outcome.detail)
    if outcome.errcode in denials.CODES:
        denials.deny(store, account.appid, Feature.MASS, outcome.errcode or 0, outcome.detail)
    reaction = outcomes.react(outcome, store.clock.now(), 0)
    if reaction.stop_ms:
        stops.begin(store, account.appid, Way.MASS, reaction.stop_ms, 1, reaction.alarm)


def month_began(now: int) -> int:
    """Midnight in China of the first of the month (ms)."""
    day = datetime.fromtimestamp(now / 1000, CHINA).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return int(day.timestamp() * 1000)
