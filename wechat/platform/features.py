"""What an account may not be allowed to do: it is tried, and where WeChat says no, it is off from then on."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from rooms import denials
from rooms.accounts import Account
from rooms.denials import Feature
from rooms.errors import Code, Refused
from rooms.store import Store
from wechat.platform.client import CallFailed, Client
from wechat.platform.token import Credentials, SharedTokens

T = TypeVar("T")


def client(store: Store, base: str, account: Account) -> Client:
    return Client(account.appid, SharedTokens(store.live, Credentials(account.appid, account.secret), base), base)


def attempt(store: Store, account: Account, feature: Feature, act: Callable[[], T]) -> T:
    """Raises Refused: forbidden where WeChat does not allow it to the account (it is asked once), unavailable."""
    if denials.is_denied(store, account.appid, feature):
        raise Refused(Code.FORBIDDEN, f"WeChat does not allow {feature} to {account.appid}: the feature is off")
    try:
        return act()
    except CallFailed as failed:
        if failed.errcode in denials.CODES:
            denials.deny(store, account.appid, feature, failed.errcode or 0, failed.detail)
            raise Refused(Code.FORBIDDEN, f"WeChat does not allow {feature} to {account.appid} ({failed})") from None
        raise Refused(Code.UNAVAILABLE, f"WeChat did not do it: {failed}") from None
