"""WeChat is away for ten minutes in every way it can be: who talks on sockets does not notice, it is not called more
than on a good day, and afterwards everybody has heard everything, once. And a token is asked for once in its life.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cast import opened
from tests.flows.people import follower, reply
from tests.house_client import ROOT, House
from tests.phone import Phone
from tests.sandbox_client import OFFICIAL, Sandbox, official_account
from tests.soak.conftest import SCALE, Keep, spread

SECONDS = 600 * SCALE
FOLLOWERS, PAUSE = 12, 0.25
MISFORTUNES = ({"http_status": 500}, {"delay_seconds": 7.0, "http_status": 500}, {"html": True}, {"errcode": -1},
               {"drip": True}, {"errcode": 40001})
MANY = 1_000_000
PROCESSES, EXPIRIES = 4, 5
ASKER = """
import json, sys, time
from rooms.live.live import Live
from wechat.platform.token import Credentials, SharedTokens
url, prefix, base, seconds = json.loads(sys.argv[1])
tokens = SharedTokens(Live.open(url, prefix, 0), Credentials("wx0123456789abcdef", "official-secret"), base)
end, seen = time.time() + seconds, set()
while time.time() < end:
    seen.add(tokens.get())
    time.sleep(0.01)
print(len(seen))
"""


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with House(tmp_path, web_processes=2, TEAHOUSE_DIGEST_PACE_SECONDS="1,1,1,1,1",
               TEAHOUSE_SAY_PER_SECOND="0") as house:
        yield house


def test_ten_minutes_without_wechat(house: House, keep: Keep) -> None:
    phone = house.phone("爱丽丝")
    phone.enter(house.hall)
    people = [follower(house, f"茶友{number}") for number in range(FOLLOWERS)]
    heard = {each: Heard(house, each) for each in people}
    good, calls = talk(house, phone, heard, "好", SECONDS, lambda _: None)
    bad, calls_out = talk(house, phone, heard, "坏", SECONDS, lambda share: befall(house, share))
    house.wechat.clear_faults()
    said = [sent.text for sent in phone.sent if sent.seq]
    time.sleep(35)  # the longest pause after an unknown outcome
    for each in people:
        for _ in range(200):
            if "更多" not in reply(house.wechat.say(each, "更多")):
                break
            heard[each].catch_up()
        heard[each].catch_up()
    shown = [[each.texts.count(text) for text in said] for each in heard.values()]
    before, after = spread(good), spread(bad)
    keep(seconds_each=SECONDS, said=len(said), say_seconds_before=before, say_seconds_in_outage=after,
         p99_ratio=round(after["p99"] / max(before["p99"], 0.001), 2), calls_before=calls, calls_in_outage=calls_out,
         never_shown=sum(count == 0 for one in shown for count in one),
         shown_twice=sum(count > 1 for one in shown for count in one), load_average=round(os.getloadavg()[0], 1))
    assert calls_out <= calls * 1.1
    assert all(count == 1 for one in shown for count in one)


class Heard:
    """All that came to a follower's phone; the sandbox keeps the newest few hundred of each."""

    def __init__(self, house: House, openid: str) -> None:
        self._house, self._openid, self._number, self.texts = house, openid, 0, ""

    def catch_up(self) -> None:
        for each in self._house.wechat.outbox(self._openid, self._number):
            self._number = each["number"]
            self.texts += each.get("text") or each.get("head") or ""  # a menu's words stand in its head


def talk(house: House, phone: Phone, heard: dict[str, Heard], name: str, seconds: float,
         befall: Callable[[float], None]) -> tuple[list[float], int]:
    """What each `say` took, and how many calls WeChat counted meanwhile. Each follower writes now and then."""
    before, began, took, number = calls_of(house), time.monotonic(), [], 0
    while (passed := time.monotonic() - began) < seconds:
        befall(passed / seconds)
        at = time.monotonic()
        phone.say(house.hall, f"{name}{number}。", 60)
        took.append(time.monotonic() - at)
        if number % 20 == 0:
            openid, of_theirs = list(heard.items())[number // 20 % len(heard)]
            house.wechat.say(openid, f"{name}听众{number}")
            of_theirs.catch_up()
        number += 1
        time.sleep(PAUSE)
    return took, calls_of(house) - before


def befall(house: House, share: float) -> None:
    """Another misfortune for each part of the time."""
    house.wechat.clear_faults()
    house.wechat.inject("*", times=MANY, **MISFORTUNES[min(int(share * len(MISFORTUNES)), len(MISFORTUNES) - 1)])


def calls_of(house: House) -> int:
    return sum(house.wechat.calls(house.official).values())


def test_one_call_for_each_token(request: pytest.FixtureRequest, keep: Keep) -> None:
    """Four processes ask without a pause, while the token expires again and again."""
    store = opened(request)
    key = store.live.name("token", OFFICIAL)
    with Sandbox([official_account()]) as wechat:
        what = json.dumps([store.live.url, store.live.prefix, wechat.url, 20])
        askers = [subprocess.Popen([sys.executable, "-c", ASKER, what], cwd=ROOT, stdout=subprocess.PIPE)
                  for _ in range(PROCESSES)]
        deadline = time.monotonic() + 60
        while not store.live.get(key):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        time.sleep(3)
        for _ in range(EXPIRIES):
            wechat.advance(7200)
            store.live.delete(key)
            time.sleep(2)
        seen = [int(asker.communicate(timeout=120)[0]) for asker in askers]
        fetched = wechat.calls(OFFICIAL)["/cgi-bin/stable_token", 0]
    keep(processes=PROCESSES, expiries=EXPIRIES, calls=fetched, tokens_seen=seen)
    assert fetched == EXPIRIES + 1
