"""The access token of an account, shared by all processes.

It comes from stable_token, which gives everybody the same one until five minutes before its end. It lies in Redis
under the account, for a little less than it lives. Who finds none takes a lock, asks WeChat, and stores the answer;
the others wait for it to appear, so that an expiry costs one call, however many processes there are. Who was told
that a token is stale deletes it only if it still is the one stored. Where WeChat gives none for a reason that only
people can mend (40164: our address is not on the account's list), it is not asked again for minutes, by nobody.
"""

from __future__ import annotations

import hashlib
import time
from typing import NamedTuple, Protocol

import requests

from wechat.platform import hosting
from wechat.platform.client import PLATFORM, CallFailed, Tokens, never_left, plain_session, safe
from wechat.platform.limits import LIMITS

LOCK_MS = 10_000
FAULTS = frozenset({40164, 61004, 40013, 40125, 40243, 50004, 50007, 89501, 89503, 89506, 89507})
"""Somebody has to do something first: put our address on the account's list, enter another secret, pay."""
FAULT_MS = 5 * 60_000
"""How long nobody asks again after such an answer: nothing of the account goes out meanwhile."""
LOOK_EVERY_SECONDS = 0.05
WAIT_SECONDS = 12.0
MARGIN_SECONDS = LIMITS.token_margin_seconds


class Kept(Protocol):
    """What the token needs of the live store."""

    def name(self, *parts: str) -> str: ...
    def get(self, key: str) -> bytes | None: ...
    def set(self, key: str, value: str | bytes, px: int | None = None, nx: bool = False) -> bool: ...
    def delete_if(self, key: str, value: str | bytes) -> bool: ...


class Credentials(NamedTuple):
    appid: str
    secret: str

    def __repr__(self) -> str:
        return f"Credentials({self.appid})"


class SharedTokens(Tokens):
    """The token of one account."""

    def __init__(self, kept: Kept, credentials: Credentials, base: str) -> None:
        self._kept = kept
        self._credentials = credentials
        self._base = base
        self._key = kept.name("token", credentials.appid)
        self._lock = kept.name("token-lock", credentials.appid)
        secret = hashlib.blake2b(credentials.secret.encode(), digest_size=8).hexdigest()
        self._fault = kept.name("token-fault", credentials.appid, secret)

    def get(self) -> str:
        """The token, fetched if nobody has. Raises CallFailed, Refused(UNAVAILABLE)."""
        if hosting.needs_no_token(self._credentials.appid):
            return hosting.NO_TOKEN
        stop = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < stop:
            known = self._kept.get(self._key)
            if known:
                return known.decode()
            self._refuse_at_once()
            if self._kept.set(self._lock, "1", px=LOCK_MS, nx=True):
                return self._refresh()
            time.sleep(LOOK_EVERY_SECONDS)
        raise CallFailed(None, "no token in time", sent=False)

    def drop(self, token: str) -> None:
        """This one no longer works; a newer one stays."""
        self._kept.delete_if(self._key, token)

    def _refuse_at_once(self) -> None:
        """Where WeChat said lately that something has to be done first."""
        told = (self._kept.get(self._fault) or b"").decode().partition(" ")
        if told[0]:
            raise CallFailed(int(told[0]), told[2], sent=False)

    def _refresh(self) -> str:
        try:
            known = self._kept.get(self._key)  # somebody may have stored it just before the lock was free
            return known.decode() if known else self._fetch()
        finally:
            self._kept.delete_if(self._lock, "1")

    def _fetch(self) -> str:
        try:
            token, seconds = stable_token(self._base, self._credentials)
        except CallFailed as failed:
            if failed.errcode in FAULTS:
                self._kept.set(self._fault, f"{failed.errcode} {failed.detail}", px=FAULT_MS)
            raise
        left = seconds - MARGIN_SECONDS if seconds > 2 * MARGIN_SECONDS else max(seconds // 2, 1)
        self._kept.set(self._key, token, px=left * 1000)
        return token


def stable_token(base: str, credentials: Credentials) -> tuple[str, int]:
    """Asks WeChat: the token and the seconds it lives. Raises CallFailed; nobody was sent anything: `sent` is False."""
    body = {"grant_type": "client_credential", "appid": credentials.appid, "secret": credentials.secret,
            "force_refresh": False}
    try:
        answer = plain_session(base).post(f"{PLATFORM}/cgi-bin/stable_token", json=body).json()
        if answer.get("errcode"):
            raise CallFailed(int(answer["errcode"]), safe(answer.get("errmsg")), sent=False)
        return str(answer["access_token"]), int(answer["expires_in"])
    except requests.JSONDecodeError:
        raise CallFailed(None, "the token's answer is not JSON", sent=False) from None
    except requests.RequestException as error:
        how = "unreachable" if never_left(error) else type(error).__name__
        raise CallFailed(None, f"token: {how}", sent=False) from None
    except (AttributeError, KeyError, TypeError, ValueError):
        raise CallFailed(None, "the token's answer has another shape", sent=False) from None
