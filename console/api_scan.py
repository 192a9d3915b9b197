"""`/session/scan` and `/session/link`: signing in by scanning a code of the Official Account with WeChat."""

from __future__ import annotations

from typing import Annotated

from flask import request
from msgspec import Meta

from console.api_session import SessionView, begin_session
from console.asking import Ask, Done, In, Out, Word
from console.guard import Turned
from rooms import scanning, staff
from rooms.denials import Feature
from rooms.errors import Code, Refused
from rooms.scanning import LIVES_SECONDS, Begun, Step
from rooms.staff import CodeNeeded, Wrong
from wechat.platform import codes, features

Piece = Annotated[str, Meta(max_length=64)]


class ScanWith(In):
    """`appid`: the Official Account with which this browser was linked before; empty where the house has only one."""

    appid: Piece = ""


class ScanView(Out):
    """`url` is what the code says. `secret` is for the browser alone that asked; both are over at `expires_at`."""

    scene: str
    secret: str
    appid: str
    url: str
    expires_at: int


class LinkCheck(In):
    scene: Piece
    secret: Piece


class CheckScan(LinkCheck, kw_only=True):
    """`code` is of the second factor, once `code_needed` was answered."""

    code: Word = ""


class ScanState(Out):
    """`asked`: who scanned it was asked in WeChat whether this is their browser, and sends back `number`, which is to
    be shown. `session` is there when the state is `agreed`."""

    state: Step
    number: str
    session: SessionView | None


class LinkView(Out):
    linked: bool
    appid: str
    at: int | None


class LinkState(Out):
    """As at signing in; `link` is there when the state is `agreed`."""

    state: Step
    number: str
    link: LinkView | None


def begin(ask: Ask, body: ScanWith) -> ScanView:
    """A code to show on the sign-in page: it lives three minutes and opens once."""
    return _view(ask, scanning.begin(ask.store, body.appid, *_browser()))


def check(ask: Ask, body: CheckScan) -> ScanState:
    """How far it is. Who was asked and sent the number back opens their account; 401 `code_needed` with a second
    factor."""
    seen = scanning.opened(ask.store, body.scene, body.secret)
    if seen.step is not Step.AGREED:
        return ScanState(state=seen.step, number=seen.number, session=None)
    try:
        known = staff.sign_in_by_scan(ask.store, seen.staff, body.code, request.remote_addr or "")
    except Wrong as wrong:
        raise Turned(401, "wrong_credentials", "the code does not fit") from wrong
    except CodeNeeded as needed:
        raise Turned(401, "code_needed", "a code of the second factor is needed") from needed
    if not scanning.spend(ask.store, body.scene):
        raise Refused(Code.EXPIRED, "the code is over: ask for a new one")
    return ScanState(state=Step.AGREED, number="", session=begin_session(ask, known.id))


def link_shown(ask: Ask) -> LinkView:
    found = scanning.linked(ask.store, ask.who.id)
    return LinkView(linked=found is not None, appid=found.appid if found else "", at=found.at if found else None)


def begin_link(ask: Ask) -> ScanView:
    """A code to scan with the WeChat that is to open this account."""
    return _view(ask, scanning.begin(ask.store, "", *_browser(), ask.who))


def check_link(ask: Ask, body: LinkCheck) -> LinkState:
    """Links who scanned it and sent the number back."""
    seen = scanning.link(ask.store, ask.who, body.scene, body.secret)
    return LinkState(state=seen.step, number=seen.number, link=link_shown(ask) if seen.step is Step.AGREED else None)


def unlink(ask: Ask) -> Done:
    scanning.unlink(ask.store, ask.who)
    return Done()


def _browser() -> tuple[str, str]:
    return request.remote_addr or "", request.headers.get("User-Agent", "")


def _view(ask: Ask, begun: Begun) -> ScanView:
    client = features.client(ask.store, ask.settings.wechat_api_url, begun.account)
    made = features.attempt(ask.store, begun.account, Feature.QR_CODES,
                            lambda: codes.qr_code(client, begun.scene, LIVES_SECONDS))
    return ScanView(scene=begun.scene, secret=begun.secret, appid=begun.account.appid, url=made.url,
                    expires_at=begun.expires_at)
