"""SIGTERM: every socket is told to come back, in a frame; nothing but frames is ever written into a socket."""

from __future__ import annotations

import signal
import time

from tests.faults.conftest import Note
from tests.house_client import House
from tests.oracle import Load, Oracle, after_fault


def test_a_web_process_drains(house: House, channel: str, note: Note) -> None:
    """F4, F5: `bye`, then 4013 for all its sockets; they go on in another process, and what was said is answered."""
    phones = house.phones_in_each_process(channel, 6, "说")
    victim = house.serving(phones[0])
    drained = [phone for phone in phones if house.serving(phone) == victim]
    oracle = Oracle(house, channel, phones)
    began = time.monotonic()
    took = 0.0

    def fault() -> None:
        nonlocal began, took
        began = time.monotonic()
        house.kill(victim, signal.SIGTERM)
        took = house.wait(lambda: victim not in {child.pid for child in house.children()}, 15, "it has ended")

    verdict = after_fault(oracle, Load(phones, channel), fault)
    for phone in drained:
        phone.wait(lambda: phone.closes, what="it was closed")  # noqa: B023
        assert phone.closes == [4013], phone.closes
        assert len(phone.byes) == 1
        assert phone.byes[0]["reason"] == "draining"
        assert phone.torn == 0
    assert not any(phone.closes for phone in phones if phone not in drained)
    note(verdict, drained=len(drained), seconds_to_end=took)


def test_a_reload_drains_all(house: House, channel: str, note: Note) -> None:
    """F4: SIGHUP to the master."""
    phones = house.phones_in_each_process(channel, 6, "说")
    oracle = Oracle(house, channel, phones)
    before = set(house.web())

    def fault() -> None:
        house.kill(house.web_master(), signal.SIGHUP)
        house.wait(lambda: not before & {child.pid for child in house.children()}, 20, "the old ones have ended")

    verdict = after_fault(oracle, Load(phones, channel), fault)
    for phone in phones:
        assert phone.closes
        assert set(phone.closes) == {4013}, phone.closes
        assert phone.torn == 0
    note(verdict)


def test_the_house_ends_and_begins_again(house: House, channel: str, note: Note) -> None:
    """F5: everybody is told; nothing said is in doubt; on the same data they go on where they were."""
    phones = house.phones_in_each_process(channel, 6, "说")
    oracle = Oracle(house, channel, phones)
    took = 0.0

    def fault() -> None:
        nonlocal took
        took = house.end()
        for phone in phones:
            phone.wait(lambda: phone.closes, what="it heard that the house ends")  # noqa: B023
            assert phone.closes[0] == 4013, phone.closes
            assert len(phone.byes) == 1
            assert phone.torn == 0
        house.start()

    verdict = after_fault(oracle, Load(phones, channel, patience=60), fault, seconds=30)
    assert not any(phone.forks for phone in phones)
    note(verdict, seconds_to_end=took, seconds_to_ready=house.seconds_to_ready)
