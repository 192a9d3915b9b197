"""What WeChat says of a text or a picture that somebody of the mini-program published.

It judges only for people who used the mini-program within two hours (61010 otherwise), and so often a minute and day;
voice and pictures are judged later, by a push that names the same trace.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from rooms.accounts import Account
from rooms.safety import PASS, REVIEW, RISKY, UNKNOWN, Verdict
from wechat.platform.client import PLATFORM, CallFailed, Client, Tokens

SCENE_PROFILE, SCENE_SOCIAL_LOG = 1, 4
TEXT_CHARACTERS = 2_500
AUDIO, IMAGE = 1, 2
VERSION = 2
AGAIN = frozenset({-1, 44991})
"""Busy, or this minute's calls are spent: later the answer may be another one."""
NOT_TOLD = frozenset({61010, 43104, 40003, 45009})
"""Away for two hours, not of this mini-program, or the day's calls are spent."""


class Asked(NamedTuple):
    """`verdict` is None where it comes by a push, for this `trace`. `again`: asking later may help."""

    verdict: Verdict | None
    trace: str = ""
    again: bool = False


def check_text(tokens: Tokens, base: str, account: Account, openid: str, text: str,
               scene: int = SCENE_SOCIAL_LOG) -> Asked:
    """Never raises for what WeChat or the network does; Refused(unavailable) where no token can be had."""
    data = {"content": text[:TEXT_CHARACTERS], "version": VERSION, "scene": scene, "openid": openid}
    answer = _ask(tokens, base, account, "wxa/msg_sec_check", data)
    return answer if isinstance(answer, Asked) else Asked(verdict_of(answer), str(answer.get("trace_id", "")))


def check_media(tokens: Tokens, base: str, account: Account, openid: str, address: str, kind: int,
                scene: int = SCENE_SOCIAL_LOG) -> Asked:
    """Asks for a verdict on what lies at `address`, which WeChat must be able to fetch."""
    data = {"media_url": address, "media_type": kind, "version": VERSION, "scene": scene, "openid": openid}
    answer = _ask(tokens, base, account, "wxa/media_check_async", data)
    return answer if isinstance(answer, Asked) else Asked(None, str(answer.get("trace_id", "")))


def verdict_of(told: Mapping[str, Any]) -> Verdict:
    """Of an answer or a push. A label is a number in the one and a text in the other; nothing, or a failed download,
    is no verdict."""
    result = told.get("result")
    if str(told.get("errcode", "0") or "0") != "0" or not isinstance(result, dict):
        return Verdict(UNKNOWN, "", str(told.get("errcode", "")))
    suggest = str(result.get("suggest", ""))
    word = {"pass": PASS, "review": REVIEW, "risky": RISKY}.get(suggest, UNKNOWN)
    return Verdict(word, str(result.get("label", "")), "")


def _ask(tokens: Tokens, base: str, account: Account, path: str, data: dict[str, Any]) -> Asked | Mapping[str, Any]:
    client = Client(account.appid, tokens, base)
    try:
        answer: Any = client.call(lambda wechat: wechat.post(path, data=data, api_base_url=f"{PLATFORM}/"))
    except CallFailed as failed:
        again = failed.errcode is None or failed.errcode in AGAIN
        return Asked(Verdict(UNKNOWN, "", str(failed.errcode or "no answer")), again=again)
    return answer if isinstance(answer, dict) else Asked(Verdict(UNKNOWN, "", "no answer"))
