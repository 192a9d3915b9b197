"""Words are kept as long as their organization, room or channel says, and then they are gone: from the record, the
search index and the log in Redis. Numbers stay, and what was audited.

On MySQL and MariaDB a month that nobody wants any more is dropped in one piece; everywhere, the rest goes entry by
entry, in small transactions.
"""

from __future__ import annotations

import logging
import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec

from rooms import ids, recovery
from rooms.authority import Actor
from rooms.errors import Code, Refused
from rooms.live import keys
from rooms.live.scripts import TRIM
from rooms.permissions import StaffRole
from rooms.record import Connection, audit, channels, entries, partitions, rooms, search
from rooms.record import retention as rows
from rooms.record.audit import Act
from rooms.record.retention import Kept, Owned
from rooms.store import Store

log = logging.getLogger(__name__)

DAY_MS = 86_400_000
MOST_DAYS = 36_500
TOGETHER, CHANNELS = 1_000, 500
ALL = 1 << 53


class Swept(NamedTuple):
    """`months` are the partitions that were dropped; `entries` what else went, by organization."""

    months: Sequence[str]
    entries: Mapping[str, int]


def set_days(store: Store, actor: Actor, room: str, channel: str, days: int | None) -> None:
    """How long a channel, a room (no `channel`) or the whole organization (no `room`) keeps what is said: 0 for ever,
    None as whatever is above it. Raises Refused: not_found, forbidden, bad_frame."""
    organization = actor.person.organization
    if actor.role not in (StaffRole.OWNER, StaffRole.ADMIN, "owner"):
        raise Refused(Code.FORBIDDEN, "owners and admins say how long words are kept")
    if days is not None and not 0 <= days <= MOST_DAYS:
        raise Refused(Code.BAD_FRAME, f"days: 1 to {MOST_DAYS}, 0 for ever")

    def act(connection: Connection) -> None:
        _known(connection, organization, room, channel)
        before = [kept for kept in rows.of_organization(connection, organization) if kept[1:3] == (room, channel)]
        if days is None:
            rows.lift(connection, organization, room, channel)
        else:
            rows.set_(connection, Kept(organization, room, channel, days))
        told = [msgspec.json.encode({"days": value}).decode() for value in (before[0].days if before else None, days)]
        audit.add(connection, organization, Act(
            store.clock.now(), actor.person.id, actor.person.door, "retention", "", room, channel, "", *told))

    store.record.write(act)


def days_of(kept: Sequence[Kept], channel: Owned, default: int = 0) -> int:
    """What holds for this channel; 0: for ever."""
    known = {(one.organization, one.room, one.channel): one.days for one in kept}
    for place in ((channel.room, channel.id), (channel.room, ""), ("", "")):
        if (days := known.get((channel.organization, *place))) is not None:
            return days
    return default


def sweep(store: Store, default_days: int = 0, until: int | None = None) -> Swept:
    """Removes what is past its time; begins no further channel after `until` (ms), and each time with another one, so
    that none is always left out. Safe to run twice and at once."""
    now = store.clock.now()
    kept = store.record.read(rows.every)
    if not any(one.days for one in kept) and not default_days:
        return Swept((), {})
    months = _drop_months(store, kept, default_days, now)
    gone: defaultdict[str, int] = defaultdict(int)
    owned = list(_channels(store))
    first = random.randrange(len(owned)) if owned else 0  # noqa: S311 - nobody gains by guessing it
    for channel in [*owned[first:], *owned[:first]]:
        days = days_of(kept, channel, default_days)
        if days:
            gone[channel.organization] += _sweep(store, channel, now - days * DAY_MS, days)
        if until is not None and store.clock.now() >= until:
            break
    for organization, count in gone.items():
        if count:
            _tell(store, organization, count, now)
    return Swept(months, {organization: count for organization, count in gone.items() if count})


def _drop_months(store: Store, kept: Sequence[Kept], default_days: int, now: int) -> list[str]:
    """A month that every channel is through with."""
    if not store.record.read(partitions.listed):
        return []
    days = [days_of(kept, channel, default_days) for channel in _channels(store)]
    if not days or 0 in days:
        return []
    dropped = store.record.write(lambda c: partitions.drop_before(c, now - max(days) * DAY_MS))
    if dropped:
        log.info("months dropped: %s", " ".join(dropped))
    return dropped


def _sweep(store: Store, channel: Owned, before: int, days: int) -> int:
    last = store.record.read(lambda c: entries.last_before(c, channel.id, before))
    count = 0
    while last and (gone := store.record.write(lambda c: entries.remove_through(c, channel.id, last, TOGETHER))):
        count += gone
    first = store.record.read(lambda c: entries.first(c, channel.id))
    if first > 1:
        store.record.write(lambda c: rows.forget_below(c, channel.id, first))
        _cut_index(store, channel.id, first)
    _trim(store, channel, days)
    return count


def _cut_index(store: Store, channel: str, first: int) -> None:
    store.record.write(lambda c: search.drop_below(c, channel, first))
    after = -1
    while (after := store.record.write(lambda c, after=after: search.cut(  # type: ignore[misc]
            c, channel, first, after, TOGETHER))) >= 0:
        pass


def _trim(store: Store, channel: Owned, days: int) -> None:
    """What the record no longer has, Redis has no longer either."""
    recovery.make_ready(store, channel.room)
    name = keys.of_channel(store.live.prefix, channel.id)
    arguments = ["0", "0", str(days * DAY_MS), str(ALL)]
    store.live.call(TRIM, [name.room.gate, name.head, name.log], arguments)


def _channels(store: Store) -> Iterator[Owned]:
    last = ""
    while page := store.record.read(lambda c, last=last: rows.channels(c, last, CHANNELS)):  # type: ignore[misc]
        yield from page
        last = page[-1].id


def _known(connection: Connection, organization: str, room: str, channel: str) -> None:
    found = rooms.one(connection, room) if room else None
    inside = channels.one(connection, channel) if channel else None
    if (room and (found is None or found.organization != organization)) or (
            channel and (inside is None or inside.room != room or not ids.is_channel(channel))):
        raise Refused(Code.NOT_FOUND)


def _tell(store: Store, organization: str, count: int, now: int) -> None:
    told = msgspec.json.encode({"entries": count}).decode()
    store.record.write(lambda c: audit.add(c, organization, Act(
        now, "", "", "retention_sweep", "", "", "", "", "", told)))
