"""What every request at the console's API passes: who asks, whether the request is theirs, whether they may, and
whether what it holds has the right shape.

A change needs the session's CSRF token in a header, an Origin that is this house (where the browser tells one), and a
JSON body. A program's bearer token is no cookie, so none of these matter for it.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import msgspec
from flask import Response, request

from console.asking import Ask
from console.routes import Route
from refusals import error
from rooms import sessions
from rooms.errors import Code, Refused
from rooms.permissions import StaffRole
from rooms.sessions import Signed
from rooms.store import Store

if TYPE_CHECKING:
    from console.feed import Feeds
    from settings import Settings

COOKIE, CSRF_COOKIE, CSRF_HEADER = "teahouse_console", "teahouse_console_csrf", "X-CSRF-Token"
COOKIE_PATH = "/console"
_PART = re.compile(r"[A-Za-z0-9_-]{1,64}")


class Turned(Exception):
    """A no that is the console's own and none of the core's."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(code)
        self.status, self.code, self.message = status, code, message


def guarded(store: Store, settings: Settings, feeds: Feeds, route: Route) -> Callable[..., Response]:
    """The view as Flask calls it."""

    def guarded(**parts: str | int) -> Response:
        signed, token = _who(store)
        if route.who:
            signed = _known(signed)
        if route.changes:
            _ours(store, settings, signed, token if route.who else "")
        if signed is not None and route.who:
            _may(route, signed)
        ask = Ask(store, settings, feeds, signed, token)
        try:
            response = _told(route.view(ask, **_parts(parts), **_given(route)))
        except Turned as turned:
            response = error(turned.status, turned.code, turned.message)
        return _with_cookies(response, ask)

    guarded.__name__ = route.name
    return guarded


def _with_cookies(response: Response, ask: Ask) -> Response:
    """The session, which no script reads, and beside it the CSRF token for the pages' scripts."""
    token, secure = ask.new_token, ask.settings.served_over_https
    if token is None:
        return response
    values = {COOKIE: token, CSRF_COOKIE: sessions.csrf(ask.store, token) if token else ""}
    for name, value in values.items():
        response.set_cookie(name, value, max_age=sessions.LONGEST_MS // 1000 if value else 0, path=COOKIE_PATH,
                            httponly=name == COOKIE, secure=secure, samesite="Strict")
    return response


def _who(store: Store) -> tuple[Signed | None, str]:
    """A bearer token where there is one, else the cookie; both are only ever what was given out for this use."""
    header = request.headers.get("Authorization", "")
    if header:
        scheme, _, token = header.partition(" ")
        signed = sessions.look(store, token.strip()) if scheme.lower() == "bearer" else None
        return (signed if signed and signed.bearer else None), token.strip()
    token = request.cookies.get(COOKIE, "")
    signed = sessions.look(store, token) if token else None
    return (signed if signed and not signed.bearer else None), token


def _known(signed: Signed | None) -> Signed:
    if signed is None:
        raise Refused(Code.UNAUTHENTICATED, "sign in first")
    return signed


def _ours(store: Store, settings: Settings, signed: Signed | None, token: str) -> None:
    """Raises Refused(forbidden) for a change that another site's page may have sent."""
    if signed is not None and signed.bearer:
        return
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise Refused(Code.FORBIDDEN, "from another site")
    origin = request.headers.get("Origin")
    if origin is not None and not _is_here(origin, settings):
        raise Refused(Code.FORBIDDEN, "from another site")
    if signed is not None and token:
        given = request.headers.get(CSRF_HEADER, "").encode("utf-8", "replace")
        if not hmac.compare_digest(given, sessions.csrf(store, token).encode()):
            raise Refused(Code.FORBIDDEN, f"the {CSRF_HEADER} header is missing or of another session")


def _is_here(origin: str, settings: Settings) -> bool:
    if settings.public_url is not None:
        return origin == settings.public_url
    try:
        return urlsplit(origin).netloc == request.host
    except ValueError:
        return False


def _may(route: Route, signed: Signed) -> None:
    if route.people and signed.bearer:
        raise Refused(Code.FORBIDDEN, "for people, not for programs")
    if StaffRole(signed.role) not in route.who:
        raise Refused(Code.FORBIDDEN, f"your role is {signed.role}")


def _parts(parts: dict[str, str | int]) -> dict[str, str | int]:
    """Ids become keys and columns: nothing but letters and digits passes."""
    for value in parts.values():
        if not _PART.fullmatch(str(value)):
            raise Refused(Code.NOT_FOUND)
    return parts


def _given(route: Route) -> dict[str, Any]:
    given: dict[str, Any] = {}
    try:
        if route.query is not None:
            given["query"] = msgspec.convert(request.args.to_dict(), route.query, strict=False)
        if route.body is not None:
            given["body"] = msgspec.json.decode(_body(), type=route.body)
    except (ValueError, RecursionError) as wrong:
        raise Refused(Code.BAD_FRAME, str(wrong)[:200]) from wrong
    _whole(given)
    return given


def _body() -> bytes:
    data = request.get_data()
    if data and request.mimetype != "application/json":
        raise Refused(Code.BAD_FRAME, "a JSON body is expected, and a Content-Type that says so")
    return data or b"{}"


def _whole(given: dict[str, Any]) -> None:
    """No half of a character and no NUL anywhere: neither Redis nor SQL would take them."""
    for value in given.values():
        text = msgspec.json.encode(value) if _encodes(value) else b"\\u0000"
        if b"\\u0000" in text:
            raise Refused(Code.BAD_FRAME, "text is not Unicode, or holds NUL")


def _encodes(value: Any) -> bool:
    try:
        msgspec.json.encode(value)
    except UnicodeEncodeError:
        return False
    return True


def _told(told: Any) -> Response:
    return told if isinstance(told, Response) else Response(msgspec.json.encode(told), content_type="application/json")

