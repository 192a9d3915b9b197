"""Three hosts behind nginx, a Cluster with replicas, MariaDB: everything that can happen to one of them, while people
talk; what was acknowledged stays, whoever lost something is told.

Full size (TEAHOUSE_SOAK_SCALE=1) are 5,000 sockets in rooms of 25 and 1,000 messages a second for ten minutes, with two
web processes on each host (TEAHOUSE_SOAK_WEB_PROCESSES).
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from itertools import zip_longest
from pathlib import Path
from signal import SIGHUP

import msgspec
import pytest

from rooms import messages
from rooms.store import Store
from tests.hosts import HOSTS, Hosts, every, slot_of, why_not
from tests.needs import needs
from tests.oracle import Entry, Load, Oracle
from tests.patience import patiently
from tests.phone import Phone
from tests.soak.conftest import SCALE, Keep, scaled

SOCKETS, A_SECOND, SECONDS, IN_A_ROOM = 5_000, 1_000, 600, 25
WEB_PROCESSES = int(os.environ.get("TEAHOUSE_SOAK_WEB_PROCESSES", "2"))
"""Of each host."""
FAULTS = os.environ.get("TEAHOUSE_SOAK_FAULTS", "").split()
"""Only these, where some are named."""
CUT_SECONDS = 12
"""Longer than a Cluster waits before it promotes a replica."""


class Judge(Oracle):
    """The log as the core itself reads it, Redis and SQL together."""

    def __init__(self, house: Hosts, store: Store, channel: str, phones: list[Phone]) -> None:
        self.house, self.channel, self.phones, self._store = house, channel, phones, store
        self.fault_at = time.monotonic()

    def log(self) -> tuple[list[Entry], int]:
        found: list[Entry] = []
        while page := patiently(partial(messages.after, self._store, self.channel, found[-1].seq if found else 0, 200)):
            found += [Entry(each.seq, each.epoch, each.op, msgspec.json.decode(each.frame).get("client_id", ""),
                            each.frame) for each in page]
        return found, 0


def test_three_hosts(tmp_path: Path, keep: Keep) -> None:
    """F4, F6, F13, F14, F49: a master killed, a host cut off, a slot moved, web processes rolled, nginx reloaded."""
    if reason := why_not():
        pytest.skip(reason)
    needs("nginx")
    sockets = max(4 * HOSTS, scaled(SOCKETS))
    with Hosts(tmp_path, web_processes=WEB_PROCESSES, TEAHOUSE_SAY_PER_SECOND="0",
               TEAHOUSE_FRAMES_PER_SECOND="1000") as house:
        store = house.store()
        judges = rooms_full_of(house, store, sockets)
        with ExitStack() as talk:
            pause = len([phone for judge in judges for phone in judge.phones]) / max(1.0, A_SECOND * SCALE)
            loads = [talk.enter_context(Load(judge.phones, judge.channel, pause, patience=300)) for judge in judges]
            began = time.monotonic()
            for load in loads:
                load.wait_for(len(load.phones), 300)
            again = {fault.__name__: hurt(house, judges, loads, fault)
                     for fault in (a_master_is_killed, a_host_is_cut_off, a_slot_moves, a_deploy_rolls, nginx_reloads)
                     if not FAULTS or fault.__name__ in FAULTS}
            time.sleep(max(0.0, SECONDS * SCALE - (time.monotonic() - began)))
            seconds = time.monotonic() - began
        for judge in judges:
            judge.settle(300)
        verdicts = [judge.judge() for judge in judges]
        told = {name: sum(getattr(each, name) for each in verdicts) for name in (
            "acked", "lost", "duplicated", "reordered", "holes", "differing", "wrongs", "refused")}
        phones = [phone for judge in judges for phone in judge.phones]
        keep(hosts=HOSTS, web_processes=WEB_PROCESSES * HOSTS, sockets=len(phones),
             rooms=len(judges), seconds=round(seconds), posts_a_second=round(
            told["acked"] / seconds, 1), **told, seconds_until_everybody_sends=again,
             forks_told=sum(len(phone.forks) for phone in phones), gaps_told=sum(len(phone.gaps) for phone in phones),
             byes=sum(len(phone.byes) for phone in phones), epochs=sum(
                 len({entry.epoch for entry in judge.log()[0]}) for judge in judges),
             largest_process_mb=max(each.largest_process_mb for each in verdicts), tracebacks=len(house.tracebacks()))
        assert all(verdict.clean for verdict in verdicts), [
            (verdict, [phone.wrongs[:3] for phone in judge.phones if phone.wrongs][:3])
            for verdict, judge in zip(verdicts, judges, strict=True) if not verdict.clean]
        assert told["acked"] > len(phones)
        store.close()


def rooms_full_of(house: Hosts, store: Store, sockets: int) -> list[Judge]:
    """At least one room on each master."""
    count = max(HOSTS, -(-sockets // IN_A_ROOM))
    size = -(-sockets // count)
    spare = count + 9  # where a room lies is chance
    rooms = [room for some in every(list(range(spare)), 4) for room in house.commands(*(
        ["room", "add", f"房{number}", "--organization", house.organization] for number in some))]
    channels = [channel for some in every(rooms, 4)
                for channel in house.commands(*(["channel", "add", room, "厅"] for room in some))]
    masters = house.masters()
    by_master: dict[int, list[str]] = {id(node): [] for node in masters.values()}
    for channel in channels:
        master = next(node for (first, last), node in masters.items() if first <= slot_of(channel) <= last)
        by_master[id(master)].append(channel)
    in_turn = [channel for several in zip_longest(*by_master.values()) for channel in several if channel]
    assert len(by_master) == HOSTS, "each master has some slots"
    judges = []
    for channel in in_turn[:count]:
        phones = [house.phone(f"{channel[-4:]}{number}", answer_seconds=4.0) for number in range(size)]
        for phone in phones:
            phone.keep_frames = False
            assert phone.enter(channel, seconds=120)["op"] == "entered"
        judges.append(Judge(house, store, channel, phones))
    return judges


def hurt(house: Hosts, judges: list[Judge], loads: list[Load], fault: Callable[[Hosts, list[Judge]], None]) -> float:
    """Seconds from the fault until the last of all people was answered again."""
    for judge in judges:
        judge.fault()
    began = time.monotonic()
    fault(house, judges)
    for load in loads:
        load.wait_for_everybody(time.monotonic(), 300)
    house.wait(house.whole, 300, "each master has a replica again")
    house.wait_ready(300)
    silence = max(judge.silence() for judge in judges)
    print(f"{fault.__name__}: everybody after {time.monotonic() - began:.1f} s, longest wait {silence:.1f} s")
    return round(silence, 2)


def a_master_is_killed(house: Hosts, judges: list[Judge]) -> None:
    """Its replica is promoted; later it comes back as the other's replica."""
    victim = house.master_of(judges[0].channel)
    assert victim is not None
    victim.kill()
    house.wait(lambda: house.master_of(judges[0].channel) not in (None, victim), 120, "another master")
    victim.start(120)


def a_host_is_cut_off(house: Hosts, judges: list[Judge]) -> None:
    """One that has a master: whoever talks to it is sent to others, what it alone knows is lost and told."""
    victim = house.master_of(judges[-1].channel)
    host = next(host for host in house.hosts if victim is not None and host.address == victim.host)
    host.pull_out()
    time.sleep(CUT_SECONDS)
    host.plug_in()


def a_slot_moves(house: Hosts, judges: list[Judge]) -> None:
    house.move_slot(judges[0].channel)


def a_deploy_rolls(house: Hosts, _judges: list[Judge]) -> None:
    """One host after the other, each ready before the next."""
    for web in house.webs:
        web.end()
        web.start()
        house.wait_ready(300)


def nginx_reloads(house: Hosts, _judges: list[Judge]) -> None:
    for _ in range(3):
        house.nginx.tell(SIGHUP)
        time.sleep(1)
