"""WeChat's answers are lost, or it says no: a follower gets each message at most once, and nobody who talks notices."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from tests.faults.conftest import Note
from tests.flows.people import follower, reply, times_shown, wait_until_shown
from tests.house_client import House
from tests.oracle import connected

SEND = "/cgi-bin/message/custom/send"


@pytest.fixture(autouse=True)
def nobody_left_over(house: House) -> Iterator[None]:
    """Afterwards nobody follows, and the pause in which the house does not call WeChat is over."""
    yield
    house.wechat.clear_faults()
    for person in house.wechat.get("/followers", appid=house.official):
        if person["subscribed"]:
            house.wechat.unfollow(person["openid"])
    with connected(house) as client:
        client.delete(f"th:stopped:{house.official}")


def test_a_digest_whose_answer_is_lost_is_not_sent_again(house: House, note: Note) -> None:
    """F36, F43: the outcome is unknown, and stays so."""
    phone = house.phone("说")
    phone.enter(house.hall)
    quiet = follower(house, "听")
    house.wechat.inject(SEND, times=1, drop_after_effect=True)
    phone.say(house.hall, "回音丢了的话")
    wait_until_shown(house, quiet, "回音丢了的话")
    time.sleep(4)
    assert times_shown(house, quiet, "回音丢了的话") == 1
    sends = sum(count for (api, _), count in house.wechat.calls(house.official).items() if api == SEND)
    note(shown=1, sends=sends)


def test_what_wechat_refused_for_now_comes_later(house: House, note: Note) -> None:
    """F43, F44: an invalid token is renewed once; the digest comes all the same, and once."""
    phone = house.phone("说")
    phone.enter(house.hall)
    quiet = follower(house, "等")
    house.wechat.inject(SEND, times=1, errcode=40001)
    phone.say(house.hall, "换个令牌再来的话")
    wait_until_shown(house, quiet, "换个令牌再来的话")
    time.sleep(2)
    assert times_shown(house, quiet, "换个令牌再来的话") == 1


def test_talk_goes_on_while_wechat_is_away(house: House, note: Note) -> None:
    """F43: posts do not wait for the platform; what is owed is there when it is asked for."""
    phone = house.phone("说")
    phone.enter(house.hall)
    quiet = follower(house, "断")
    house.wechat.inject("*", times=1000, http_status=500)
    longest = 0.0
    for number in range(20):
        began = time.monotonic()
        phone.say(house.hall, f"微信不在 {number}")
        longest = max(longest, time.monotonic() - began)
        time.sleep(0.1)
    house.wechat.clear_faults()
    assert longest < 1
    house.wechat.say(quiet, "更多")
    wait_until_shown(house, quiet, "微信不在 19")
    assert times_shown(house, quiet, "微信不在 19") == 1
    note(longest_wait_to_say=longest)


def test_the_clock_is_killed_while_it_delivers(house: House, note: Note) -> None:
    """F36: intent first; whoever it was sent to is not sent it again."""
    phone = house.phone("说")
    phone.enter(house.hall)
    quiet = [follower(house, f"众{number}") for number in range(4)]
    house.wechat.inject(SEND, times=100, delay_seconds=0.3)
    sent_before = _sends(house)
    phone.say(house.hall, "送到一半的话")
    house.wait(lambda: _sends(house) > sent_before, 10, "the first one is sent")
    house.kill_all(house.clock("fast"))
    house.wechat.clear_faults()
    time.sleep(6)
    shown = [times_shown(house, each, "送到一半的话") for each in quiet]
    assert max(shown) <= 1, shown
    asked = ["送到一半的话" in reply(house.wechat.say(each, "更多")) for each in quiet]
    assert all(before or now for before, now in zip(shown, asked, strict=True)), "what was owed stays owed"
    note(told_by_digest=sum(shown), told_when_asked=sum(asked), of=len(quiet))


def _sends(house: House) -> int:
    return sum(count for (api, _), count in house.wechat.calls(house.official).items() if api == SEND)
