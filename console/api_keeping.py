"""`/retention` and `/backups`: how long words are kept, and whether they would come back after a fire."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from console.asking import Ask, Id, In, Out
from rooms import retention
from rooms.errors import Code, Refused
from rooms.record import backups
from rooms.record import retention as rows
from rooms.record.backups import FAILED, GOOD, Backup

HOUR_MS = 3_600_000


class KeptView(Out):
    """No `channel` is the whole room, no `room` the organization. `days` 0: for ever."""

    room: str
    channel: str
    days: int


class Retention(Out):
    """`usual` days hold where nothing is said; what is nearer to a channel holds there."""

    usual: int
    kept: list[KeptView]


class SetRetention(In):
    """`days` null: as whatever is above it. With a `channel` also its `room`."""

    room: Id | None = None
    channel: Id | None = None
    days: Annotated[int, Meta(ge=0, le=retention.MOST_DAYS)] | None = None


class BackupView(Out):
    """From `at` to `until`."""

    at: int
    until: int
    bytes: int


class Backups(Out):
    """`old`: the last good one is older than it should be, or there is none. `every_hours` 0: only by hand."""

    last_good: BackupView | None
    last_failed: BackupView | None
    every_hours: int
    old: bool


def shown(ask: Ask) -> Retention:
    kept = ask.store.record.read(lambda c: rows.of_organization(c, ask.organization))
    return Retention(usual=ask.settings.retention_days, kept=[
        KeptView(room=one.room, channel=one.channel, days=one.days) for one in kept])


def set_days(ask: Ask, body: SetRetention) -> Retention:
    """Words that are past the time go within the hour, and do not come back."""
    if body.channel and not body.room:
        raise Refused(Code.BAD_FRAME, "a channel is named together with its room")
    retention.set_days(ask.store, ask.actor, body.room or "", body.channel or "", body.days)
    return shown(ask)


def backups_made(ask: Ask) -> Backups:
    good, failed = ask.store.record.read(lambda c: (backups.last(c, GOOD), backups.last(c, FAILED)))
    if good and failed and failed.at < good.at:
        failed = None
    hours = ask.settings.backup_hours if ask.settings.backup_folder else 0
    return Backups(last_good=_view(good), last_failed=_view(failed), every_hours=hours, old=is_old(ask, good))


def is_old(ask: Ask, good: Backup | None) -> bool:
    """Twice the time between two, and a day at least."""
    hours = max(24, 2 * ask.settings.backup_hours)
    return good is None or ask.store.clock.now() - good.at > hours * HOUR_MS


def _view(made: Backup | None) -> BackupView | None:
    return BackupView(at=made.at, until=made.until, bytes=made.bytes) if made else None
