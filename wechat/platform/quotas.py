"""What an account may still send today, by each way, and what hinders it: for people who look."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rooms import accounts, denials
from rooms.accounts import Kind
from rooms.authority import Actor
from rooms.denials import Denial
from rooms.errors import Code, Refused
from rooms.planner import Way
from rooms.record import accounts as account_rows
from rooms.store import Store
from wechat.platform import calls, stops
from wechat.platform.limits import LIMITS, PlatformLimits

WAYS = {Kind.OFFICIAL_ACCOUNT: (Way.CUSTOMER, Way.BIZSEND, Way.TEMPLATE, Way.MASS),
        Kind.MINI_PROGRAM: (Way.CUSTOMER, Way.SUBSCRIBE)}


MOST_ACCOUNTS = 200
"""Of the whole house, whose quotas are told to whoever watches over it."""


class Quota(NamedTuple):
    """Calls of one way: `used` of `most` until `ends_at` (ms). Nothing goes before `stopped_until` (0: nothing hinders
    it); `alarm` says what an operator has to do."""

    way: str
    used: int
    most: int
    left: int
    ends_at: int
    stopped_until: int
    alarm: str


class Quotas(NamedTuple):
    """`off`: what WeChat does not allow the account."""

    quotas: Sequence[Quota]
    off: Sequence[Denial]


def of_account(store: Store, actor: Actor, appid: str, limits: PlatformLimits = LIMITS) -> Quotas:
    """Raises Refused(not_found) for an account of somebody else."""
    account = accounts.of(store, appid)
    if account is None or account.organization != actor.person.organization:
        raise Refused(Code.NOT_FOUND)
    return Quotas([_one(store, limits, appid, way) for way in WAYS[Kind(account.kind)]],
                  denials.of_account(store, appid))


def left_in_all(store: Store, limits: PlatformLimits = LIMITS) -> dict[tuple[str, Way], int]:
    """(appid, way) → what is left today, of MOST_ACCOUNTS accounts of all organizations: for operators only."""
    known = store.record.read(account_rows.every)[:MOST_ACCOUNTS]
    ways = [(account.appid, way) for account in known for way in WAYS[Kind(account.kind)]]
    return {(appid, way): max(0, limits.a_day(way) - made)
            for (appid, way), made in zip(ways, calls.made_by(store, ways), strict=True)}


def _one(store: Store, limits: PlatformLimits, appid: str, way: Way) -> Quota:
    now = store.clock.now()
    used, most, stop = calls.made(store, appid, way), limits.a_day(way), stops.of(store, appid, way)
    return Quota(way, used, most, max(0, most - used), calls.day_ends(now), stop.until if stop.until > now else 0,
                 stop.alarm)
