"""Files of followers come from WeChat and are said in the channel where they were sent.

What cannot be had now is tried again, longer apart each time; what cannot be had at all, or is nothing that is taken
here, is told to the follower and forgotten.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from media import intake
from rooms import accounts, fetches, identities, messages, notices
from rooms.drafts import Draft
from rooms.errors import Code, Refused
from rooms.events import Person
from rooms.fetches import Fetch
from rooms.store import Store
from wechat.platform.client import CallFailed, Client
from wechat.platform.limits import LIMITS
from wechat.platform.temporary import GONE, download
from wechat.platform.token import Credentials, SharedTokens

if TYPE_CHECKING:
    from settings import Settings

log = logging.getLogger(__name__)

FIRST_PAUSE_MS = 5_000
PASSING = frozenset({Code.UNAVAILABLE, Code.RATE_LIMITED, Code.SLOW_MODE, Code.FULL})
OF_ORDER = frozenset({Code.MUTED, Code.MUTED_ALL, Code.BANNED, Code.NOT_ENTERED, Code.NOT_MEMBER, Code.CLOSED})
"""It is not the file's fault; the reason is told in the follower's language."""


def fetch(store: Store, settings: Settings) -> int:
    """One round; returns how many were said. Safe to run in several places."""
    said = 0
    for one in fetches.due(store):
        if fetches.take(store, one):
            said += _one(store, settings, one)
    return said


def _one(store: Store, settings: Settings, one: Fetch) -> bool:
    account = accounts.of(store, one.appid)
    if account is None:
        fetches.done(store, one)
        return False
    person = identities.follower(store, account, one.openid)
    try:
        file = download(_client(store, settings, account), one.media_id)
        house = intake.house(store, settings)
        taken = intake.take(house, person, file.chunks(), file.name)
        messages.post(store, person, one.channel, Draft(taken.type, {"media": taken.id}, f"wx:{one.id}"))
    except CallFailed as failed:
        log.warning("a file could not be fetched appid=%s: %s", one.appid, failed)
        return _failed(store, person, one, "", again=failed.errcode not in GONE)
    except Refused as refused:
        why = refused.code.value if refused.code in OF_ORDER else refused.message
        return _failed(store, person, one, why, again=refused.code in PASSING)
    fetches.done(store, one)
    return True


def _failed(store: Store, person: Person, one: Fetch, why: str, again: bool) -> bool:
    if again and one.tries + 1 < fetches.MOST_TRIES:
        fetches.later(store, one, FIRST_PAUSE_MS * 4**one.tries)
        return False
    notices.add(store, person, notices.Kind.LOST, channel=one.channel, facts={"type": one.type, "reason": why})
    fetches.done(store, one)
    return False


def _client(store: Store, settings: Settings, account: accounts.Account) -> Client:
    limits = LIMITS._replace(response_bytes=intake.largest(settings), call_timeout_seconds=30.0)
    tokens = SharedTokens(store.live, Credentials(account.appid, account.secret), settings.wechat_api_url)
    return Client(account.appid, tokens, settings.wechat_api_url, limits)


