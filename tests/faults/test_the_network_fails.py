"""Answers are lost, connections cut, readers stop reading: each message is there once, and nobody else notices."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from tests.faults.conftest import Note
from tests.house_client import House
from tests.oracle import Load, Oracle, after_fault, connected
from tests.proxy import Proxy


@pytest.fixture
def proxy(house: House) -> Iterator[Proxy]:
    with Proxy(house.port) as proxy:
        yield proxy


def test_answers_are_lost_and_the_same_message_is_said_again(
        house: House, channel: str, proxy: Proxy, note: Note) -> None:
    """F29: the server heard, the phone does not know; it comes back and says it with the same client_id."""
    flaky = [house.phone(f"漏{number}", port=proxy.port, answer_seconds=0.4) for number in range(3)]
    steady = house.phone("稳")
    for phone in (*flaky, steady):
        phone.enter(channel)
        phone.keep_frames = False
    oracle = Oracle(house, channel, [*flaky, steady])

    def fault() -> None:
        for _ in range(5):
            proxy.lose_answers()
            time.sleep(0.8)
        for phone in flaky:  # where the machine is slow, so hasty a phone would never believe that it is connected
            phone.answer_seconds = 30
        proxy.cut()

    verdict = after_fault(oracle, Load([*flaky, steady], channel, pause=0.01), fault)
    again = sum(sent.tries > 1 for phone in flaky for sent in phone.sent)
    assert proxy.swallowed
    assert again, "no message had to be said twice, so nothing was tested"
    note(verdict, said_again=again, bytes_lost=proxy.swallowed)


def test_every_connection_is_reset_again_and_again(house: House, channel: str, proxy: Proxy, note: Note) -> None:
    """F28, in short."""
    phones = [house.phone(f"断{number}", port=proxy.port) for number in range(6)]
    for phone in phones:
        phone.enter(channel)
        phone.keep_frames = False
    oracle = Oracle(house, channel, phones)

    def fault() -> None:
        for _ in range(6):
            proxy.cut()
            time.sleep(0.5)

    verdict = after_fault(oracle, Load(phones, channel, pause=0.01), fault)
    assert all(phone.connections >= 6 for phone in phones)
    note(verdict, connections=sum(phone.connections for phone in phones))


def test_a_reader_that_stops_reading_disturbs_nobody(house: House, channel: str, note: Note) -> None:
    """F25: it gets a gap or is closed with 4008; its bytes are whole frames to the last; memory stays bounded."""
    speakers = house.phones_in_each_process(channel, 4, "说")
    lazy = [house.phone(f"睡{number}", receive_buffer=4096) for number in range(2)]
    for phone in lazy:
        phone.enter(channel)
    memory = max(house.memory().values())
    oracle = Oracle(house, channel, [*speakers, *lazy])
    for phone in speakers:
        phone.keep_frames = False
    for phone in lazy:
        phone.stop_reading()
    oracle.fault()
    said, stop = 0, time.monotonic() + 8
    while time.monotonic() < stop and said < 4000:
        batch = [(phone, phone.say_soon(channel, "长" * 1900)) for phone in speakers for _ in range(5)]
        for phone, sent in batch:
            phone.wait(lambda: sent.settled, 10, "the others go on")  # noqa: B023
        said += len(batch)
    growth = max(house.memory().values()) - memory
    assert oracle.silence() < 8, "who reads is not held up until who does not is closed, which is after ten seconds"
    for phone in lazy:
        phone.read_again()
    oracle.settle()
    verdict = oracle.check()
    assert all(phone.gaps or 4008 in phone.closes for phone in lazy), [(phone.gaps, phone.closes) for phone in lazy]
    assert not any(phone.torn for phone in lazy), "a frame was cut"
    assert growth < 64 << 20, growth
    note(verdict, said=said, gaps=sum(len(phone.gaps) for phone in lazy), closes=[phone.closes for phone in lazy],
         growth_mb=growth >> 20)


def test_publish_subscribe_breaks_every_second(house: House, channel: str, note: Note) -> None:
    """F23: what is not heard is read from the log; nobody waits longer than three seconds for a message."""
    phones = house.phones_in_each_process(channel, 4, "听")
    for phone in phones:
        phone.keep_frames = False
    oracle = Oracle(house, channel, phones)
    killed = 0
    stop = threading.Event()

    def break_it() -> None:
        nonlocal killed
        with connected(house) as client:
            while not stop.wait(0.7):
                killed += client.client_kill_filter(_type="pubsub")

    def fault() -> None:
        thread = threading.Thread(target=break_it)
        thread.start()
        time.sleep(3.7)
        stop.set()
        thread.join()

    verdict = after_fault(oracle, Load(phones, channel, pause=0.1), fault)
    said_at = {sent.client_id: sent.acked_at for phone in phones for sent in phone.sent if sent.acked_at}
    longest = max(entry["heard_at"] - said_at[entry["client_id"]] for phone in phones
                  for entry in phone.entries(channel) if entry.get("client_id") in said_at)
    assert killed >= 4
    assert longest < 3
    note(verdict, killed=killed, longest_wait_to_hear=longest)


def test_a_phone_that_vanishes_gives_its_seat_up(house: House, channel: str, proxy: Proxy, note: Note) -> None:
    """F27, with a reset instead of silence: who is there is told within seconds after the time to come back."""
    stays, goes = house.phone("留"), house.phone("走", port=proxy.port)
    stays.enter(channel)
    goes.enter(channel)
    goes.come_back = False
    goes.close(1000)
    began = time.monotonic()
    stays.wait(lambda: any(each["count"] == 1 for each in stays.events("present", channel)[-1:]), 8, "one is left")
    note(seconds=time.monotonic() - began)
