"""A power cut on a disk that lied: Redis comes back with less than it acknowledged, and SQL does not know it either."""

from __future__ import annotations

import signal

from tests.faults.test_redis_forgets import tear
from tests.house_client import House
from tests.oracle import Oracle


def test_an_end_that_nobody_archived_is_torn_off(house: House) -> None:
    """F8: what is gone is gone; but everybody must be told, and no number may mean two things."""
    channel, = house.new_channels("断电")
    phones = house.phones_in_each_process(channel, 4, "说")
    oracle = Oracle(house, channel, phones)
    for number in range(20):
        phones[number % 4].say(channel, f"留下的 {number}")
    oracle.settle()
    house.wait(lambda: len(oracle.recorded()) == 20, 10, "archived")
    supervisor, clock = house.supervisor(), house.clock("fast")
    house.kill_all([*clock, supervisor], signal.SIGSTOP)
    try:
        for number in range(20):
            phones[number % 4].say(channel, f"会丢的 {number}")
        house.kill(house.redis())
        house.wait(lambda: not house.redis(), 5, "it is dead")
        tear(house.var / "redis", channel)
    finally:
        house.kill_all([supervisor, *clock], signal.SIGCONT)
    for phone in phones:
        phone.sent.clear()
    for number in range(4):
        phones[number].say(channel, f"新的 {number}")
    oracle.settle()
    assert all(phone.texts(channel)[-4:] == [f"新的 {number}" for number in range(4)] for phone in phones)
    oracle.check()
