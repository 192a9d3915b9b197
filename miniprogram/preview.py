"""`/preview/`: the mini-program in a browser, only where the sandbox plays WeChat on this machine.

The pages are built at set-up from `client/`; where Node was missing then, the page says how to get them. A phone asks
here for its code of `wx.login`, because only the sandbox can give one; production has no such route.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import msgspec
import requests
from flask import Blueprint, Response, request, send_from_directory

from miniprogram.bodies import body
from rooms.errors import Code, Refused
from wechat.platform.client import plain_session

if TYPE_CHECKING:
    from settings import Settings

BUILT = Path(__file__).parent / "client" / "preview" / "dist"
LOOPBACK = ("127.0.0.1", "::1", "localhost")
PATIENCE_SECONDS = 5
POLICY = ("default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; style-src 'self' 'unsafe-inline'; "
          "connect-src 'self' blob: ws: wss:; frame-ancestors 'self'; base-uri 'none'; form-action 'none'")
"""Styles of pages are put into the document by the component engine; scripts only ever come from here."""

MISSING = """<!doctype html><html lang="zh"><meta charset="utf-8"><title>茶馆 · Teahouse</title>
<body style="font:16px/1.7 sans-serif;max-width:38em;margin:12vh auto;padding:0 1em">
<h1>小程序预览还没有做好</h1>
<p>装好 Node 20.19 或更新的版本，再运行 <code>make preview</code>，然后刷新这一页。其余一切照常。</p>
<h1>The preview is not built yet</h1><p>Install Node 20.19 or newer, run <code>make preview</code>, and load this page
again. Everything else works as it is.</p></body></html>"""


class Asked(msgspec.Struct, forbid_unknown_fields=True):
    appid: str
    openid: str = ""
    nickname: str = ""


def blueprint(settings: Settings) -> Blueprint | None:
    """None where WeChat is not played on this machine: then there is no such page."""
    if urlsplit(settings.wechat_api_url).hostname not in LOOPBACK:
        return None
    pages = Blueprint("preview", __name__, url_prefix="/preview")
    wechat = settings.wechat_api_url.rstrip("/")
    pages.before_request(_only_from_here)
    pages.get("/")(lambda: _file("index.html"))
    pages.get("/<path:name>")(_file)
    pages.get("/about", endpoint="about")(lambda: {"appid": _mini_program(wechat)})
    pages.post("/login_code", endpoint="login_code")(lambda: _order(wechat, "login_code"))
    pages.post("/phone_code", endpoint="phone_code")(lambda: _order(wechat, "phone_code"))
    return pages


def _only_from_here() -> None:
    """Codes are given to this machine's browsers only, and to no page of another site that one of them shows."""
    origin = request.headers.get("Origin")
    here = request.remote_addr in LOOPBACK and urlsplit(f"//{request.host}").hostname in LOOPBACK
    if not here or (origin is not None and urlsplit(origin).netloc != request.host):
        raise Refused(Code.NOT_FOUND, "no such page")


def _file(name: str) -> Response:
    if not (BUILT / "index.html").exists():
        return Response(MISSING, content_type="text/html; charset=utf-8")
    answer = send_from_directory(BUILT, name, max_age=0)
    answer.headers["Content-Security-Policy"] = POLICY
    return answer


def _mini_program(wechat: str) -> str:
    """The first mini-program that the sandbox knows, or nothing."""
    known = _asked(wechat, "GET", "/control/accounts")
    return next((each["appid"] for each in known if each["kind"] == "mini_program"), "")


def _order(wechat: str, what: str) -> Any:
    given = body(Asked)
    order = {name: value for name, value in msgspec.to_builtins(given).items() if value}
    return _asked(wechat, "POST", f"/control/{what}", order)


def _asked(wechat: str, method: str, path: str, order: dict[str, str] | None = None) -> Any:
    """Raises Refused(UNAVAILABLE) when the sandbox does not answer, or does not do it."""
    try:
        answer = plain_session(wechat).request(method, f"{wechat}{path}", json=order, timeout=PATIENCE_SECONDS)
        answer.raise_for_status()
        return answer.json()
    except (requests.RequestException, ValueError) as trouble:
        raise Refused(Code.UNAVAILABLE, "the sandbox does not answer") from trouble
