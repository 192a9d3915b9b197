"""The number behind the code of a mini-program's phone button."""

from __future__ import annotations

from typing import NamedTuple

from rooms.accounts import Account
from wechat.platform.client import PLATFORM, CallFailed, Client, Tokens
from wechat.platform.login import LONGEST_CODE, BadCode, PlatformDown

BAD_CODES = frozenset({40029, 40163, 40003})
"""Not valid or somebody else's, used already."""


class Phone(NamedTuple):
    """The country's code without a plus, and the number inside the country."""

    country: str
    number: str

    def __repr__(self) -> str:
        return "Phone(…)"


def phone_number(tokens: Tokens, base: str, account: Account, code: str, openid: str) -> Phone:
    """WeChat checks that the code is this person's. Raises BadCode, PlatformDown, Refused(unavailable)."""
    if not 0 < len(code) <= LONGEST_CODE:
        raise BadCode("a code has 1 to 512 characters")
    client = Client(account.appid, tokens, base)
    try:
        answer = client.call(lambda wechat: wechat.post(
            "wxa/business/getuserphonenumber", data={"code": code, "openid": openid}, api_base_url=f"{PLATFORM}/"))
    except CallFailed as failed:
        if failed.errcode in BAD_CODES:
            raise BadCode(f"WeChat says {failed.errcode}") from None
        raise PlatformDown(str(failed)) from None
    return _phone(answer)


def _phone(answer: object) -> Phone:
    """The country is a text in WeChat's table and a number in its example."""
    info = answer.get("phone_info") if isinstance(answer, dict) else None
    country, number = (info.get("countryCode"), info.get("purePhoneNumber")) if isinstance(info, dict) else (None, None)
    if not isinstance(country, str | int) or not isinstance(number, str):
        raise PlatformDown("the answer has another shape")
    return Phone(str(country), number)
