"""Mass messages: few in a month, to at least two, and an event at the end; and what which level of account may do."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.conftest import Api, House
from tests.sandbox.test_notifications import wait_for_event
from tests.sandbox_client import Sandbox, official_account


def mass(api: Api, people: list[str], text: str = "明天休息", **more: Any) -> dict[str, Any]:
    order = {"touser": people, "msgtype": "text", "text": {"content": text}, **more}
    answer: dict[str, Any] = api.post("/cgi-bin/message/mass/send", order, access_token=api.token()).json()
    return answer


def test_it_reaches_all_who_follow_and_tells_its_end(wechat: Sandbox, api: Api, house: House) -> None:
    alice, bob, charlie = (wechat.follower() for _ in range(3))
    wechat.unfollow(charlie)
    made = mass(api, [alice, bob, charlie])
    assert made["errcode"] == 0
    assert [each["kind"] for each in wechat.outbox(alice)] == ["mass_message"]
    assert wechat.outbox(charlie) == []
    told = wait_for_event(house, "MASSSENDJOBFINISH")
    assert (told["MsgID"], told["Status"], told["TotalCount"], told["SentCount"]) == (
        str(made["msg_id"]), "send success", "3", "2")


def test_one_is_too_few_and_the_same_name_is_the_same_job(wechat: Sandbox, api: Api) -> None:
    alice, bob = wechat.follower(), wechat.follower()
    assert mass(api, [alice])["errcode"] == 40003
    first, second = (mass(api, [alice, bob], clientmsgid="b_1") for _ in range(2))
    assert (second["errcode"], second["msg_id"]) == (45065, first["msg_id"])
    assert len(wechat.outbox(alice)) == 1
    assert mass(api, [alice, bob], clientmsgid="x" * 65)["errcode"] == 45067


def test_the_fifth_in_a_month_reaches_nobody_and_nobody_is_told(wechat: Sandbox, api: Api) -> None:
    alice, bob = wechat.follower(), wechat.follower()
    assert [mass(api, [alice, bob])["errcode"] for _ in range(5)] == [0] * 5
    assert len(wechat.outbox(alice)) == 4


def test_to_everybody_goes_once_a_day(wechat: Sandbox, api: Api) -> None:
    alice, token = wechat.follower(), api.token()
    order = {"filter": {"is_to_all": True}, "msgtype": "text", "text": {"content": "开张"}}
    codes = [api.post("/cgi-bin/message/mass/sendall", order, access_token=token).json()["errcode"] for _ in range(2)]
    assert codes == [0, 45028]
    assert wechat.texts(alice) == ["开张"]


@pytest.mark.parametrize(("level", "codes"), [
    ("service", [0, 0, 0, 0]), ("subscription", [0, 40200, 48001, 0]),
    ("unverified_service", [48001, 48001, 48001, 0]), ("unverified_subscription", [48001, 48001, 48001, 48001])])
def test_an_account_may_what_its_level_allows(wechat: Sandbox, api: Api, level: str, codes: list[int]) -> None:
    wechat.add_account(**official_account(level=level))
    alice, token = wechat.follower(), api.token()
    items = {"head_content": "?", "list": [{"id": "1", "content": "大厅"}], "tail_content": ""}
    button = {"button": [{"type": "click", "name": "更多", "key": "更多"}]}
    found = [api.send(alice, token=token), api.send(alice, token=token, msgtype="msgmenu", msgmenu=items),
             api.post("/cgi-bin/qrcode/create", {"action_name": "QR_STR_SCENE", "action_info": {
                 "scene": {"scene_str": "a"}}}, access_token=token).json().get("errcode", 0),
             api.post("/cgi-bin/menu/create", button, access_token=token).json()["errcode"]]
    assert found == codes
