"""Three hosts behind nginx, a Cluster with replicas, MariaDB: everything that can happen to one of them, while people
talk; what was acknowledged stays, whoever lost something is told.

Full size (TEAHOUSE_SOAK_SCALE=1) are 5,000 sockets in rooms of 25 (TEAHOUSE_SOAK_IN_A_ROOM) and 1,000 messages a second
(TEAHOUSE_SOAK_A_SECOND) for ten minutes (TEAHOUSE_SOAK_SECONDS), with two web processes on each host
(TEAHOUSE_SOAK_WEB_PROCESSES). A crowd in one thread says and hears all of it; in a few of the rooms somebody with a
phone sits among them and is judged as in the other tests of faults.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from itertools import zip_longest
from pathlib import Path
from signal import SIGHUP
from typing import Any, NamedTuple

import msgspec
import pytest

from rooms import channels, messages, rooms
from rooms.store import Store
from tests.crowd import Crowd
from tests.guests import new_guests
from tests.hosts import HOSTS, Hosts, Node, slot_of, why_not
from tests.ledger import Judgement
from tests.needs import needs
from tests.oracle import Entry, Load, Oracle
from tests.patience import PATIENCE_SECONDS, patiently
from tests.phone import Phone
from tests.soak.conftest import SCALE, Keep, scaled, spread

SOCKETS = 5_000
IN_A_ROOM = int(os.environ.get("TEAHOUSE_SOAK_IN_A_ROOM", "25"))
A_SECOND = float(os.environ.get("TEAHOUSE_SOAK_A_SECOND", 1_000 * SCALE))
SECONDS = float(os.environ.get("TEAHOUSE_SOAK_SECONDS", 600 * SCALE))
WEB_PROCESSES = int(os.environ.get("TEAHOUSE_SOAK_WEB_PROCESSES", "2"))
"""Of each host."""
FAULTS = os.environ.get("TEAHOUSE_SOAK_FAULTS", "").split()
"""Only these, where some are named."""
CUT_SECONDS = 12
"""Longer than a Cluster waits before it promotes a replica."""
ALONE_SECONDS = 4
"""For which a master has no replica that could confirm."""
PHONES = 6


class Judge(Oracle):
    """The log as the core itself reads it, Redis and SQL together."""

    def __init__(self, house: Hosts, store: Store, channel: str, phones: list[Phone]) -> None:
        self.house, self.channel, self.phones, self._store = house, channel, phones, store
        self.fault_at = time.monotonic()

    def log(self) -> tuple[list[Entry], int]:
        return log_of(self._store, self.channel), 0


class Gathering(NamedTuple):
    """Everybody who is there."""

    house: Hosts
    store: Store
    places: list[str]
    crowd: Crowd
    judges: list[Judge]
    loads: list[Load]

    def of(self, master: Node) -> list[str]:
        """The channels whose logs lie there."""
        slots = [slots for slots, node in self.house.masters().items() if node is master]
        return [place for place in self.places if any(first <= slot_of(place) <= last for first, last in slots)]


Fault = Callable[[Gathering], Any]


def test_three_hosts(tmp_path: Path, keep: Keep) -> None:
    """F4, F6, F13, F14, F49: a master killed, a host cut off, a slot moved, web processes rolled, nginx reloaded; and a
    master that dies when its replica is behind."""
    faults = [fault for fault in (a_master_is_killed, a_host_is_cut_off, a_slot_moves, a_deploy_rolls, nginx_reloads,
                                  a_master_dies_alone) if not FAULTS or fault.__name__ in FAULTS]
    with gathered(tmp_path, scaled(SOCKETS)) as everybody:
        house, crowd = everybody.house, everybody.crowd
        crowd.begin_notes()
        began, used = time.monotonic(), house.processor_seconds()
        heard, said = crowd.entries, crowd.ledger.acked
        again: dict[str, Any] = {}
        for number, fault in enumerate(faults):
            time.sleep(max(0.0, SECONDS * (number + 0.5) / (len(faults) + 0.5) - (time.monotonic() - began)))
            calm = crowd.begin_notes()
            again.setdefault("calm", of_calm(calm) | {"cores_used": cores(used, house.processor_seconds(), began)})
            try:
                again[fault.__name__] = hurt(everybody, fault)
            except AssertionError as trouble:  # the other faults are looked at all the same
                again[fault.__name__] = {"trouble": str(trouble)[:1_000]}
            print(fault.__name__, again[fault.__name__], flush=True)
        time.sleep(max(0.0, SECONDS - (time.monotonic() - began)))
        seconds = time.monotonic() - began
        heard, said = crowd.entries - heard, crowd.ledger.acked - said
        told = judged(everybody)
        keep(hosts=HOSTS, web_processes=WEB_PROCESSES * HOSTS, sockets=len(crowd.listeners), in_a_room=IN_A_ROOM,
             rooms=len(everybody.places), seconds=round(seconds), wanted_a_second=A_SECOND,
             posts_a_second=round(said / seconds, 1), deliveries_a_second=round(heard / seconds), **told,
             faults=again, load=os.getloadavg())
        check(everybody, told)
        assert not [found["trouble"] for found in again.values() if "trouble" in found]
        if a_master_dies_alone in faults:
            assert told["forks_told"] > 0


def test_who_was_promised_less_is_told(tmp_path: Path, keep: Keep) -> None:
    """F13 with `relaxed`: a master dies whose replica is behind, and nobody has archived what it knew. What was
    acknowledged and is lost is told to everybody who had seen it."""
    with gathered(tmp_path, max(4 * HOSTS, scaled(SOCKETS)), phones=0,
                  TEAHOUSE_DURABILITY="relaxed") as everybody:
        found = hurt(everybody, a_master_dies_alone)
        told = judged(everybody)
        keep(hosts=HOSTS, web_processes=WEB_PROCESSES * HOSTS, sockets=len(everybody.crowd.listeners),
             wanted_a_second=A_SECOND, **told, fault=found)
        check(everybody, told)
        assert told["lost_and_told"] > 0
        assert told["forks_told"] > 0


# ---- who is there


@contextmanager
def gathered(folder: Path, sockets: int, phones: int = PHONES, **environ: str) -> Iterator[Gathering]:
    """All talk until the block ends, or until they are judged."""
    if reason := why_not():
        pytest.skip(reason)
    needs("nginx")
    with Hosts(folder, web_processes=WEB_PROCESSES, TEAHOUSE_SAY_PER_SECOND="0", TEAHOUSE_FRAMES_PER_SECOND="1000",
               **environ) as house, ExitStack() as stack:
        store = house.store()
        stack.callback(store.close)
        places = places_on_each_master(house, store, max(HOSTS, -(-sockets // IN_A_ROOM)))
        guests = new_guests(store, house.environ["TEAHOUSE_SECRET_KEY"], house.organization, places,
                            max(4 * HOSTS, sockets))
        judges = [Judge(house, store, place, [with_a_phone(house, place)]) for place in places[:phones]]
        crowd = stack.enter_context(Crowd(house.port, guests))
        loads = [stack.enter_context(Load(judge.phones, judge.channel, 1.0, patience=300)) for judge in judges]
        crowd.talk(A_SECOND)
        crowd.wait_for_words(0.001, 300)
        yield Gathering(house, store, places, crowd, judges, loads)


def places_on_each_master(house: Hosts, store: Store, count: int) -> list[str]:
    """Where a room lies is chance: of a few more than are needed, those that lie on the masters in turn."""
    by_master: dict[int, list[str]] = {id(node): [] for node in house.masters().values()}
    assert len(by_master) == HOSTS, "each master has some slots"
    for number in range(count + 9):
        channel = channels.add(store, rooms.add(store, house.organization, f"房{number}"), "厅")
        by_master[id(house.master_of(channel))].append(channel)
    in_turn = [channel for several in zip_longest(*by_master.values()) for channel in several if channel]
    return in_turn[:count]


def with_a_phone(house: Hosts, place: str) -> Phone:
    phone = house.phone(place[-4:], answer_seconds=4.0)
    phone.keep_frames = False
    assert phone.enter(place, seconds=120)["op"] == "entered"
    return phone


# ---- what happens to them


def hurt(everybody: Gathering, fault: Fault) -> dict[str, Any]:
    """What it cost until the last of all people was answered again."""
    house, crowd = everybody.house, everybody.crowd
    forks = crowd.forks
    crowd.begin_notes()
    for judge in everybody.judges:
        judge.fault()
    more = fault(everybody) or {}
    over = time.monotonic()
    crowd.wait_for_words(over, 300)
    for load in everybody.loads:
        load.wait_for_everybody(over, 300)
    spoke = time.monotonic()
    house.wait(house.whole, 300, "each master has a replica again")
    house.wait_ready(300)
    stay = crowd.begin_notes()
    return {"seconds_of_the_fault": round(over - stay.began, 1),
            "everybody_spoke_seconds_after": round(spoke - over, 1), "answered_within": spread(stay.waited_seconds),
            "phones_waited": round(max((judge.silence() for judge in everybody.judges), default=0.0), 2),
            "sockets_lost": sum(stay.closes.values()), "byes": stay.byes, "given_up": stay.given_up,
            "unanswered": stay.unanswered, "away_seconds": spread(stay.away_seconds), "forks_told": crowd.forks - forks,
            "turned_away": dict(stay.turned_away), "refused": dict(stay.refused),
            "crowds_longest_turn_seconds": round(stay.longest_turn_seconds, 2), **more}


def a_master_is_killed(everybody: Gathering) -> None:
    """Its replica is promoted; later it comes back as the other's replica."""
    victim = the_master_of(everybody, everybody.places[0])
    victim.kill()
    wait_for_another(everybody, victim, everybody.places[0])
    victim.start(120)


