"""Redis loses its data, or a part: the numbers go on above what SQL holds, a new epoch says so, none is used twice."""

from __future__ import annotations

import re
import signal
import time
from pathlib import Path

from tests.faults.conftest import Note
from tests.house_client import House
from tests.oracle import Oracle, connected


def test_redis_is_emptied(house: House, channel: str, note: Note) -> None:
    """F10: everything that was archived stays; the room is closed until its gates are rebuilt; clients are told."""
    phones = house.phones_in_each_process(channel, 4, "忘")
    oracle = Oracle(house, channel, phones)
    for number in range(40):
        phones[number % 4].say(channel, f"之前 {number}")
    oracle.settle()
    tip = oracle.log()[0][-1].seq
    house.wait(lambda: len(oracle.recorded()) == tip, 10, "archived")
    oracle.fault()
    with connected(house) as client:
        client.flushall()
    for number in range(40):
        phones[number % 4].say(channel, f"之后 {number}")
    oracle.settle()
    verdict = oracle.check()
    entries = oracle.log()[0]
    assert [entry.seq for entry in entries] == list(range(1, tip + 41)), "no number is used twice, none is left out"
    epochs = [entry.epoch for entry in entries]
    assert len(set(epochs[:tip])) == 1
    assert len(set(epochs[tip:])) == 1
    assert epochs[0] != epochs[-1]
    assert not any(phone.forks for phone in phones), "nothing that was heard is lost, so nothing is to be dropped"
    note(verdict, epochs=len(set(epochs)))


def test_redis_loses_the_end_of_a_log(house: House, channel: str, note: Note) -> None:
    """F8, F10: what was not archived is gone; readers are told by `forked` and drop it, then read on together."""
    phones = house.phones_in_each_process(channel, 4, "叉")
    oracle = Oracle(house, channel, phones)
    for number in range(20):
        phones[number % 4].say(channel, f"留下的 {number}")
    oracle.settle()
    house.wait(lambda: len(oracle.recorded()) == 20, 10, "archived")
    clock = house.clock("fast")
    freeze(house, clock)
    try:
        for number in range(10):
            phones[number % 4].say(channel, f"会丢的 {number}")
        oracle.settle()
        assert len(oracle.recorded()) == 20
        oracle.fault()
        with connected(house) as client:
            client.flushall()
        gone = [sent for phone in phones for sent in phone.sent if sent.text.startswith("会丢的")]
        for phone in phones:
            phone.sent = [sent for sent in phone.sent if sent not in gone]
        for number in range(10):
            phones[number % 4].say(channel, f"新的 {number}")
    finally:
        thaw(house, clock)
    oracle.settle()
    verdict = oracle.check()
    assert all(phone.forks for phone in phones), "everybody is told"
    assert not [text for phone in phones for text in phone.texts(channel) if text.startswith("会丢的")]
    note(verdict, told_as_lost=len(gone))


def freeze(house: House, pids: list[int]) -> None:
    for pid in pids:
        house.kill(pid, signal.SIGSTOP)


def thaw(house: House, pids: list[int]) -> None:
    for pid in pids:
        house.kill(pid, signal.SIGCONT)


def test_the_end_of_redis_file_is_torn(house: House, channel: str, note: Note) -> None:
    """F9: a power cut that took what SQL already has. It starts; a new epoch begins above what is known."""
    phones = house.phones_in_each_process(channel, 4, "断")
    oracle = Oracle(house, channel, phones)
    for number in range(40):
        phones[number % 4].say(channel, f"之前 {number}")
    oracle.settle()
    tip = oracle.log()[0][-1].seq
    house.wait(lambda: len(oracle.recorded()) == tip, 10, "archived")
    supervisor, clock = house.supervisor(), house.clock("fast")
    freeze(house, [*clock, supervisor])
    try:
        oracle.fault()
        house.kill(house.redis())
        house.wait(lambda: not house.redis(), 5, "it is dead")
        torn = tear(house.var / "redis", channel)
    finally:
        thaw(house, [supervisor, *clock])
    for number in range(40):
        phones[number % 4].say(channel, f"之后 {number}")
    oracle.settle()
    verdict = oracle.check()
    entries = oracle.log()[0]
    assert [entry.seq for entry in entries] == list(range(1, tip + 41)), "no number is used twice, none is left out"
    assert len({entry.epoch for entry in entries}) == 2
    note(verdict, bytes_torn=torn)


def tear(folder: Path, channel: str) -> int:
    """Cuts the append-only file in the middle of one of the last ten things said; how many bytes went."""
    file = max((folder / "appendonlydir").glob("*.incr.aof"))
    data = file.read_bytes()
    said = [match.start() for match in re.finditer(f'"channel":"{channel}"'.encode(), data)]
    file.write_bytes(data[:said[-10] + 5])
    return len(data) - said[-10] - 5


def test_redis_refuses_to_write(house: House, channel: str, note: Note) -> None:
    """F15: out of memory. Nothing is acknowledged that is not kept; it heals by itself."""
    phones = house.phones_in_each_process(channel, 2, "满")
    oracle = Oracle(house, channel, phones)
    phones[0].say(channel, "之前")
    with connected(house) as client:
        before = client.config_get("maxmemory")["maxmemory"]
        oracle.fault()
        client.config_set("maxmemory", 1)
        try:
            refused = phones[0].say_soon(channel, "写不进去")
            time.sleep(2.5)
            assert not refused.settled
            assert refused.tries > 1, "it was refused for now, and tried again"
            assert phones[1].history(channel)["op"] == "history", "reading goes on"
        finally:
            client.config_set("maxmemory", before)
    phones[0].wait(lambda: refused.settled, 5, "sending again")
    oracle.settle()
    note(oracle.check())


def test_redis_hangs(house: House, channel: str, note: Note) -> None:
    """F11: nobody is left without an answer for long, and nothing piles up."""
    phones = house.phones_in_each_process(channel, 4, "停")
    oracle = Oracle(house, channel, phones)
    phones[0].say(channel, "之前")
    oracle.fault()
    with connected(house) as client:
        client.execute_command("CLIENT", "PAUSE", "2500", "ALL")
    sent = [phone.say_soon(channel, "停的时候") for phone in phones]
    for phone, each in zip(phones, sent, strict=True):
        phone.wait(lambda: each.settled, 10, "answered")  # noqa: B023
    oracle.settle()
    note(oracle.check())
