"""Counting what happened, by the hour: the roll-ups that charts are made of.

A reader with a place in each channel's archive and in each organization's audit: the place and the sums move in one
transaction, so a run that dies has counted nothing, and two at once count nothing twice. What has no log (who is there,
how deliveries went) is sampled every minute, or counted anew for the last hours.

    measure       part
    messages      type.door       what was said
    events        operation       other entries: muted, recalled, announced …
    acts          act             acts of authority, from the audit; in no room: in the organization
    present       sum | most      people there at each full minute: their sum over the hour, and the most
    waiting       most            people in queues
    minutes                       how many minutes of the hour were looked at
    deliveries    way.state       to followers
    arrived                       people who came for the first time
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial

from rooms import overlooking, pulse
from rooms.overlooking import Overview
from rooms.record import Connection, audit, entries, hourly, organizations, readers
from rooms.record.hourly import Count
from rooms.record.readers import Behind
from rooms.store import Store

READER = "rollups"
CHANNELS, ROWS = 100, 2_000
"""How many channels are looked for at a time, and how many entries are counted in one transaction."""

HOUR_MS, DAY_MS = 3_600_000, 86_400_000
CHINA_MS = 8 * HOUR_MS
"""Days and weeks are those of China's one time zone, where the people are."""

RECOUNTED_HOURS = 3


def roll(store: Store, until: int | None = None) -> int:
    """Counts what was archived since; returns how many entries. Begins nothing after `until` (ms)."""
    done = 0
    while behind := store.record.read(lambda c: readers.behind(c, READER, CHANNELS)):
        for place in behind:
            done += store.record.write(partial(count, place=place))
            if until is not None and store.clock.now() >= until:
                return done
    for organization in store.record.read(organizations.ids):
        while counted := store.record.write(partial(count_acts, organization=organization)):
            done += counted
    return done


def sample(store: Store) -> None:
    """Once a minute: who is there now, in all organizations."""
    hour = store.clock.now() // HOUR_MS
    for organization in store.record.read(organizations.ids):
        seen = overlooking.overview(store, organization)
        pulse.note(store, organization, seen)
        sums, most = _present(organization, hour, seen)
        store.record.write(partial(_file, sums=sums, most=most))


def recount(store: Store) -> None:
    """The last hours of what has no log."""
    since = (store.clock.now() // HOUR_MS - RECOUNTED_HOURS) * HOUR_MS
    store.record.write(lambda c: hourly.set_(c, [*hourly.delivered(c, since), *hourly.arrived(c, since)]))


def day_of(at: int) -> int:
    """Days since 1970, in China."""
    return (at + CHINA_MS) // DAY_MS


def begin_of(day: int) -> int:
    """When that day began (ms)."""
    return day * DAY_MS - CHINA_MS


def _file(connection: Connection, sums: Sequence[Count], most: Sequence[Count]) -> None:
    hourly.add(connection, sums)
    hourly.set_most(connection, most)


def count(connection: Connection, place: Behind) -> int:
    """One transaction's worth of a channel's archive; returns how many entries."""
    after = readers.place(connection, READER, place.channel)
    told = entries.happened(connection, place.channel, after, place.archived, ROWS)
    counts, said = Counter[tuple[int, str, str]](), Counter[tuple[int, str]]()
    for one in told:
        measure, part = ("messages", f"{one.type}.{one.door}") if one.op == "message" else ("events", one.op)
        counts[one.at // HOUR_MS, measure, part] += 1
        if one.op == "message" and one.user.startswith("u_"):
            said[day_of(one.at), one.user] += 1
    hourly.add(connection, [Count(place.organization, hour, place.room, measure, part, count)
                            for (hour, measure, part), count in sorted(counts.items())])
    hourly.add_active(connection, place.organization, dict(sorted(said.items())))
    readers.move(connection, READER, place.channel, told[-1].seq if len(told) == ROWS else place.archived)
    return len(told)


def count_acts(connection: Connection, organization: str) -> int:
    """The same of the organization's audit."""
    after = readers.place(connection, READER, organization)
    rows = audit.page(connection, organization, after)
    counts = Counter((row.act.at // HOUR_MS, row.act.room, row.act.act) for row in rows)
    hourly.add(connection, [Count(organization, hour, room, "acts", act, count)
                            for (hour, room, act), count in sorted(counts.items())])
    if rows:
        readers.move(connection, READER, organization, rows[-1].number)
    return len(rows)


def _present(organization: str, hour: int, seen: Overview) -> tuple[Sequence[Count], Sequence[Count]]:
    present, waiting = Counter[str](), Counter[str]()
    for channel in seen.channels:
        state = seen.states.get(channel.id, overlooking.NOTHING)
        present[channel.room] += state.present
        waiting[channel.room] += state.waiting
    sums = [Count(organization, hour, "", "minutes", "", 1)]
    sums += [Count(organization, hour, room, "present", "sum", count) for room, count in present.items() if count]
    most = [Count(organization, hour, room, "present", "most", count) for room, count in present.items() if count]
    most += [Count(organization, hour, room, "waiting", "most", count) for room, count in waiting.items() if count]
    return sums, most
