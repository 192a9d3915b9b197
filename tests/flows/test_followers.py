"""Followers of the Official Account: repeated pushes, going and coming, the three modes of a callback."""

from __future__ import annotations

import time

import pytest

from tests.flows.people import follower, reply, times_shown
from tests.house_client import House
from tests.sandbox_client import AES_KEY


def test_a_repeated_push_has_one_effect_and_the_same_answer(house: House) -> None:
    phone = house.phone("见证")
    phone.enter(house.hall)
    speaker = follower(house, "重说")
    phone.say(house.hall, "这句是欠他的")
    first = house.wechat.say(speaker, "推送三次的话")
    again = house.wechat.repeat(speaker, times=2)
    phone.wait_for_text(house.hall, "推送三次的话")
    phone.say(house.hall, "推送之后")
    phone.wait_for_text(house.hall, "推送之后")
    assert phone.texts(house.hall).count("推送三次的话") == 1
    assert "这句是欠他的" in reply(first)
    assert [reply(outcome) for outcome in again] == [reply(first)] * 2


def test_two_pushes_at_once_have_one_effect_and_one_answer(house: House) -> None:
    phone = house.phone("见证二")
    phone.enter(house.hall)
    speaker = follower(house, "同时")
    first = reply(house.wechat.say(speaker, "同时推送的话"))
    outcomes = house.wechat.repeat(speaker, times=8, concurrent=True)
    phone.say(house.hall, "同时之后")
    phone.wait_for_text(house.hall, "同时之后")
    assert phone.texts(house.hall).count("同时推送的话") == 1
    assert {reply(outcome) for outcome in outcomes} == {first}


def test_a_lost_answer_makes_wechat_push_again_and_nothing_happens_twice(house: House) -> None:
    phone = house.phone("见证三")
    phone.enter(house.hall)
    speaker = follower(house, "补推")
    house.wechat.settings(push_timeout_seconds=0.001, retry_pause_seconds=0.2)
    try:
        house.wechat.say(speaker, "没等到回答的话")
    finally:
        house.wechat.settings(push_timeout_seconds=5.0, retry_pause_seconds=0.5)
    phone.wait_for_text(house.hall, "没等到回答的话")
    phone.say(house.hall, "补推之后")
    phone.wait_for_text(house.hall, "补推之后")
    assert phone.texts(house.hall).count("没等到回答的话") == 1


def test_who_no_longer_follows_is_sent_nothing(house: House) -> None:
    phone = house.phone("还在")
    phone.enter(house.hall)
    gone = follower(house, "取关")
    house.wechat.unfollow(gone)
    before = len(house.wechat.outbox(gone))
    sends = house.wechat.calls(house.official).copy()
    phone.say(house.hall, "取关之后说的话")
    time.sleep(3.5)
    assert len(house.wechat.outbox(gone)) == before
    wasted = {call: count for call, count in house.wechat.calls(house.official).items()
              if "custom/send" in call[0] and call[1] != 0 and count > sends.get(call, 0)}
    assert not wasted
    assert times_shown(house, gone, "取关之后说的话") == 0


def test_who_follows_again_can_speak_again(house: House) -> None:
    phone = house.phone("迎客")
    phone.enter(house.hall)
    comes = follower(house, "回头客")
    house.wechat.unfollow(comes)
    house.wechat.follow(comes)
    assert "你在" in reply(house.wechat.say(comes, "加入 茶馆 大厅"))
    house.wechat.say(comes, "我又来了")
    phone.wait_for_text(house.hall, "我又来了")


@pytest.fixture(scope="module")
def accounts(running_house: House) -> dict[str, str]:
    """An Official Account of each mode, known to the house and to WeChat; mode → appid."""
    made = {mode: f"wx{mode:0<16}" for mode in ("plain", "compatible", "safe")}
    running_house.commands(*(
        ["account", "add", appid, "--organization", running_house.organization, "--kind", "official_account",
         "--secret", f"secret-of-{mode}", "--token", f"tokenof{mode}", "--aes-key", AES_KEY, "--mode", mode]
        for mode, appid in made.items()))
    for mode, appid in made.items():
        running_house.wechat.add_account(
            kind="official_account", appid=appid, secret=f"secret-of-{mode}", token=f"tokenof{mode}",
            encoding_aes_key=AES_KEY, mode=mode)
    return made


@pytest.mark.parametrize("mode", ["plain", "compatible", "safe"])
def test_an_account_of_each_mode_takes_part(house: House, accounts: dict[str, str], mode: str) -> None:
    appid = accounts[mode]
    assert house.wechat.verify_url(appid)["verified"]
    phone = house.phone("各式")
    phone.enter(house.hall)
    speaker = follower(house, f"{mode}模式", appid=appid)
    phone.say(house.hall, f"问 {mode}")
    answered = reply(house.wechat.say(speaker, f"答 {mode}"))
    phone.wait_for_text(house.hall, f"答 {mode}")
    assert f"问 {mode}" in answered


def test_a_plain_body_is_not_believed_where_the_account_is_safe(house: House, accounts: dict[str, str]) -> None:
    phone = house.phone("提防")
    phone.enter(house.hall)
    speaker = follower(house, "冒名", appid=accounts["safe"])
    account = next(each for each in house.wechat.get("/accounts") if each["appid"] == accounts["safe"])
    body = (f"<xml><ToUserName>{account['original_id']}</ToUserName><FromUserName>{speaker}</FromUserName>"
            f"<CreateTime>{int(time.time())}</CreateTime><MsgType>text</MsgType><Content>伪造的话</Content>"
            "<MsgId>1</MsgId></xml>")
    answer = house.wechat.push_raw(accounts["safe"], body=body)
    assert answer["status"] in (400, 403), answer
    phone.say(house.hall, "伪造之后")
    phone.wait_for_text(house.hall, "伪造之后")
    assert "伪造的话" not in phone.texts(house.hall)
