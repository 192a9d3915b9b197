"""One message on its way through the whole house: sockets, followers, the record."""

from __future__ import annotations

import time

from tests.flows.people import follower, reply, times_shown, wait_until_shown
from tests.house_client import House
from tests.oracle import Oracle


def test_it_is_heard_by_three_sockets_in_two_processes_and_by_two_followers(house: House) -> None:
    alice, *_ = phones = house.phones_in_each_process(house.hall, 3, "听众")
    assert len({house.serving(phone) for phone in phones}) == 2
    quiet = follower(house, "静静")
    busy = follower(house, "忙忙")
    busy_before = len(house.wechat.texts(busy))
    house.wechat.say(busy, "谁在")
    sent = alice.say(house.hall, "水开了，谁要喝茶？")
    answered = reply(house.wechat.say(busy, "谁在"))

    assert sent.seq is not None
    for phone in phones:
        phone.wait_for_text(house.hall, "水开了，谁要喝茶？", 3)
        heard = next(entry for entry in phone.entries(house.hall) if entry["seq"] == sent.seq)
        assert heard["client_id"] == sent.client_id
        assert heard["from"]["door"] == "miniprogram"
    assert "水开了，谁要喝茶？" in answered, answered
    wait_until_shown(house, quiet, "水开了，谁要喝茶？", 12)
    told = [each["kind"] for each in house.wechat.outbox(quiet) if "水开了" in each.get("text", "")]
    assert told == ["customer_message"]
    time.sleep(1.5)
    assert times_shown(house, quiet, "水开了，谁要喝茶？") == 1
    assert times_shown(house, busy, "水开了，谁要喝茶？") == 1
    assert len(house.wechat.texts(busy)) >= busy_before


def test_a_follower_speaks_and_sockets_and_other_followers_hear(house: House) -> None:
    phones = house.phones_in_each_process(house.hall, 3, "在座")
    listener = follower(house, "旁听")
    speaker = follower(house, "开口")
    house.wechat.say(speaker, "大家好，我从公众号来")
    for phone in phones:
        phone.wait_for_text(house.hall, "大家好，我从公众号来", 3)
        heard = next(entry["from"] for entry in phone.entries(house.hall) if "公众号来" in str(entry.get("body")))
        assert heard == {"id": heard["id"], "name": "开口", "door": "wechat"}
    assert "开口：大家好，我从公众号来" in reply(house.wechat.say(listener, "更多")) or times_shown(
        house, listener, "开口：大家好，我从公众号来") == 1
    assert times_shown(house, speaker, "大家好，我从公众号来") == 0, "nobody is told their own words"


def test_both_doors_talk_with_each_other(house: House) -> None:
    phone = house.phone("小程序")
    phone.enter(house.hall)
    guest = follower(house, "公众号")
    house.wechat.say(guest, "今天有龙井吗")
    phone.wait_for_text(house.hall, "今天有龙井吗", 3)
    phone.say(house.hall, "有，明前的")
    wait_until_shown(house, guest, "有，明前的")


def test_everything_comes_into_the_record(house: House) -> None:
    channel = house.channel("闲聊")
    phones = house.phones_in_each_process(channel, 2, "记录")
    for number in range(20):
        phones[number % 2].say(channel, f"第 {number} 句")
    oracle = Oracle(house, channel, phones)
    oracle.settle()
    verdict = oracle.check()
    assert verdict.acked == 20
    tip = max(sent.seq or 0 for phone in phones for sent in phone.sent)
    house.wait(lambda: oracle.recorded() and oracle.recorded()[-1].seq >= tip, 10, "archived")
    recorded = {entry.client_id: entry.seq for entry in oracle.recorded()}
    assert all(recorded[sent.client_id] == sent.seq for phone in phones for sent in phone.sent)


def test_history_pages_through_http_as_through_the_socket(house: House) -> None:
    channel = house.channel("闲聊")
    phone = house.phone("翻页")
    phone.enter(channel)
    for number in range(5):
        phone.say(channel, f"页 {number}")
    answer = phone.api("GET", f"/channels/{channel}/messages", params={"limit": 3})
    assert answer.status_code == 200, answer.text
    assert [entry["body"]["text"] for entry in answer.json()["messages"]] == ["页 2", "页 3", "页 4"]
    assert phone.history(channel, limit=3)["messages"] == answer.json()["messages"]
