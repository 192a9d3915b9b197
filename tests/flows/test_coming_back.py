"""A connection breaks and comes back with the places it had: nothing is missed and nothing comes twice."""

from __future__ import annotations

from tests.house_client import House
from tests.oracle import Oracle


def test_a_reconnect_with_resume_misses_nothing(house: House) -> None:
    channel = house.channel("闲聊")
    speaker, listener = phones = house.phones_in_each_process(channel, 2, "断线")
    speaker.say(channel, "断线之前")
    listener.wait_for_text(channel, "断线之前")
    listener.come_back = False
    listener.cut()
    listener.wait(lambda: not listener.connected, 5, "away")
    for number in range(30):
        speaker.say(channel, f"不在时 {number}")
    listener.come_back = True
    listener.open()
    speaker.say(channel, "回来之后")
    listener.wait_for_text(channel, "回来之后")
    oracle = Oracle(house, channel, phones)
    oracle.settle()
    oracle.check()
    assert [text for text in listener.texts(channel) if text.startswith("不在时")] == [f"不在时 {n}" for n in range(30)]
    welcome = listener.events("welcome")[-1]
    assert [state["channel"] for state in welcome["channels"]] == [channel]
    assert listener.gaps == []


def test_who_was_away_for_long_gets_a_gap_and_the_rest_from_history(house: House) -> None:
    channel = house.channel("闲聊")
    speaker, listener = phones = house.phones_in_each_process(channel, 2, "久别")
    listener.come_back = False
    listener.cut()
    listener.wait(lambda: not listener.connected, 5, "away")
    sent = [speaker.say_soon(channel, f"久别 {number}") for number in range(230)]
    speaker.wait(lambda: all(each.settled for each in sent), 60, "all was said")
    listener.come_back = True
    listener.open()
    listener.wait_for_text(channel, "久别 229")
    oracle = Oracle(house, channel, phones)
    oracle.settle()
    oracle.check()
    assert len(listener.gaps) == 1
    assert len([text for text in listener.texts(channel) if text.startswith("久别")]) == 230


def test_the_second_say_with_the_same_client_id_is_answered_with_the_first_number(house: House) -> None:
    channel = house.channel("闲聊")
    first, second = phones = house.phones_in_each_process(channel, 2, "重复")
    said = first.say(channel, "只说一次", client_id="once-and-for-all")
    again = first.ask({"op": "say", "channel": channel, "client_id": "once-and-for-all", "type": "text",
                       "body": {"text": "只说一次"}})
    assert (again["op"], again["seq"], again["epoch"]) == ("said", said.seq, said.epoch)
    second.say(channel, "然后")
    for phone in phones:
        phone.wait_for_text(channel, "然后")
        assert phone.texts(channel).count("只说一次") == 1


def test_leaving_ends_what_is_heard(house: House) -> None:
    channel = house.channel("闲聊")
    stays, goes = house.phones_in_each_process(channel, 2, "离开")
    assert goes.leave(channel)["op"] == "left"
    heard = len(goes.frames)
    stays.say(channel, "他听不到了")
    goes.ask({"op": "ping"})
    assert not [frame for frame in goes.frames[heard:] if frame.get("channel") == channel]
    assert goes.wrongs == []
