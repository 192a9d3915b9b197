"""Faults that take longer than a short test may: a process frozen until it is killed for it, a phone gone silent."""

from __future__ import annotations

import signal
import time

from tests.house_client import House
from tests.oracle import Load, Oracle
from tests.phone import Phone
from tests.proxy import Proxy
from tests.soak.conftest import Keep


def test_a_frozen_web_process_is_replaced(house: House, keep: Keep) -> None:
    """F3: after its time the master kills it; its people talk on elsewhere, and nothing is shown twice."""
    channel, = house.new_channels("冻")
    phones = house.phones_in_each_process(channel, 6, "说")
    victim = house.serving(phones[0])
    oracle = Oracle(house, channel, phones)
    with Load(phones, channel, pause=0.1, patience=180) as load:
        load.wait_for(20)
        oracle.fault()
        house.kill(victim, signal.SIGSTOP)
        replaced = house.wait(lambda: victim not in house.web() and len(house.web()) == 2, 120, "replaced")
        load.wait_for_everybody(time.monotonic(), 60)
    oracle.settle(30)
    keep(**oracle.check()._asdict(), seconds_until_replaced=round(replaced, 1))


def test_a_phone_falls_silent(house: House, keep: Keep) -> None:
    """F27: its network swallows everything. It is closed after two heartbeats, its seat is free 30 seconds later."""
    channel, = house.new_channels("静")
    with Proxy(house.port) as proxy:
        stays, gone = house.phone("留"), house.phone("走", port=proxy.port, answer_seconds=600)
        stays.enter(channel)
        gone.enter(channel)
        gone.come_back = False
        stays.wait(lambda: present(stays, channel) == 2, 5, "both are there")
        proxy.freeze()
        began = time.monotonic()
        stays.wait(lambda: present(stays, channel) == 1, 120, "one is left")
        seconds = time.monotonic() - began
    assert 60 < seconds < 100, seconds
    keep(seconds_until_gone=round(seconds, 1))


def present(phone: Phone, channel: str) -> int:
    events = phone.events("present", channel)
    return int(events[-1]["count"]) if events else 0
