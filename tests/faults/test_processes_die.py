"""kill -9 of each process of the house while six people talk: what was said stays said, and they talk on."""

from __future__ import annotations

import signal
import time

from tests.faults.conftest import Note
from tests.house_client import House
from tests.oracle import Load, Oracle, after_fault
from tests.phone import Phone

SPEAKERS = 6


def crowd(house: House, channel: str, count: int = SPEAKERS) -> list[Phone]:
    phones = house.phones_in_each_process(channel, count, "说")
    for phone in phones:
        phone.keep_frames = False
    return phones


def test_a_web_process_is_killed_under_load(house: House, channel: str, note: Note) -> None:
    """F1, F32: the others are not disturbed; its people come back to the process that is left."""
    phones = crowd(house, channel)
    victim = house.serving(phones[0])
    hurt = [phone for phone in phones if house.serving(phone) == victim]
    well = [phone for phone in phones if phone not in hurt]
    oracle = Oracle(house, channel, phones)

    def fault() -> None:
        house.kill(victim)
        house.wait(lambda: victim not in house.web() and len(house.web()) == 2, 10, "another web process")

    verdict = after_fault(oracle, Load(phones, channel), fault)
    assert all(phone.closes == [None] for phone in hurt)
    assert not any(phone.closes for phone in well)
    assert verdict.seconds_until_sending < 5
    note(verdict, hurt=len(hurt), well=len(well), others_waited=_silence(oracle, well))


def _silence(oracle: Oracle, phones: list[Phone]) -> float:
    only = Oracle(oracle.house, oracle.channel, phones)
    only.fault_at = oracle.fault_at
    return only.silence()


def test_redis_is_killed_under_load(house: House, channel: str, note: Note) -> None:
    """F6: the supervisor starts it on the same data; nobody has to connect again, nothing is lost, and the new epoch
    concerns nobody."""
    phones = crowd(house, channel)
    oracle = Oracle(house, channel, phones)

    def fault() -> None:
        victim = house.redis()
        house.kill(victim)
        house.wait(lambda: house.redis() not in (0, victim), 10, "another Redis")

    verdict = after_fault(oracle, Load(phones, channel), fault)
    assert len({entry.epoch for entry in oracle.log()[0]}) == 2, "every run of Redis is an epoch of its own"
    assert not any(phone.forks for phone in phones)
    assert verdict.seconds_until_sending < 10
    note(verdict, reconnected=sum(bool(phone.closes) for phone in phones))


def test_the_clock_is_killed_under_load(house: House, channel: str, note: Note) -> None:
    """F21, F36: master and children at once. Talk does not notice; the archive catches up without a double row."""
    phones = crowd(house, channel)
    oracle = Oracle(house, channel, phones)

    def fault() -> None:
        victims = house.clock("fast")
        house.kill_all(victims)
        house.wait(lambda: house.clock("fast") and not set(house.clock("fast")) & set(victims), 10, "another worker")

    verdict = after_fault(oracle, Load(phones, channel), fault)
    assert verdict.seconds_until_sending < 1, "nobody who talks waits for the clock"
    tip = oracle.log()[0][-1].seq
    seconds = house.wait(lambda: len(oracle.recorded()) == tip, 15, "everything is archived")
    assert [entry.seq for entry in oracle.recorded()] == list(range(1, tip + 1))
    note(verdict, archived_after=seconds)


def test_an_archiver_is_killed_in_the_middle_again_and_again(house: House, channel: str, note: Note) -> None:
    """F21: its children alone, ten times, at any moment of a batch."""
    phones = crowd(house, channel)
    oracle = Oracle(house, channel, phones)
    killed = 0

    def fault() -> None:
        nonlocal killed
        end = time.monotonic() + 5
        while time.monotonic() < end and killed < 10:
            children = house.clock("fast")[1:]
            house.kill_all(children)
            killed += len(children)
            time.sleep(0.35)

    verdict = after_fault(oracle, Load(phones, channel, pause=0.005), fault)
    tip = oracle.log()[0][-1].seq
    seconds = house.wait(lambda: len(oracle.recorded()) == tip, 15, "everything is archived")
    assert [entry.seq for entry in oracle.recorded()] == list(range(1, tip + 1))
    oracle.check()
    note(verdict, killed=killed, archived_after=seconds)


def test_the_master_of_the_web_processes_is_killed(house: House, channel: str, note: Note) -> None:
    """F2: its processes do not outlive it, the supervisor starts it again."""
    phones = crowd(house, channel, 4)
    oracle = Oracle(house, channel, phones)
    before = house.web()

    def fault() -> None:
        house.kill(house.web_master())
        house.wait(lambda: not set(before) & {child.pid for child in house.children()}, 40, "no orphans")
        house.wait_ready(30)

    verdict = after_fault(oracle, Load(phones, channel), fault, seconds=30)
    note(verdict)


def test_a_frozen_web_process_wakes_again(house: House, channel: str, note: Note) -> None:
    """F3, F24: SIGSTOP for three seconds. The others go on; what it missed it reads from the log."""
    phones = crowd(house, channel)
    victim = house.serving(phones[0])
    well = [phone for phone in phones if house.serving(phone) != victim]
    oracle = Oracle(house, channel, phones)

    def fault() -> None:
        house.kill(victim, signal.SIGSTOP)
        time.sleep(3)
        house.kill(victim, signal.SIGCONT)

    verdict = after_fault(oracle, Load(phones, channel), fault)
    assert _silence(oracle, well) < 2
    note(verdict, others_waited=_silence(oracle, well))
