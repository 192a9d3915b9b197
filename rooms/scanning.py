"""Signing in to the console by scanning a code with WeChat: a comfort in place of the password, not of a second factor.

A code names an Official Account and a scene that nobody can guess; it lives three minutes and opens once. The browser
that asked for it holds a secret of its own, so that who only sees the code gains nothing. What the follower scanned
opens the staff account that was linked to them before, by somebody who was signed in to it.

A code can be sent on, to have somebody else open the sender's browser. So scanning alone opens nothing: from then on
the page shows a number, which was not beside the code before, and the follower, who is told which browser asks, sends
it back in the chat. There is one try.
"""

from __future__ import annotations

import re
import secrets
from enum import StrEnum
from typing import NamedTuple

import msgspec

from rooms import accounts, auditing, browsers, members
from rooms.accounts import Account, Kind
from rooms.errors import Code, Refused
from rooms.record import Connection, staff_links
from rooms.record import staff as staff_rows
from rooms.record.staff_links import Link
from rooms.sessions import Signed
from rooms.store import Store

LIVES_SECONDS = 180
OF_ONE, OF_AN_ACCOUNT = 10, 40
"""Codes in a minute: for one address, or for one who is signed in; and of one Official Account for all who are not, so
that nobody uses up another organization's. WeChat makes 100,000 a day for an account: whoever asks all day leaves it
enough for its rooms."""
PREFIX, QRSCENE = "console.", "qrscene_"
_SCENE = re.compile(r"console\.[A-Za-z0-9_-]{32}")
_YES, _NO = "yes", "no"


class Outcome(StrEnum):
    """What a follower is told."""

    ASKED = "asked"
    SIGNS_IN = "signs_in"
    LINKS = "links"
    WRONG = "wrong"
    DENIED = "denied"
    STRANGER = "stranger"
    OVER = "over"


class Step(StrEnum):
    """How far a code is, for the browser that asked for it."""

    WAITING = "waiting"
    ASKED = "asked"
    DENIED = "denied"
    STRANGER = "stranger"
    AGREED = "agreed"


class Begun(NamedTuple):
    scene: str
    secret: str
    account: Account
    expires_at: int


class Browser(NamedTuple):
    """Which one asks, since when (ms). `links`: the staff account to which the follower would be linked; empty where
    they would sign in."""

    name: str
    address: str
    at: int
    links: str


class Seen(NamedTuple):
    """`number` is to be shown while the step is ASKED; `staff` is the account that AGREED opens or links."""

    step: Step
    number: str = ""
    staff: str = ""


class _Waits(msgspec.Struct):
    """`staff`: who wants to be linked; empty: somebody wants to sign in. `email` is theirs. The rest is the browser's.
    """

    secret: str
    appid: str
    staff: str
    email: str
    number: str
    address: str
    agent: str
    at: int


class _Scan(NamedTuple):
    """A code, who scanned it, and what they said to the question; both empty until they did."""

    waits: _Waits
    openid: str
    said: str


def begin(store: Store, appid: str, address: str, agent: str, signed: Signed | None = None) -> Begun:
    """A code for this browser. Without an appid, of the signed one's organization or else of the only Official Account.

    Raises Refused: not_found where there is none or nobody can say which, rate_limited.
    """
    members.count_try(store, "scan", signed.id if signed else address or "nowhere", OF_ONE)
    account = _account(store, appid, signed)
    if signed is None:
        members.count_try(store, "scan", account.appid, OF_AN_ACCOUNT)
    scene, secret, now = PREFIX + secrets.token_urlsafe(24), secrets.token_urlsafe(24), store.clock.now()
    waits = _Waits(_digest(store, secret), account.appid, signed.id if signed else "", signed.email if signed else "",
                   str(10 + secrets.randbelow(90)), address, agent[:300], now)
    store.live.set(_key(store, scene), msgspec.json.encode(waits), px=LIVES_SECONDS * 1000)
    return Begun(scene, secret, account, now + LIVES_SECONDS * 1000)


# in the chat


def scanned(store: Store, appid: str, openid: str, scene: str) -> tuple[Outcome, Browser | None] | None:
    """What a follower is told who scanned one, and what they are asked about. None: it is no scene of ours.
    The first who scans it is the one who did."""
    scene = scene.removeprefix(QRSCENE)
    if not _SCENE.fullmatch(scene):
        return None
    waits = _waits(store, scene)
    if waits is None or waits.appid != appid:
        return Outcome.OVER, None
    store.live.set(_key(store, scene, "by"), openid, px=LIVES_SECONDS * 1000, nx=True)
    scan = _scan(store, scene, waits)
    if scan.openid != openid or scan.said:
        return Outcome.OVER, None
    if not waits.staff and store.record.read(lambda c: staff_links.of_openid(c, appid, openid)) is None:
        return Outcome.STRANGER, None
    return Outcome.ASKED, Browser(browsers.called(waits.agent), waits.address, waits.at, waits.email)


