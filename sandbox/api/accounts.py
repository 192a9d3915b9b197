"""Tokens, login codes, phone codes and quota of an account."""

from typing import Any

from sandbox.accounts import Account, Code
from sandbox.api.wire import OK, Answer, Call, endpoint
from sandbox.bounded import Bounded
from sandbox.errors import Refusal
from sandbox.limits import CALLS_A_DAY, LOGINS_A_MINUTE, QUOTA_CLEARINGS_A_MONTH
from sandbox.tokens import Token

SERVERS = {"ip_list": ["127.0.0.1"]}


@endpoint("/cgi-bin/token", method="GET", token=False)
def classic_token(call: Call) -> Answer:
    """A new token each time; the one before ends five minutes later."""
    check_grant(call, call.args, "client_credential")
    return shown(call, call.world.mint.classic(call.account.appid))


@endpoint("/cgi-bin/stable_token", token=False)
def stable_token(call: Call) -> Answer:
    """The same token for every caller, independent of the classic one."""
    check_grant(call, call.body, "client_credential")
    force = call.body.get("force_refresh") is True
    return shown(call, call.world.mint.stable(call.account.appid, force))


@endpoint("/sns/jscode2session", method="GET", token=False)
def jscode2session(call: Call) -> Answer:
    """Who stands behind a code from wx.login: once, and within five minutes."""
    if call.args.get("grant_type", "authorization_code") != "authorization_code":
        raise Refusal(40002)
    check_secret(call.account, call.args)
    if not call.args.get("js_code"):
        raise Refusal(41008)
    code = use_code(call, call.account.login_codes, call.args["js_code"])
    count_login(call, code.openid)
    person = call.person(code.openid)
    person.logged_in_at = call.now
    session: dict[str, Any] = {"session_key": "c2FuZGJveC1zZXNzaW9uLWs=", "openid": person.openid}
    return session | ({"unionid": person.unionid} if person.unionid else {})


@endpoint("/wxa/business/getuserphonenumber")
def phone_number(call: Call) -> Answer:
    """The number behind the code of a phone button, which is no login code."""
    code = use_code(call, call.account.phone_codes, call.text("code"), call.text("openid"))
    number = call.person(code.openid).phone
    info = {"phoneNumber": number, "purePhoneNumber": number, "countryCode": "86"}
    watermark = {"timestamp": int(call.now), "appid": call.account.appid}
    return {**OK, "phone_info": {**info, "watermark": watermark}}


@endpoint("/cgi-bin/clear_quota")
def clear_quota(call: Call) -> Answer:
    """Ten times a month the day's counts begin anew."""
    if call.text("appid") != call.account.appid:
        raise Refusal(40013)
    key = (call.account.appid, "clear_quota", call.world.clock.month())
    call.world.used[key] = call.world.used.get(key, 0) + 1
    if call.world.used[key] > QUOTA_CLEARINGS_A_MONTH:
        raise Refusal(48006)
    for api in CALLS_A_DAY:
        call.world.used.pop((call.account.appid, api, call.world.clock.day()), None)
    return OK


@endpoint("/cgi-bin/openapi/quota/get")
def quota_get(call: Call) -> Answer:
    """How much of a day's calls is left."""
    path = call.text("cgi_path")
    if path not in CALLS_A_DAY:
        raise Refusal(76021)
    used = call.world.used.get((call.account.appid, path, call.world.clock.day()), 0)
    limit = CALLS_A_DAY[path]
    return {**OK, "quota": {"daily_limit": limit, "used": used, "remain": max(0, limit - used)}}


@endpoint("/cgi-bin/getcallbackip", method="GET")
@endpoint("/cgi-bin/get_api_domain_ip", method="GET")
def addresses(_call: Call) -> Answer:
    """Where this WeChat lives."""
    return SERVERS


def check_grant(call: Call, given: dict[str, Any], grant_type: str) -> None:
    """Grant type, secret, address, in this order after the appid."""
    if given.get("grant_type") != grant_type:
        raise Refusal(40002)
    check_secret(call.account, given)
    allowed = call.account.ip_whitelist
    if allowed is not None and call.address not in allowed:
        raise Refusal(40164, ip=call.address)


def check_secret(account: Account, given: dict[str, Any]) -> None:
    """The AppSecret must be there and right."""
    if not given.get("secret"):
        raise Refusal(41004)
    if given["secret"] != account.secret:
        raise Refusal(40125)


def use_code(call: Call, codes: Bounded[str, Code], text: str, openid: str = "") -> Code:
    """Spend a code: 40029 when unknown, too old or somebody else's, 40163 the second time."""
    code = codes.get(text)
    if not code or code.expires_at <= call.now or openid not in ("", code.openid):
        raise Refusal(40029)
    if code.used:
        raise Refusal(40163)
    code.used = True
    return code


def count_login(call: Call, openid: str) -> None:
    """A user logs in at most a hundred times a minute."""
    key = (openid, call.api, str(int(call.now // 60)))
    call.world.used[key] = call.world.used.get(key, 0) + 1
    if call.world.used[key] > LOGINS_A_MINUTE:
        raise Refusal(45011)


def shown(call: Call, token: Token) -> Answer:
    """No errcode in a success, as on the platform."""
    return {"access_token": token.text, "expires_in": round(token.expires_at - call.now)}
