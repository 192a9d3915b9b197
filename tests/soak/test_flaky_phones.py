"""Ten minutes of bad networks: every phone is cut, or loses its answers, again and again while all of them talk."""

from __future__ import annotations

import random
import threading
import time

from tests.house_client import House
from tests.oracle import Load, Oracle
from tests.phone import Phone
from tests.proxy import Proxy
from tests.soak.conftest import Keep, scaled, spread

SECONDS = 600
PHONES = 20


def test_flaky_phones(house: House, chance: random.Random, keep: Keep) -> None:
    """F28, F29: each phone's network breaks every 5 to 30 seconds."""
    channel, = house.new_channels("路上")
    proxies = [Proxy(house.port) for _ in range(PHONES)]
    phones = [house.phone(f"路{number}", port=proxy.port, answer_seconds=1.0) for number, proxy in enumerate(proxies)]
    for phone in phones:
        phone.enter(channel)
        phone.keep_frames = False
    oracle, stop = Oracle(house, channel, phones), threading.Event()
    before = max(house.memory().values())
    chances = [random.Random(chance.random()) for _ in proxies]
    threads = [threading.Thread(target=break_it, args=(*both, stop)) for both in zip(proxies, chances, strict=True)]
    with Load(phones, channel, pause=0.2, patience=60):
        for thread in threads:
            thread.start()
        time.sleep(scaled(SECONDS))
        stop.set()
        for thread in threads:
            thread.join()
    oracle.settle(60)
    verdict = oracle.check()
    keep(**verdict._asdict(), breaks=sum(phone.connections - 1 for phone in phones),
         said_again=sum(sent.tries > 1 for phone in phones for sent in phone.sent),
         seconds_until_answered=spread([waited(phone) for phone in phones]),
         growth_mb=(max(house.memory().values()) - before) >> 20)
    for proxy in proxies:
        proxy.__exit__()


def break_it(proxy: Proxy, chance: random.Random, stop: threading.Event) -> None:
    while not stop.wait(chance.uniform(5, 30)):
        if chance.random() < 0.5:
            proxy.cut()
        else:
            proxy.lose_answers(chance.randrange(2000))


def waited(phone: Phone) -> float:
    """The longest that any message of this phone took until it was answered."""
    return max((sent.acked_at or 0) - sent.at for sent in phone.sent)