def answered(store: Store, appid: str, openid: str, scene: str, number: str) -> Outcome:
    """The follower's answer to the question; an empty one is no. Only the first counts."""
    scene = scene.removeprefix(QRSCENE)
    waits = _waits(store, scene)
    if waits is None or waits.appid != appid or _scan(store, scene, waits).openid != openid:
        return Outcome.OVER
    right = secrets.compare_digest(waits.number, number)
    said = _YES if right else _NO
    if not store.live.set(_key(store, scene, "said"), said, px=LIVES_SECONDS * 1000, nx=True):
        return Outcome.OVER
    if not right:
        return Outcome.WRONG if number else Outcome.DENIED
    return Outcome.LINKS if waits.staff else Outcome.SIGNS_IN


# in the browser


def opened(store: Store, scene: str, secret: str) -> Seen:
    """How far a code to sign in is. Raises Refused: expired (over, of another browser, or used)."""
    scan = _own(store, scene, secret, "")
    if not scan.openid:
        return Seen(Step.WAITING)
    link = store.record.read(lambda c: staff_links.of_openid(c, scan.waits.appid, scan.openid))
    known = store.record.read(lambda c: staff_rows.one(c, link.staff)) if link else None
    if known is None or known.deactivated_at is not None:
        return Seen(Step.STRANGER)
    return _seen(scan, known.id)


def spend(store: Store, scene: str) -> bool:
    """True for the one who uses it; afterwards it is over."""
    return bool(store.live.command("DEL", _key(store, scene), key=_key(store, scene)))


def link(store: Store, signed: Signed, scene: str, secret: str) -> Seen:
    """Links who scanned and agreed to the signed account, in place of who was linked before.

    Raises Refused: expired, duplicate where they are linked to another account.
    """
    scan = _own(store, scene, secret, signed.id)
    seen = _seen(scan, signed.id)
    if seen.step is not Step.AGREED:
        return seen
    now = store.clock.now()

    def act(connection: Connection) -> None:
        if not staff_links.set_(connection, Link(signed.id, scan.waits.appid, scan.openid, now)):
            raise Refused(Code.DUPLICATE, "this WeChat is linked to another account")
        auditing.note(connection, store, signed.actor, signed.organization, "staff_scan_on", signed.id)

    store.record.write(act)
    spend(store, scene)
    return seen


def linked(store: Store, account: str) -> Link | None:
    return store.record.read(lambda c: staff_links.one(c, account))


def unlink(store: Store, signed: Signed) -> None:
    """Raises Refused(not_found) where nothing is linked."""
    def act(connection: Connection) -> None:
        if not staff_links.remove(connection, signed.id):
            raise Refused(Code.NOT_FOUND, "nothing is linked")
        auditing.note(connection, store, signed.actor, signed.organization, "staff_scan_off", signed.id)

    store.record.write(act)


def _account(store: Store, appid: str, signed: Signed | None) -> Account:
    found = [one for one in accounts.every(store) if one.kind == Kind.OFFICIAL_ACCOUNT and (
        not appid or one.appid == appid) and (signed is None or one.organization == signed.organization)]
    if not found or (len(found) > 1 and not signed):
        raise Refused(Code.NOT_FOUND, "sign in with the password, and link WeChat in this browser first")
    return found[0]


def _seen(scan: _Scan, account: str) -> Seen:
    if not scan.openid:
        return Seen(Step.WAITING)
    if not scan.said:
        return Seen(Step.ASKED, scan.waits.number)
    return Seen(Step.AGREED, "", account) if scan.said == _YES else Seen(Step.DENIED)


def _own(store: Store, scene: str, secret: str, account: str) -> _Scan:
    """The code of this browser, to sign in or to link this account. Raises Refused(expired)."""
    waits = _waits(store, scene) if _SCENE.fullmatch(scene) else None
    if waits is None or waits.staff != account or not secrets.compare_digest(waits.secret, _digest(store, secret)):
        raise Refused(Code.EXPIRED, "the code is over: ask for a new one")
    return _scan(store, scene, waits)


def _scan(store: Store, scene: str, waits: _Waits) -> _Scan:
    by, said = ((store.live.get(_key(store, scene, what)) or b"").decode() for what in ("by", "said"))
    return _Scan(waits, by, said)


def _waits(store: Store, scene: str) -> _Waits | None:
    told = store.live.get(_key(store, scene))
    return msgspec.json.decode(told, type=_Waits) if told else None


def _key(store: Store, scene: str, what: str = "code") -> str:
    return store.live.name("console", "scan", what, _digest(store, scene))


def _digest(store: Store, text: str) -> str:
    return store.record.vault.digest("console-scan", text)
