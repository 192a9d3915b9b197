"""A hall with few seats and many who want one: random steps, and what must hold after each of them."""

from __future__ import annotations

import random
from contextlib import suppress

from rooms import members, seats
from rooms.errors import Refused
from rooms.live import keys
from rooms.seats import Entered, Queued
from rooms.store import Store
from tests.cast import Cast

PEOPLE, PROCESSES, CAPACITY = 14, 3, 4
KEEP_MS = 4_000
LONG_MS = 40 * 60_000


class Hall:
    """People come, go and vanish at three processes; processes die without a word; the clock jumps."""

    def __init__(self, store: Store, capacity: int = CAPACITY) -> None:
        self.store, self.cast, self.capacity = store, Cast(store), capacity
        store.live.offset_ms = 0
        self.channel = self.cast.channel("hall", capacity=capacity)
        self.name = keys.of_channel(store.live.prefix, self.channel)
        self.people = [self.cast.person(f"guest {number}") for number in range(PEOPLE)]
        self.helpers = frozenset(person.id for person in self.people[:2])
        for person in self.people:
            members.join(store, person, self.cast.room)
        for helper in self.helpers:
            members.set_role(store, self.cast.room, helper, "moderator")
        self.processes = [f"p{number}" for number in range(PROCESSES)]
        self.holders: dict[str, set[str]] = {person.id: set() for person in self.people}
        self.arrived: dict[str, int] = {}
        """When each ticket was first given out."""
        self.count = self.steps = self.most_seated = self.woken = 0

    # ---- steps

    def arrive(self, who: int, process: int, follower: bool = False) -> None:
        person, self.count = self.people[who], self.count + 1
        holder = "" if follower else f"{self.processes[process]}.{self.count}"
        there = seats.arrive(self.store, person, self.channel, holder)
        self.holders[person.id].add(holder)
        if isinstance(there, Queued):
            self.arrived.setdefault(there.ticket, self.count)
        else:
            assert isinstance(there, Entered)
            self.woken += 1

    def leave(self, who: int, vanish: bool = False) -> None:
        person = self.people[who]
        for holder in sorted(self.holders[person.id]):
            (seats.lose if vanish and holder else seats.step_out)(self.store, person, self.channel, holder)
        self.holders[person.id].clear()

    def crash(self, process: int) -> None:
        """Its people are gone with it; another takes its place under a new name."""
        dead = f"{self.processes[process]}."
        self.count += 1
        self.processes[process] = f"p{process}x{self.count}"
        for holders in self.holders.values():
            holders -= {holder for holder in holders if holder.startswith(dead)}

    def pass_time(self, ms: int) -> None:
        for start in range(0, ms, KEEP_MS):
            self.store.live.offset_ms += min(KEEP_MS, ms - start)
            for process in self.processes:
                seats.keep_alive(self.store, process, [self.channel])

    def jump(self, ms: int) -> None:
        """Nobody could say that they live meanwhile: every process takes its people's seats again, if they are free."""
        self.store.live.offset_ms += ms
        for process in self.processes:
            if seats.keep_alive(self.store, process, [self.channel]):
                self.crash(self.processes.index(process))

    def step(self, chance: random.Random) -> None:
        self.steps += 1
        who, process = chance.randrange(PEOPLE), chance.randrange(PROCESSES)
        what = chance.random()
        if what < 0.5:
            self.arrive(who, process, follower=chance.random() < 0.15)
        elif what < 0.75:
            self.leave(who, vanish=chance.random() < 0.5)
        elif what < 0.96:
            self.pass_time(chance.choice([50, 1_000, 12_000, 31_000]))
        elif what < 0.98:
            self.jump(chance.choice([20_000, 60_000, 700_000]))
        else:
            self.crash(process)
        self.check()

    # ---- what must hold

    def check(self) -> None:
        seats.lapse(self.store, [self.channel])
        name, now = self.name, self.store.clock.now() + self.store.live.offset_ms
        seated, held, away, queue, tickets, offers, leases = self.store.live.commands([
            (("HKEYS", name.seats), name.head), (("HGETALL", name.held), name.head),
            (("ZRANGE", name.away, "0", "-1", "WITHSCORES"), name.head), (("ZRANGE", name.queue, "0", "-1"), name.head),
            (("HGETALL", name.tickets), name.head), (("ZRANGE", name.offers, "0", "-1", "WITHSCORES"), name.head),
            (("ZRANGE", name.leases, "0", "-1"), name.head)])
        offered = set(offers[::2])
        assert len(seated) + len(offered) <= self.capacity, "the capacity is never exceeded"
        assert not queue or len(seated) + len(offered) == self.capacity, "no seat is free while somebody waits"
        self.most_seated = max(self.most_seated, len(seated))
        holders = dict(zip(held[::2], held[1::2], strict=True))
        for user in seated:
            assert user in holders or user in away[::2], "every seat has somebody, or an end"
        for words in holders.values():
            for word in words.split():
                assert word.partition(b".")[0] in leases, "every holder is of a process that must say that it lives"
        assert all(float(until) > now - 1_000 for until in (*away[1::2], *offers[1::2])), "what is over has ended"
        written = dict(zip(tickets[::2], tickets[1::2], strict=True))
        assert set(written) == set(queue) | offered, "a ticket for everybody who waits, and for nobody else"
        assert not set(queue) & (offered | set(seated)), "nobody waits for what they have"
        order = [(user.decode() not in self.helpers, self.arrived[written[user].split(b" ")[0].decode()])
                 for user in queue]
        assert order == sorted(order), "first come, first served within a class"

    def ends_empty(self) -> None:
        """When everybody is gone and the time is over, nothing is left."""
        self.processes = ["p_last"] * PROCESSES
        for _ in range(3):
            self.store.live.offset_ms += LONG_MS
            with suppress(Refused):
                seats.lapse(self.store, [self.channel])
        name = self.name
        left = self.store.live.commands([
            (("HLEN", name.seats), name.head), (("HLEN", name.held), name.head), (("ZCARD", name.away), name.head),
            (("ZCARD", name.queue), name.head), (("HLEN", name.tickets), name.head),
            (("ZCARD", name.waiting), name.head), (("ZCARD", name.offers), name.head)])
        assert left == [0] * 7, left


