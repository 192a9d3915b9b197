"""Notifications by template, and content checks."""

import json
import time
from typing import Any

from sandbox.envelope import read
from tests.sandbox.conftest import Api, House
from tests.sandbox_client import MINI, Sandbox, official_account

DATA = {"thing1": {"value": "三条新消息"}}


def wait_for_event(house: House, name: str) -> dict[str, Any]:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        for each in list(house.received):
            fields = json.loads(each.body) if each.body.startswith("{") else read(each.body)
            if fields.get("Event") == name:
                return fields
        time.sleep(0.02)
    raise AssertionError(f"no {name} among {house.received}")


def test_an_acceptance_is_worth_one_notification(wechat: Sandbox, api: Api, house: House) -> None:
    _, openid = wechat.login_code()
    order = {"touser": openid, "template_id": "unread", "data": DATA}

    def send() -> int:
        answer = api.post("/cgi-bin/message/subscribe/send", order, access_token=api.mini_token())
        code: int = answer.json()["errcode"]
        return code

    assert send() == 43101
    wechat.answer_subscription(openid, unread="accept", other="reject")
    assert [send(), send()] == [0, 43101]
    assert [each["kind"] for each in wechat.outbox(openid)] == ["subscribe_message"]
    assert wait_for_event(house, "subscribe_msg_sent_event")["List"]["TemplateId"] == "unread"


def test_a_json_list_of_one_is_no_list(wechat: Sandbox, house: House) -> None:
    _, openid = wechat.login_code()
    wechat.answer_subscription(openid, a="accept")
    assert isinstance(json.loads(house.received[-1].body)["List"], dict)
    wechat.answer_subscription(openid, a="accept", b="reject")
    assert isinstance(json.loads(house.received[-1].body)["List"], list)


def test_an_account_s_notification_has_a_wrapped_event(wechat: Sandbox, api: Api, house: House) -> None:
    alice = wechat.follower()
    wechat.answer_subscription(alice, unread="accept")
    assert "List" in read(house.received[-1].body)["SubscribeMsgPopupEvent"]
    order = {"touser": alice, "template_id": "unread", "data": DATA}
    assert api.post("/cgi-bin/message/subscribe/bizsend", order, access_token=api.token()).json()["errcode"] == 0
    assert "SubscribeMsgSentEvent" in wait_for_event(house, "subscribe_msg_sent_event")


def test_a_template_message_needs_a_follower_and_reports_its_end(wechat: Sandbox, api: Api, house: House) -> None:
    alice, token = wechat.follower(), api.token()
    order = {"touser": alice, "template_id": "unread", "data": DATA}
    made = api.post("/cgi-bin/message/template/send", order, access_token=token).json()
    assert wait_for_event(house, "TEMPLATESENDJOBFINISH")["MsgID"] == str(made["msgid"])
    wechat.unfollow(alice)
    assert api.post("/cgi-bin/message/template/send", order, access_token=token).json()["errcode"] == 43004


def test_a_value_against_the_rules_is_named(wechat: Sandbox, api: Api) -> None:
    wechat.add_account(**official_account(templates=["unread"]))
    alice, token = wechat.follower(), api.token()

    def refused(template: str, value: str) -> dict[str, Any]:
        order = {"touser": alice, "template_id": template, "data": {"thing1": {"value": value}}}
        answer: dict[str, Any] = api.post("/cgi-bin/message/template/send", order, access_token=token).json()
        return answer

    assert refused("other", "x")["errcode"] == 40037
    for value in ("", "  ", "a\nb", "茶" * 21):
        assert "data.thing1.value invalid" in refused("unread", value)["errmsg"]


def log_in(wechat: Sandbox, api: Api) -> str:
    code, openid = wechat.login_code()
    query = {"appid": MINI, "secret": "mini-secret", "js_code": code, "grant_type": "authorization_code"}
    assert api.get("/sns/jscode2session", **query).json()["openid"] == openid
    return openid


def check(api: Api, openid: str, content: str, **more: Any) -> dict[str, Any]:
    order = {"content": content, "version": 2, "scene": 3, "openid": openid, **more}
    answer: dict[str, Any] = api.post("/wxa/msg_sec_check", order, access_token=api.mini_token()).json()
    return answer


def test_a_text_is_judged_by_the_words_that_were_set(wechat: Sandbox, api: Api) -> None:
    wechat.post("/words", {"risky": ["毒药"], "review": ["白酒"]})
    openid = log_in(wechat, api)
    found = [check(api, openid, text)["result"] for text in ("绿茶", "白酒", "毒药")]
    assert [each["suggest"] for each in found] == ["pass", "review", "risky"]
    assert found[0]["label"] == 100


def test_a_text_of_somebody_not_there_lately_is_not_judged(wechat: Sandbox, api: Api) -> None:
    openid = log_in(wechat, api)
    wechat.advance(2 * 3600 + 1)
    assert check(api, openid, "绿茶")["errcode"] == 61010
    assert check(api, wechat.follower(), "绿茶")["errcode"] == 43104
    assert check(api, "o1", "绿茶")["errcode"] == 40003
    assert check(api, openid, "绿茶", scene=9)["errcode"] == 40129


def test_the_verdict_on_media_is_pushed_with_a_label_in_letters(wechat: Sandbox, api: Api, house: House) -> None:
    openid = log_in(wechat, api)
    order = {"media_url": "https://example.com/a.png", "media_type": 2, "version": 2, "scene": 3, "openid": openid}
    trace = api.post("/wxa/media_check_async", order, access_token=api.mini_token()).json()["trace_id"]
    event = wait_for_event(house, "wxa_media_check")
    assert event["trace_id"] == trace
    assert event["result"] == {"suggest": "pass", "label": "100"}
