"""What wants somebody's attention in an organization, the most urgent first: each with the place where one acts."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from console.api_keeping import is_old
from console.asking import Ask, Out
from rooms import review, shedding
from rooms.errors import Code, Refused
from rooms.record import accounts, backups, deliveries
from rooms.record.backups import GOOD
from rooms.record.channels import Channel
from wechat.platform import quotas

FAILED_WITHIN_MS, SHED_WITHIN_MS = 3_600_000, 600_000
LITTLE_LEFT = 10
"""A quota runs out when less than one in so many is left."""


class Trouble(Out):
    """`kind`: alarm, stopped, delivery, quota, off, shedding, held, backup. `count`: alarms, messages, what is left,
    frames; `detail`: a way, a feature, or what somebody has to do; `at`: since or until when, or of the last backup."""

    kind: str
    count: int = 0
    room: str = ""
    channel: str = ""
    appid: str = ""
    detail: str = ""
    at: int = 0


def of(ask: Ask, channels: list[Channel], alarms: int) -> list[Trouble]:
    """Where one of the servers cannot be asked, the rest is told all the same."""
    found: list[Trouble] = []
    looks: list[Callable[[], Iterator[Trouble]]] = [
        lambda: _alarms(alarms), lambda: _at_wechat(ask), lambda: _shed(ask, channels), lambda: _held(ask),
        lambda: _backup(ask)]
    for look in looks:
        try:
            found += list(look())
        except Refused as refused:
            if refused.code is not Code.UNAVAILABLE:
                raise
    return found


def _alarms(alarms: int) -> Iterator[Trouble]:
    if alarms:
        yield Trouble(kind="alarm", count=alarms)


def _at_wechat(ask: Ask) -> Iterator[Trouble]:
    now = ask.store.clock.now()
    theirs, failed = ask.store.record.read(lambda c: (
        [one.appid for one in accounts.of_organization(c, ask.organization)],
        deliveries.failed_since(c, ask.organization, now - FAILED_WITHIN_MS)))
    for appid in theirs:
        known = quotas.of_account(ask.store, ask.actor, appid)
        for quota in known.quotas:
            if quota.stopped_until:
                yield Trouble(kind="stopped", appid=appid, detail=quota.alarm or quota.way, at=quota.stopped_until)
            if quota.left * LITTLE_LEFT < quota.most:
                yield Trouble(kind="quota", appid=appid, count=quota.left, detail=quota.way)
        for off in known.off:
            yield Trouble(kind="off", appid=appid, detail=off.feature, at=off.at)
        if appid in failed:
            yield Trouble(kind="delivery", appid=appid, count=failed[appid])


def _shed(ask: Ask, channels: list[Channel]) -> Iterator[Trouble]:
    since = ask.store.clock.now() - SHED_WITHIN_MS
    inside = {one.id: one.room for one in channels}
    for channel, frames in shedding.lately(ask.store, list(inside), since).items():
        yield Trouble(kind="shedding", channel=channel, room=inside[channel], count=frames)


def _held(ask: Ask) -> Iterator[Trouble]:
    waiting = review.statistics(ask.store, ask.who.reader, days=1).waiting
    if waiting:
        yield Trouble(kind="held", count=waiting)


def _backup(ask: Ask) -> Iterator[Trouble]:
    good = ask.store.record.read(lambda c: backups.last(c, GOOD))
    if is_old(ask, good):
        yield Trouble(kind="backup", at=good.at if good else 0)
