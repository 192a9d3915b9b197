"""How the platform's API looks on the wire."""

import re

import pytest
import requests

from tests.sandbox.conftest import Api
from tests.sandbox_client import OFFICIAL, Sandbox

RID = re.compile(r" rid: [0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}$")


def test_an_error_is_http_200_with_a_number_words_and_a_request_id(api: Api) -> None:
    answer = api.get("/cgi-bin/user/get", access_token="x" * 60)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json; encoding=utf-8"
    assert answer.json()["errcode"] == 40001
    assert RID.search(answer.json()["errmsg"])
    assert "getStableAccessToken" in answer.json()["errmsg"]


def test_a_wrong_path_a_wrong_method_and_a_missing_token_have_their_numbers(api: Api) -> None:
    assert api.post("/cgi-bin/message/custom/business/send", {}).json()["errcode"] == 40066
    assert api.get("/cgi-bin/message/custom/send").json()["errcode"] == 43002
    assert api.post("/cgi-bin/user/get", {}).json()["errcode"] == 43001
    assert api.post("/cgi-bin/message/custom/send", {}).json()["errcode"] == 41001
    assert api.get("/cgi-bin/user/get", access_token="short").json()["errcode"] == 40014


def test_a_token_in_the_body_does_not_count(api: Api) -> None:
    body = {"access_token": api.token(), "touser": "x"}
    assert api.post("/cgi-bin/message/custom/send", body).json()["errcode"] == 41001


def test_an_empty_body_and_a_body_that_is_no_json_have_their_numbers(api: Api) -> None:
    token = api.token()
    path = "/cgi-bin/message/custom/send"
    assert api.post(path, b"", access_token=token).json()["errcode"] == 44002
    assert api.post(path, b"{nope", access_token=token).json()["errcode"] == 47001
    assert api.post(path, b"[1]", access_token=token).json()["errcode"] == 47001


@pytest.mark.parametrize("header", [{}, {"Content-Type": "text/plain"}, {"Content-Type": "application/json"}])
def test_json_is_read_whatever_the_header_says(wechat: Sandbox, api: Api, header: dict[str, str]) -> None:
    alice = wechat.follower()
    url = f"{wechat.url}/cgi-bin/message/custom/send?access_token={api.token()}"
    body = f'{{"touser":"{alice}","msgtype":"text","text":{{"content":"茶"}}}}'.encode()
    assert requests.post(url, data=body, headers=header, timeout=60).json() == {"errcode": 0, "errmsg": "ok"}
    assert wechat.texts(alice) == ["茶"]


def test_user_info_has_no_name_and_little_of_who_left(wechat: Sandbox, api: Api) -> None:
    alice, token = wechat.follower(unionid="u-1", follow=False), api.token()
    before = api.get("/cgi-bin/user/info", access_token=token, openid=alice).json()
    wechat.follow(alice, scene="room-7")
    after = api.get("/cgi-bin/user/info", access_token=token, openid=alice).json()
    assert before == {"subscribe": 0, "openid": alice, "tagid_list": [], "unionid": "u-1"}
    assert (after["subscribe"], after["nickname"], after["qr_scene_str"]) == (1, "", "room-7")
    assert after["subscribe_scene"] == "ADD_SCENE_QR_CODE"
    assert api.get("/cgi-bin/user/info", access_token=token, openid="o1").json()["errcode"] == 40003


def test_followers_are_listed_and_looked_up_together(wechat: Sandbox, api: Api) -> None:
    people, token = [wechat.follower() for _ in range(3)], api.token()
    listed = api.get("/cgi-bin/user/get", access_token=token).json()
    assert (listed["total"], listed["data"]["openid"]) == (3, people)
    order = {"user_list": [{"openid": openid, "lang": "zh_CN"} for openid in people]}
    found = api.post("/cgi-bin/user/info/batchget", order, access_token=token).json()
    assert [each["openid"] for each in found["user_info_list"]] == people


def test_calls_are_counted_by_how_they_ended(wechat: Sandbox, api: Api) -> None:
    alice = wechat.follower()
    token = api.token()
    for _ in range(4):
        api.send(alice, token=token)
    calls = wechat.calls(OFFICIAL)
    assert calls["/cgi-bin/message/custom/send", 0] == 3
    assert calls["/cgi-bin/message/custom/send", 45047] == 1


def test_a_daily_quota_ends_with_the_day_or_when_cleared(wechat: Sandbox, api: Api) -> None:
    token = api.stable()["access_token"]
    codes = [api.works(token) for _ in range(501)]
    assert codes == [0] * 500 + [45009]
    assert api.post("/cgi-bin/clear_quota", {"appid": OFFICIAL}, access_token=token).json()["errcode"] == 0
    assert api.works(token) == 0


def test_quotas_are_cleared_ten_times_a_month(wechat: Sandbox, api: Api) -> None:
    token = api.token()
    found = [api.post("/cgi-bin/clear_quota", {"appid": OFFICIAL}, access_token=token).json() for _ in range(11)]
    assert [each["errcode"] for each in found] == [0] * 10 + [48006]
