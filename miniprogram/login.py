"""Logging in with the code of `wx.login`, and who a bearer token speaks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from flask import Request

from miniprogram.tokens import LIFETIME_SECONDS, Tokens
from rooms import accounts, identities, standings
from rooms.errors import Code, Refused
from rooms.events import Person
from rooms.store import Store
from wechat.platform.login import BadCode, PlatformDown, code_to_session

if TYPE_CHECKING:
    from settings import Settings

MINUTE_SECONDS = 60


class Login(msgspec.Struct, forbid_unknown_fields=True):
    appid: str
    code: str


class LoggedIn(msgspec.Struct):
    token: str
    person: Person
    expires_in_seconds: int = LIFETIME_SECONDS


def log_in(store: Store, settings: Settings, tokens: Tokens, given: Login) -> LoggedIn:
    """Raises BadCode, and Refused: not_found for an account that is no mini-program of ours, banned, unavailable."""
    account = accounts.of(store, given.appid)
    if account is None or account.kind != accounts.Kind.MINI_PROGRAM:
        raise Refused(Code.NOT_FOUND, "no such mini-program")
    try:
        session = code_to_session(settings, account, given.code)
    except PlatformDown as down:
        raise Refused(Code.UNAVAILABLE, "WeChat does not answer", 2_000) from down
    person = identities.sign_in(store, account, session.openid, session.unionid or "")
    standings.check(store, person)
    return LoggedIn(tokens.issue(person.id, person.organization, store.clock.now()), person)


def bearer(store: Store, tokens: Tokens, request: Request) -> Person:
    """Who asks. Raises Refused: unauthenticated, expired."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise Refused(Code.UNAUTHENTICATED, "a bearer token is needed")
    claims = tokens.verify(token.strip(), store.clock.now())
    who = identities.who(store, claims.user)
    if who is None or who.tokens_after > claims.issued:
        raise Refused(Code.UNAUTHENTICATED, "signed out")
    return who.person


def count_login(store: Store, address: str, most: int) -> None:
    """One more from this address in this minute, over all processes. Raises Refused(RATE_LIMITED)."""
    minute = store.clock.now() // 60_000
    key = store.live.name("logins", address, str(minute))
    count, _ = store.live.commands([(("INCR", key), key), (("EXPIRE", key, str(2 * MINUTE_SECONDS)), key)])
    if int(count) > most:
        raise Refused(Code.RATE_LIMITED, "too many logins from this address", 60_000 - store.clock.now() % 60_000)


__all__ = ["BadCode", "LoggedIn", "Login", "bearer", "count_login", "log_in"]
