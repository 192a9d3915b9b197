"""Codes to scan: of an Official Account, whose scene comes back with who scans it, and of a mini-program."""

from __future__ import annotations

from typing import NamedTuple

import requests

from wechat.platform.client import PLATFORM, CallFailed, Client

LONGEST_SECONDS = 30 * 86_400
"""A temporary code lives at most this long (page on codes with parameters)."""
LONGEST_MINI_SCENE = 32


class QrCode(NamedTuple):
    """`url` is what the code says; it lives for `seconds`."""

    ticket: str
    url: str
    seconds: int


def qr_code(client: Client, scene: str, seconds: int) -> QrCode:
    """A temporary code. Raises CallFailed, Refused(UNAVAILABLE)."""
    body = {"expire_seconds": min(seconds, LONGEST_SECONDS), "action_name": "QR_STR_SCENE",
            "action_info": {"scene": {"scene_str": scene}}}
    answer = client.call(lambda wechat: wechat.post("qrcode/create", data=body))
    try:
        return QrCode(str(answer["ticket"]), str(answer["url"]), int(answer.get("expire_seconds", seconds)))
    except (AttributeError, KeyError, TypeError, ValueError):
        raise CallFailed(None, "the answer has another shape") from None


def mini_code(client: Client, scene: str, page: str) -> bytes:
    """The picture of a mini-program's code, which leads to a page with this scene. Raises CallFailed."""
    body = {"scene": scene, "page": page, "check_path": False}
    answer = client.raw(lambda wechat: wechat.post("wxa/getwxacodeunlimit", data=body, api_base_url=f"{PLATFORM}/"))
    if not isinstance(answer, requests.Response) or not answer.content:
        raise CallFailed(None, "no picture came")
    return answer.content
