"""A mini-program's login code, exchanged for who it is. Needs no token, so wechatpy's way round one is not taken."""

from __future__ import annotations

from typing import NamedTuple, Protocol

import requests

from rooms.errors import TeahouseError
from wechat.platform.client import PLATFORM, plain_session

BAD_CODES = frozenset({40029, 40163, 40226, 41008})
"""Not valid, used already, blocked for risk, missing."""
LONGEST_CODE = 512


class Where(Protocol):
    @property
    def wechat_api_url(self) -> str: ...


class MiniProgram(Protocol):
    @property
    def appid(self) -> str: ...
    @property
    def secret(self) -> str: ...


class Session(NamedTuple):
    openid: str
    unionid: str | None


class BadCode(TeahouseError):
    """WeChat does not know this code, or no longer. The client has to log in again."""


class PlatformDown(TeahouseError):
    """WeChat gave no usable answer, or our credentials are wrong. It may pass."""


def code_to_session(settings: Where, account: MiniProgram, code: str) -> Session:
    """Who logged in. The session key that comes along is not kept. Raises BadCode, PlatformDown."""
    if not 0 < len(code) <= LONGEST_CODE:
        raise BadCode("a code has 1 to 512 characters")
    query = {"appid": account.appid, "secret": account.secret, "js_code": code, "grant_type": "authorization_code"}
    try:
        answer = plain_session(settings.wechat_api_url).get(f"{PLATFORM}/sns/jscode2session", params=query).json()
    except (requests.RequestException, ValueError) as error:
        raise PlatformDown(type(error).__name__) from None  # its own text would quote the secret
    return _session(answer)


def _session(answer: object) -> Session:
    if not isinstance(answer, dict):
        raise PlatformDown("the answer has another shape")
    errcode, openid, unionid = answer.get("errcode") or 0, answer.get("openid"), answer.get("unionid")
    if errcode in BAD_CODES:
        raise BadCode(f"WeChat says {errcode}")
    if errcode or not isinstance(openid, str) or not openid:
        raise PlatformDown(f"WeChat says {errcode}")
    return Session(openid, unionid if isinstance(unionid, str) and unionid else None)
