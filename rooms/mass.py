"""Mass messages of a broadcast: written down with each recipient before WeChat is asked, and what it said of them.

A follower gets few of them in a month, and WeChat drops more without a word, so they are counted here. An outcome that
is not known is never sent again. Where WeChat refuses the call, the planner tells these people by other ways; where it
finds fault with the words, nobody is told them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from rooms import ids, late_words, notices
from rooms.broadcasts import DONE, RUNNING, Broadcast
from rooms.notices import IN_DOUBT
from rooms.planner import Way
from rooms.record import Connection, broadcasts, deliveries, followers, mass_jobs
from rooms.record import notices as rows
from rooms.record.deliveries import FAILED, INTENT, SENT, UNKNOWN, Delivery
from rooms.record.followers import Follower
from rooms.record.mass_jobs import Job
from rooms.store import Store
from rooms.templates import Kind

STALE_MS = 60_000
"""A job this old has no process any more that could tell its outcome."""


class Waiting(NamedTuple):
    """A broadcast and people of it who wait for a mass message, each as a follower of some accounts."""

    broadcast: Broadcast
    users: Sequence[str]
    followers: Sequence[Follower]


def waiting(store: Store, together: int) -> list[Waiting]:
    """What can go now: of a broadcast that still walks, only full messages."""
    def look(connection: Connection) -> list[Waiting]:
        found = []
        for source in rows.sources_for_mass(connection):
            one = broadcasts.one(connection, source)
            users = rows.for_mass(connection, source, together)
            if one is not None and (one.state == DONE or (one.state == RUNNING and len(users) == together)):
                found.append(Waiting(one, users, followers.of_users(connection, users)))
        return found

    return store.record.read(look)


def sent_since(store: Store, appid: str, openids: Sequence[str], since: int) -> dict[str, int]:
    """How many each was sent since then; who was sent none is left out."""
    return store.record.read(lambda c: deliveries.counts(c, appid, openids, Way.MASS, since))


def by_other_ways(store: Store, broadcast: str, users: Sequence[str]) -> None:
    """The planner tells these."""
    store.record.write(lambda c: rows.move_users(c, broadcast, users, rows.MASS, rows.WAITING, "", None))
    notices.nudge(store, users)


def intend(store: Store, broadcast: Broadcast, appid: str, people: Sequence[Follower]) -> Job | None:
    """Writes down what is about to be sent; None when another was faster with one of them."""
    now = store.clock.now()
    job = Job(ids.new("j"), broadcast.id, appid, mass_jobs.INTENT, now, len(people))
    several = [Delivery(ids.new("d"), appid, one.openid, one.user, Way.MASS, None, "", 0, 0, INTENT, None, now, None,
                        f"broadcast {broadcast.id}", Kind.ANNOUNCEMENT, job.id) for one in people]

    def act(connection: Connection) -> bool:
        users = [one.user for one in people]
        if rows.move_users(connection, broadcast.id, users, rows.MASS, rows.TELLING, Way.MASS, now) != len(users):
            raise _FasterError
        mass_jobs.add(connection, job)
        deliveries.intend_many(connection, several)
        return True

    try:
        return job if store.record.write(act) else None
    except _FasterError:
        return None


def settle(store: Store, job: Job, people: Sequence[Follower], state: str, detail: str, reference: str = "") -> None:
    """Notes what the call said: sent, failed (nobody got it) or unknown."""
    now, users = store.clock.now(), [one.user for one in people]
    after = {SENT: mass_jobs.ASKED, FAILED: mass_jobs.REFUSED}.get(state, mass_jobs.UNKNOWN)

    def act(connection: Connection) -> None:
        mass_jobs.change(connection, job.id, state=after, reference=reference[:64], detail=detail[:255], settled_at=now)
        deliveries.settle_all(connection, job.appid, job.id, state, now, reference)
        if state == FAILED:
            rows.move_users(connection, job.broadcast, users, rows.TELLING, rows.WAITING, "", None)
        else:
            way = Way.MASS if state == SENT else IN_DOUBT
            rows.move_users(connection, job.broadcast, users, rows.TELLING, rows.TOLD, way, now)

    store.record.write(act)
    if state == FAILED:
        notices.nudge(store, users)
    if told_before := late_words.take(store, job.appid, reference):
        _ended(store, job.appid, reference, msgspec.json.decode(told_before, type=Ended))


class Ended(NamedTuple):
    """What WeChat tells at the end; `fault`: it did not like the words."""

    arrived: bool
    fault: bool
    status: str
    sent: int
    filtered: int
    failed: int


def ended(store: Store, appid: str, reference: str, how: Ended) -> None:
    """The event of the end. One of a job that we never learn of changes nothing."""
    if reference and not _ended(store, appid, reference, how):
        late_words.keep(store, appid, reference, msgspec.json.encode(how).decode())
        _ended(store, appid, reference, how)


def _ended(store: Store, appid: str, reference: str, how: Ended) -> bool:
    now = store.clock.now()

    def act(connection: Connection) -> list[str] | None:
        job = mass_jobs.by_reference(connection, appid, reference)
        if job is None:
            return None
        if job.state != mass_jobs.ASKED:  # told already: who was told by another way since is not told again
            return []
        state = mass_jobs.DONE if how.arrived else mass_jobs.REFUSED
        mass_jobs.change(connection, job.id, state=state, detail=how.status[:255], sent=how.sent,
                         filtered=how.filtered, failed=how.failed, settled_at=now)
        deliveries.late_word(connection, appid, reference, SENT if how.arrived else FAILED, now, how.status)
        if how.arrived:
            return []
        users = deliveries.users_of(connection, appid, reference)
        after = rows.CANCELLED if how.fault else rows.WAITING
        rows.move_users(connection, job.broadcast, users, rows.TOLD, after, Way.MASS if how.fault else "", now)
        return [] if how.fault else users

    again = store.record.write(act)
    notices.nudge(store, again or ())
    return again is not None


def give_up(store: Store) -> int:
    """Jobs whose process died: nobody knows what became of them, so nobody is told again; returns how many."""
    stale = store.record.read(lambda c: mass_jobs.stale(c, store.clock.now() - STALE_MS))
    for job in stale:
        users = store.record.read(lambda c: deliveries.users_of(c, job.appid, job.id))  # noqa: B023 - asked at once
        people = [Follower(job.appid, "", user, None, 0, 0) for user in users]
        settle(store, job, people, UNKNOWN, "the process that asked WeChat died")
    return len(stale)


class _FasterError(Exception):
    """Another process took one of them."""
