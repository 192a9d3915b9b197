"""The platform's refusals: a number and the words that go with it."""

import secrets
from typing import Any

TEXTS = {
    -1: "system error",
    40001: "invalid credential, access_token is invalid or not latest",
    40002: "invalid grant_type",
    40003: "invalid openid",
    40004: "invalid media type",
    40005: "invalid file type",
    40007: "invalid media_id",
    40008: "invalid message type",
    40013: "invalid appid",
    40014: "invalid access_token",
    40016: "invalid button size",
    40017: "invalid button type",
    40018: "invalid button name size",
    40019: "invalid button key size",
    40020: "invalid button url size",
    40023: "invalid sub button size",
    40024: "invalid sub button type",
    40025: "invalid sub button name size",
    40026: "invalid sub button key size",
    40027: "invalid sub button url size",
    40029: "invalid code",
    40033: "invalid charset. please check your request, if include \\uxxxx will create fail!",
    40035: "invalid parameter",
    40037: "invalid template_id",
    40059: "invalid msg id",
    40066: "invalid url",
    40097: "invalid args",
    40125: "invalid appsecret",
    40129: "invalid scene",
    40163: "code been used",
    40164: "invalid ip {ip} ipv6 ::ffff:{ip}, not in whitelist",
    40200: "invalid account type",
    40169: "invalid length for scene, or the data is not json string",
    41001: "access_token missing",
    41002: "appid missing",
    41004: "appsecret missing",
    41005: "media data missing",
    41008: "missing code",
    43001: "require GET method",
    43002: "require POST method",
    43004: "require subscribe",
    43101: "user refuse to accept the msg",
    43104: "appid not match with openid",
    42001: "access_token expired",
    44002: "empty post data",
    44004: "empty text content",
    45001: "media size out of limit",
    45002: "content size out of limit",
    45008: "article size out of limit",
    45009: "reach max api daily quota limit",
    45011: "api minute-quota reach limit, must slower, retry next minute",
    45015: "response out of time limit or subscription is canceled",
    45028: "has no masssend quota",
    45047: "out of response count limit",
    45065: "clientmsgid exist",
    45066: "too fast, please try again later",
    45067: "clientmsgid size out of limit",
    45072: "command invalid",
    45080: "need interaction with the user first",
    45081: "already in typing status",
    45159: "invalid tag",
    46003: "menu no exist",
    47001: "data format error",
    47003: "argument invalid!",
    48001: "api unauthorized",
    48004: "api forbidden",
    48006: "forbid to clear quota because of reaching the limit",
    61010: "code is expired",
    76021: "cgi_path not found",
}

ADVICE = ", could get access_token by getStableAccessToken, more details at https://mmbizurl.cn/s/JtxxFh33r"


class Refusal(Exception):
    """Ends a call with an errcode; `detail` is put after the usual words."""

    def __init__(self, code: int, detail: str = "", **names: str) -> None:
        self.code = code
        self.words = TEXTS.get(code, "system error").format(**names) + detail
        super().__init__(code, self.words)

    def wire(self, api: str) -> dict[str, Any]:
        """What goes over the wire; /sns/ sets a comma before the request id, everything else does not."""
        words = self.words
        if api.startswith("/sns/"):
            return {"errcode": self.code, "errmsg": f"{words}, rid: {request_id()}"}
        if self.code == 40001:
            words += ADVICE
        return {"errcode": self.code, "errmsg": f"{words} rid: {request_id()}"}


def request_id() -> str:
    """Three groups of eight hexadecimal digits, as captured answers show."""
    return "-".join(secrets.token_hex(4) for _ in range(3))
