"""A room with a password, and two organizations that never see each other."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from tests.flows.people import follower, reply
from tests.house_client import House
from tests.sandbox_client import AES_KEY
from tests.socket_client import Socket


class Elsewhere(NamedTuple):
    """Another organization, and in ours a room with a password."""

    mini: str
    official: str
    room: str
    channel: str
    locked: str
    locked_channel: str


@pytest.fixture(scope="module")
def places(running_house: House) -> Elsewhere:
    locked, organization = running_house.commands(
        ["room", "add", "后园", "--organization", running_house.organization, "--password", "碧螺春"],
        ["organization", "add", "别家"])
    mini, official = "wxotherminiprogram", "wxotherofficialacc"
    locked_channel, room, _, _ = running_house.commands(
        ["channel", "add", locked, "里间"],
        ["room", "add", "别家茶馆", "--organization", organization],
        ["account", "add", mini, "--organization", organization, "--kind", "mini_program", "--secret", "m" * 32],
        ["account", "add", official, "--organization", organization, "--kind", "official_account", "--secret", "o" * 32,
         "--token", "othertoken", "--aes-key", AES_KEY, "--mode", "safe"])
    channel, = running_house.commands(["channel", "add", room, "别家大厅"])
    running_house.wechat.add_account(kind="mini_program", appid=mini, secret="m" * 32, token="othermini",
                                     encoding_aes_key=AES_KEY, data_format="json")
    running_house.wechat.add_account(kind="official_account", appid=official, secret="o" * 32, token="othertoken",
                                     encoding_aes_key=AES_KEY, mode="safe")
    return Elsewhere(mini, official, room, channel, locked, locked_channel)


def test_a_room_with_a_password_opens_to_those_who_know_it(house: House, places: Elsewhere) -> None:
    phone = house.phone("有请")
    assert phone.enter(places.locked_channel)["code"] == "password_needed"
    assert phone.enter(places.locked_channel, "普洱")["code"] == "password_wrong"
    assert phone.enter(places.locked_channel, "碧螺春")["op"] == "entered"
    assert phone.say(places.locked_channel, "后园真静").seq
    guest = house.wechat.follower(house.official, nickname="敲门")
    assert "密码" in reply(house.wechat.say(guest, "加入 后园"))
    assert "密码不对" in reply(house.wechat.say(guest, "普洱"))
    assert "后园" in reply(house.wechat.say(guest, "加入 后园 碧螺春"))
    house.wechat.say(guest, "打扰了")
    phone.wait_for_text(places.locked_channel, "打扰了")
    assert "碧螺春" not in "".join(phone.texts(places.locked_channel))


def test_a_member_does_not_need_the_password_again(house: House, places: Elsewhere) -> None:
    phone = house.phone("熟客")
    phone.enter(places.locked_channel, "碧螺春")
    phone.leave(places.locked_channel)
    assert phone.enter(places.locked_channel)["op"] == "entered"


def test_an_organization_does_not_exist_for_the_people_of_another(house: House, places: Elsewhere) -> None:
    ours, theirs = house.phone("自家"), house.phone("别家", appid=places.mini)
    for phone, foreign, room in ((ours, places.channel, places.room),
                                 (theirs, house.hall, house.demo["rooms"][0]["id"])):
        speech = {"client_id": "x", "type": "text", "body": {"text": "?"}}
        refusals = [phone.enter(foreign), phone.history(foreign),
                    phone.ask({"op": "read", "channel": foreign, "seq": 1}),
                    phone.ask({"op": "say", "channel": foreign, **speech})]
        assert [refusal["code"] for refusal in refusals] == ["not_found"] * 4, refusals
        assert phone.api("GET", f"/channels/{foreign}/messages").status_code == 404
        assert phone.api("GET", f"/channels/{foreign}/present").status_code == 404
        assert phone.api("POST", f"/rooms/{room}/join", json={}).status_code == 404
        assert phone.api("GET", f"/rooms/{room}/members").status_code == 404
        assert room not in phone.api("GET", "/rooms").text


def test_each_hears_only_their_own_organization(house: House, places: Elsewhere) -> None:
    ours, theirs = house.phone("自家二"), house.phone("别家二", appid=places.mini)
    ours.enter(house.hall)
    theirs.enter(places.channel)
    ours.say(house.hall, "自家的话")
    theirs.say(places.channel, "别家的话")
    guest = follower(house, "别家客", "别家茶馆", appid=places.official)
    house.wechat.say(guest, "别家客的话")
    theirs.wait_for_text(places.channel, "别家客的话")
    ours.ask({"op": "ping"})
    assert not [frame for frame in ours.frames if "别家" in str(frame)]
    assert not [frame for frame in theirs.frames if "自家的话" in str(frame)]
    assert "没有" in reply(house.wechat.say(guest, "加入 茶馆"))
    assert "茶馆 " not in reply(house.wechat.say(guest, "房间")).replace("别家茶馆", "")


def test_a_resume_of_a_foreign_channel_is_refused_in_the_welcome(house: House, places: Elsewhere) -> None:
    theirs = house.phone("窥探", appid=places.mini)
    foreign = {"epoch": "e1", "seq": 0}
    theirs.come_back = False
    theirs.close()
    socket = Socket("127.0.0.1", house.port)
    socket.send({"op": "hello", "id": 1, "token": theirs.token, "resume": {house.hall: foreign}})
    welcome = socket.receive()
    socket.close()
    assert welcome["op"] == "welcome"
    assert welcome["channels"] == [{"channel": house.hall, "refused": "not_found"}]
