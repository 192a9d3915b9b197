"""WeChat's answers are lost, or it says no: a follower gets each message at most once, and nobody who talks notices."""

from __future__ import annotations

import time

from tests.faults.conftest import Note
from tests.flows.people import follower, reply, times_shown, wait_until_shown
from tests.house_client import House

SEND = "/cgi-bin/message/custom/send"


def test_a_digest_whose_answer_is_lost_is_not_sent_again(house: House, channel: str, note: Note) -> None:
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


def test_what_wechat_refused_for_now_comes_later(house: House, channel: str, note: Note) -> None:
    """F43, F44: an invalid token is renewed once; the digest comes all the same, and once."""
    phone = house.phone("说")
    phone.enter(house.hall)
    quiet = follower(house, "等")
    house.wechat.inject(SEND, times=1, errcode=40001)
    phone.say(house.hall, "换个令牌再来的话")
    wait_until_shown(house, quiet, "换个令牌再来的话")
    time.sleep(2)
    assert times_shown(house, quiet, "换个令牌再来的话") == 1


def test_talk_goes_on_while_wechat_is_away(house: House, channel: str, note: Note) -> None:
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


def test_the_clock_is_killed_while_it_delivers(house: House, channel: str, note: Note) -> None:
    """F36: intent first; whoever it was sent to is not sent it again."""
    phone = house.phone("说")
    phone.enter(house.hall)
    quiet = [follower(house, f"众{number}") for number in range(4)]
    house.wechat.inject(SEND, times=100, delay_seconds=0.3)
    phone.say(house.hall, "送到一半的话")
    sent_before = _sends(house)
    house.wait(lambda: _sends(house) > sent_before, 10, "the first one is sent")
    for pid in house.clock("fast"):
        house.kill(pid)
    house.wechat.clear_faults()
    time.sleep(6)
    shown = [times_shown(house, each, "送到一半的话") for each in quiet]
    assert max(shown) <= 1, shown
    for each in quiet:
        answered = reply(house.wechat.say(each, "更多"))
        assert times_shown(house, each, "送到一半的话") <= 1 or "送到一半的话" in answered
    note(heard_at_once=sum(shown), of=len(quiet))


def _sends(house: House) -> int:
    return sum(count for (api, _), count in house.wechat.calls(house.official).items() if api == SEND)
