"""Codes of wx.login and of the phone button."""

from typing import Any

from tests.sandbox.conftest import Api
from tests.sandbox_client import MINI, Sandbox


def session(api: Api, code: str, **more: str) -> dict[str, Any]:
    query = {"appid": MINI, "secret": "mini-secret", "js_code": code, "grant_type": "authorization_code", **more}
    answer: dict[str, Any] = api.get("/sns/jscode2session", **query).json()
    return answer


def test_a_code_is_good_once(wechat: Sandbox, api: Api) -> None:
    code, openid = wechat.login_code()
    first = session(api, code)
    assert first["openid"] == openid
    assert "session_key" in first
    assert "errcode" not in first
    assert "unionid" not in first
    assert session(api, code)["errcode"] == 40163


def test_a_code_lives_five_minutes(wechat: Sandbox, api: Api) -> None:
    code, _ = wechat.login_code()
    wechat.advance(301)
    assert session(api, code)["errcode"] == 40029


def test_a_code_nobody_gave_is_invalid(api: Api) -> None:
    assert session(api, "0a1b2c")["errcode"] == 40029


def test_the_same_person_comes_back_with_a_new_code(wechat: Sandbox, api: Api) -> None:
    _, openid = wechat.login_code(unionid="u-1")
    code, again = wechat.login_code(openid=openid)
    assert again == openid
    assert session(api, code)["unionid"] == "u-1"


def test_login_complains_with_a_comma_before_the_request_id(api: Api) -> None:
    assert "invalid appid, rid: " in session(api, "x", appid="wx1")["errmsg"]
    assert session(api, "x", secret="wrong")["errcode"] == 40125


def test_login_paths_are_case_sensitive(api: Api) -> None:
    assert api.get("/sns/jsCode2Session").json()["errcode"] == 40066


def test_a_user_logs_in_a_hundred_times_a_minute_at_most(wechat: Sandbox, api: Api) -> None:
    _, openid = wechat.login_code()
    codes = [session(api, wechat.login_code(openid=openid)[0]).get("errcode", 0) for _ in range(205)]
    assert 45011 in codes
    assert codes[:100] == [0] * 100


def test_a_phone_code_is_another_kind_of_code(wechat: Sandbox, api: Api) -> None:
    login, openid = wechat.login_code()
    phone = wechat.phone_code(openid, "13912345678")
    token = api.mini_token()

    def number(code: str, **more: str) -> dict[str, Any]:
        body = {"code": code, **more}
        answer: dict[str, Any] = api.post("/wxa/business/getuserphonenumber", body, access_token=token).json()
        return answer

    assert number(login)["errcode"] == 40029
    assert number(phone, openid="o" + "x" * 27)["errcode"] == 40029
    assert number(phone, openid=openid)["phone_info"]["purePhoneNumber"] == "13912345678"
    assert number(phone)["errcode"] == 40163
