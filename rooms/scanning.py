"""Signing in to the console by scanning a code with WeChat: a comfort in place of the password, not of a second factor.

A code names an Official Account and a scene that nobody can guess; it lives three minutes and opens once. The browser
that asked for it holds a secret of its own, so that who only sees the code gains nothing. What the follower scanned
opens the staff account that was linked to them before, by somebody who was signed in to it.
"""

from __future__ import annotations

import re
import secrets
from typing import NamedTuple

import msgspec

from rooms import accounts, auditing, members
from rooms.accounts import Account, Kind
from rooms.errors import Code, Refused
from rooms.record import Connection, staff_links
from rooms.record import staff as staff_rows
from rooms.record.staff_links import Link
from rooms.sessions import Signed
from rooms.store import Store

LIVES_SECONDS = 180
OF_AN_ADDRESS, IN_ALL = 10, 40
"""Codes in a minute. WeChat makes 100,000 a day for an account: whoever asks all day leaves it enough for its rooms."""
PREFIX, QRSCENE = "console.", "qrscene_"
LINKED, SIGNS_IN, STRANGER, OVER = "linked", "signs_in", "stranger", "over"
_SCENE = re.compile(r"console\.[A-Za-z0-9_-]{32}")


class Begun(NamedTuple):
    scene: str
    secret: str
    account: Account
    expires_at: int


class _Waits(msgspec.Struct):
    """`staff`: who wants to be linked; empty: somebody wants to sign in. `address` is the browser's."""

    secret: str
    appid: str
    staff: str
    address: str


def begin(store: Store, appid: str, address: str, signed: Signed | None = None) -> Begun:
    """A code for this browser. Without an appid, of the signed one's organization or else of the only Official Account.

    Raises Refused: not_found where there is none or nobody can say which, rate_limited.
    """
    members.count_try(store, "scan", address or "nowhere", OF_AN_ADDRESS)
    members.count_try(store, "scan", "everybody", IN_ALL)
    account = _account(store, appid, signed)
    scene, secret = PREFIX + secrets.token_urlsafe(24), secrets.token_urlsafe(24)
    waits = _Waits(_digest(store, secret), account.appid, signed.id if signed else "", address)
    store.live.set(_key(store, scene), msgspec.json.encode(waits), px=LIVES_SECONDS * 1000)
    return Begun(scene, secret, account, store.clock.now() + LIVES_SECONDS * 1000)


def scanned(store: Store, appid: str, openid: str, scene: str) -> tuple[str, str] | None:
    """What a follower is told who scanned one: a word, and the address of the browser. None: it is no scene of ours.
    The first who scans it is the one who did."""
    scene = scene.removeprefix(QRSCENE)
    if not _SCENE.fullmatch(scene):
        return None
    waits = _waits(store, scene)
    if waits is None or waits.appid != appid:
        return OVER, ""
    first = store.live.set(_key(store, scene, "by"), openid, px=LIVES_SECONDS * 1000, nx=True)
    if not first and store.live.get(_key(store, scene, "by")) != openid.encode():
        return OVER, ""
    if waits.staff:
        return LINKED, waits.address
    known = store.record.read(lambda c: staff_links.of_openid(c, appid, openid))
    return (SIGNS_IN if known else STRANGER), waits.address


def opened(store: Store, scene: str, secret: str) -> str:
    """The staff account that the scanned code opens, or an empty string while nobody has scanned it.

    Raises Refused: expired (over, of another browser, or used), not_found (scanned by somebody who is linked to none).
    """
    waits, openid = _scanned(store, scene, secret)
    if not openid:
        return ""
    link = store.record.read(lambda c: staff_links.of_openid(c, waits.appid, openid))
    known = store.record.read(lambda c: staff_rows.one(c, link.staff)) if link else None
    if waits.staff or known is None or known.deactivated_at is not None:
        raise Refused(Code.NOT_FOUND, "this WeChat is linked to no account")
    return known.id


def spend(store: Store, scene: str) -> bool:
    """True for the one who uses it; afterwards it is over."""
    return bool(store.live.command("DEL", _key(store, scene), key=_key(store, scene)))


def link(store: Store, signed: Signed, scene: str, secret: str) -> bool:
    """Links who scanned to the signed account, in place of who was linked before. False while nobody has scanned it.

    Raises Refused: expired, duplicate where they are linked to another account.
    """
    waits, openid = _scanned(store, scene, secret)
    if waits.staff != signed.id:
        raise Refused(Code.EXPIRED, "the code is over: ask for a new one")
    if not openid:
        return False
    now = store.clock.now()

    def act(connection: Connection) -> None:
        if not staff_links.set_(connection, Link(signed.id, waits.appid, openid, now)):
            raise Refused(Code.DUPLICATE, "this WeChat is linked to another account")
        auditing.note(connection, store, signed.actor, signed.organization, "staff_scan_on", signed.id)

    store.record.write(act)
    spend(store, scene)
    return True


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


def _scanned(store: Store, scene: str, secret: str) -> tuple[_Waits, str]:
    waits = _waits(store, scene) if _SCENE.fullmatch(scene) else None
    if waits is None or not secrets.compare_digest(waits.secret, _digest(store, secret)):
        raise Refused(Code.EXPIRED, "the code is over: ask for a new one")
    return waits, (store.live.get(_key(store, scene, "by")) or b"").decode()


def _waits(store: Store, scene: str) -> _Waits | None:
    told = store.live.get(_key(store, scene))
    return msgspec.json.decode(told, type=_Waits) if told else None


def _key(store: Store, scene: str, what: str = "code") -> str:
    return store.live.name("console", "scan", what, _digest(store, scene))


def _digest(store: Store, text: str) -> str:
    return store.record.vault.digest("console-scan", text)