def a_host_is_cut_off(everybody: Gathering) -> None:
    """One that has a master: whoever talks to it is sent to others, what it alone knows is lost and told."""
    victim = the_master_of(everybody, everybody.places[-1])
    host = next(host for host in everybody.house.hosts if host.address == victim.host)
    host.pull_out()
    time.sleep(CUT_SECONDS)
    host.plug_in()


def a_slot_moves(everybody: Gathering) -> None:
    everybody.house.move_slot(everybody.places[0])


def a_deploy_rolls(everybody: Gathering) -> None:
    """One host after the other, each ready before the next."""
    for web in everybody.house.webs:
        web.end()
        web.start()
        everybody.house.wait_ready(300)


def nginx_reloads(everybody: Gathering) -> None:
    for _ in range(3):
        everybody.house.nginx.tell(SIGHUP)
        time.sleep(1)


def a_master_dies_alone(everybody: Gathering) -> dict[str, Any]:
    """Its replica stands still and has lost the link to it, and nobody archives; a while later it dies, and the replica
    is promoted without what was said in the meantime: people have seen that, and with `replicated` it was not
    acknowledged."""
    house, place = everybody.house, everybody.places[1]
    victim = the_master_of(everybody, place)
    replica, places = house.replica_of(victim), everybody.of(victim)
    house.archiver.end()
    replica.freeze()
    with victim.client() as client:
        client.execute_command("CLIENT", "KILL", "TYPE", "replica")
    time.sleep(1)  # what was confirmed before is answered
    before, refused = everybody.crowd.ledger.acked_in(places), sum(everybody.crowd.stay.refused.values())
    time.sleep(ALONE_SECONDS)
    acked = everybody.crowd.ledger.acked_in(places) - before
    refused = sum(everybody.crowd.stay.refused.values()) - refused
    victim.kill()
    replica.thaw()
    wait_for_another(everybody, victim, place)
    victim.start(120)
    house.archiver.start()
    if house.environ["TEAHOUSE_DURABILITY"] == "replicated":
        assert acked == 0, "nobody could confirm"
        assert refused > 0, "whoever is not answered is told"
    return {"rooms": len(places), "acked_without_a_replica": acked, "refused_meanwhile": refused}


