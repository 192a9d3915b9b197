"""What WeChat calls a follower everywhere: their unionid, which shows whom of the mini-program they are.

A push does not tell it, so new followers are remembered as hints, and asked about a hundred at a time. An account that
may not ask (not verified, or of no open platform) learns nothing, and phones are the other way.
"""

from __future__ import annotations

import logging
from itertools import groupby
from typing import TYPE_CHECKING, Any

from rooms import accounts, identities
from rooms.errors import Refused
from rooms.store import Store
from wechat.platform.client import CallFailed, Client
from wechat.platform.token import Credentials, SharedTokens

if TYPE_CHECKING:
    from settings import Settings

log = logging.getLogger(__name__)

TOGETHER = 100
HINT = "unionid"


def learn(store: Store, settings: Settings) -> int:
    """One round; returns how many were learnt. What could not be asked is asked again."""
    hinted = sorted(store.live.hinted(HINT, TOGETHER))
    learnt = 0
    for appid, group in groupby(hinted, key=lambda hint: hint.partition(" ")[0]):
        openids = [hint.partition(" ")[2] for hint in group]
        account = accounts.of(store, appid)
        if account is not None:
            learnt += _of_account(store, settings.wechat_api_url, account, openids)
    return learnt


def _of_account(store: Store, base: str, account: accounts.Account, openids: list[str]) -> int:
    client = Client(account.appid, SharedTokens(store.live, Credentials(account.appid, account.secret), base), base)
    wanted = {"user_list": [{"openid": openid} for openid in openids]}
    try:
        answer = client.call(lambda wechat: wechat.post("user/info/batchget", data=wanted))
    except (CallFailed, Refused) as failed:
        if getattr(failed, "errcode", None) is None:
            for openid in openids:
                store.live.hint(HINT, f"{account.appid} {openid}")
        log.warning("unionids were not told appid=%s: %s", account.appid, failed)
        return 0
    told = answer.get("user_info_list") if isinstance(answer, dict) else None
    return sum(_learn(store, account, each) for each in told or () if isinstance(each, dict))


def _learn(store: Store, account: accounts.Account, told: dict[str, Any]) -> bool:
    openid, unionid = told.get("openid"), told.get("unionid")
    if not isinstance(openid, str) or not isinstance(unionid, str) or not unionid:
        return False
    identities.follower(store, account, openid, unionid)
    return True
