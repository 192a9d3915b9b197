"""Faults that take longer than a short test may: a process frozen until it is killed for it, a phone gone silent."""

from __future__ import annotations

import signal
import time
from pathlib import Path

from tests.house_client import House
from tests.oracle import Load, Oracle
from tests.phone import Phone
from tests.proxy import Proxy
from tests.soak.conftest import Keep
from tests.socket_client import Refusal, Socket


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


def test_the_seats_of_a_dead_process_become_free(house: House, keep: Keep) -> None:
    """F32: its people do not come back; their seats are kept for their time and then are free."""
    channel, = house.new_channels("座")
    phones = house.phones_in_each_process(channel, 8, "坐")
    victim = house.serving(phones[0])
    gone = [phone for phone in phones if house.serving(phone) == victim]
    stays = next(phone for phone in phones if phone not in gone)
    stays.wait(lambda: present(stays, channel) == len(phones), 5, "all are there")
    for phone in gone:
        phone.come_back = False
    began = time.monotonic()
    house.kill(victim)
    left = len(phones) - len(gone)
    stays.wait(lambda: present(stays, channel) == left, 120, "only those who live are there")
    keep(seats=len(gone), seconds_until_free=round(time.monotonic() - began, 1))


def test_more_sockets_than_a_process_takes(tmp_path: Path, keep: Keep) -> None:
    """F35: beyond the limit 503 with Retry-After, never silence; a place that becomes free is given away again."""
    with House(tmp_path, web_processes=1, TEAHOUSE_SOCKETS_PER_PROCESS="20") as house:
        taken, refused = [], []
        for _ in range(30):
            try:
                taken.append(Socket("127.0.0.1", house.port, 5))
            except Refusal as no:
                refused.append(no)
        assert len(taken) == 20
        assert all(no.status == 503 and int(no.headers["retry-after"]) >= 1 for no in refused)
        taken.pop().close()
        time.sleep(0.5)
        taken.append(Socket("127.0.0.1", house.port, 5))
        for socket in taken:
            socket.close()
    keep(taken=20, refused=len(refused), silent=0)