def the_master_of(everybody: Gathering, place: str) -> Node:
    house = everybody.house
    house.wait(lambda: house.master_of(place) is not None, PATIENCE_SECONDS, "a master")
    found = house.master_of(place)
    assert found is not None
    return found


def wait_for_another(everybody: Gathering, victim: Node, place: str) -> None:
    house = everybody.house
    house.wait(lambda: house.master_of(place) not in (None, victim), 120, "another master")


# ---- what it was


def log_of(store: Store, channel: str) -> list[Entry]:
    found: list[Entry] = []
    while page := patiently(partial(messages.after, store, channel, found[-1].seq if found else 0, 200)):
        found += [Entry(each.seq, each.epoch, each.op, msgspec.json.decode(each.frame).get("client_id", ""), b"")
                  for each in page]
    return found


def judged(everybody: Gathering) -> dict[str, Any]:
    """They fall silent, and all that they were told is compared with the logs."""
    crowd, judges = everybody.crowd, everybody.judges
    crowd.hush(300)
    for load in everybody.loads:
        load.__exit__()
    for judge in judges:
        judge.settle(300)
    logs = {place: log_of(everybody.store, place) for place in everybody.places}
    crowd.wait_for_tips({place: log[-1].seq for place, log in logs.items() if log}, 120)
    of_phones = [judge.judge() for judge in judges]
    of_crowd = [crowd.ledger.judge(place, log, crowd.of([place])) for place, log in logs.items()]
    phones = [phone for judge in judges for phone in judge.phones]
    return {"acked": _sum(of_crowd, "acked") + _sum(of_phones, "acked"),
            **{name: _sum(of_crowd, name) + _sum(of_phones, name)
               for name in ("lost", "duplicated", "reordered", "holes", "differing")},
            **{name: _sum(of_crowd, name) for name in ("lost_and_told", "behind")},
            "wrongs_of_phones": _sum(of_phones, "wrongs") + _sum(of_phones, "refused"),
            "silent_gaps": crowd.wrong["hole"], "shown_twice": crowd.wrong["twice"],
            "other_wrongs": sum(crowd.wrong.values()) - crowd.wrong["hole"] - crowd.wrong["twice"],
            "gaps_told": crowd.gaps, "forks_told": crowd.forks + sum(len(phone.forks) for phone in phones),
            "epochs": sum(len({entry.epoch for entry in log}) for log in logs.values()),
            "largest_process_mb": max(everybody.house.memory().values()) >> 20,
            "tracebacks": len(everybody.house.tracebacks())}


def check(everybody: Gathering, told: dict[str, Any]) -> None:
    crowd = everybody.crowd
    must_be_none = (*Judgement._fields[3:], "lost", "wrongs_of_phones", "silent_gaps", "shown_twice", "other_wrongs")
    assert not {name: told[name] for name in must_be_none if told[name]}, (
        told, crowd.wrongs[:5], [phone.wrongs[:3] for judge in everybody.judges for phone in judge.phones])
    assert told["acked"] > len(crowd.listeners)


def of_calm(stay: Any) -> dict[str, Any]:
    """Of the time before the first fault."""
    seconds = time.monotonic() - stay.began
    return {"seconds": round(seconds), "answered_within": spread(stay.waited_seconds),
            "said_a_second": round(len(stay.waited_seconds) / seconds, 1)}


def cores(before: dict[str, float], after: dict[str, float], began: float) -> dict[str, float]:
    """Of each kind of process, while none of them is replaced."""
    seconds = time.monotonic() - began
    return {kind: round((after[kind] - used) / seconds, 2) for kind, used in before.items()}


def _sum(several: Sequence[Any], name: str) -> int:
    return sum(getattr(each, name) for each in several)
