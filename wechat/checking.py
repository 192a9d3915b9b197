"""WeChat judges what people of the mini-programs say and show: asks are made here, verdicts are heard here.

The core says what is to be asked and what a verdict brings about (`rooms.safety`).
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from media.links import Links
from rooms import accounts, identities, safety
from rooms.accounts import Account
from rooms.errors import Refused
from rooms.media import AVATAR
from rooms.record import identities as identity_rows
from rooms.record import media as media_rows
from rooms.record.identities import Identity
from rooms.record.media import READY, Media
from rooms.record.safety import ASKED, Check
from rooms.safety import MEDIA, UNKNOWN, Verdict
from rooms.store import Store
from wechat.platform.content_safety import (
    AUDIO,
    IMAGE,
    SCENE_PROFILE,
    SCENE_SOCIAL_LOG,
    Asked,
    check_media,
    check_text,
    verdict_of,
)
from wechat.platform.token import Credentials, SharedTokens

if TYPE_CHECKING:
    from settings import Settings

log = logging.getLogger(__name__)

AT_ONCE = 8
TOGETHER = 100
MOST_A_MINUTE = {safety.TEXT: 4_000, safety.MEDIA: 2_000}
"""Of one mini-program (its page on content safety)."""
MINUTE_MS = 60_000
MADE_WITHIN_MS = 10 * MINUTE_MS
"""After so long nobody waits for an upload to be made ready."""
KINDS = {"image": IMAGE, AVATAR: IMAGE, "voice": AUDIO}


def check(store: Store, settings: Settings) -> int:
    """Asks about all that waits now; returns how many. Safe to run in several places at once."""
    safety.collect(store)
    taken = safety.take(store, TOGETHER)
    if taken:
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="check") as threads:
            list(threads.map(lambda one: _one(store, settings, one), taken))
    return len(taken)


def media_verdict(store: Store, appid: str, told: Mapping[str, Any]) -> None:
    """The event `wxa_media_check`. A trace that nobody waits for is answered like any other."""
    account = accounts.of(store, appid)
    trace = str(told.get("trace_id", ""))
    if account is not None and trace:
        safety.heard(store, account.organization, trace, verdict_of(told))


def _one(store: Store, settings: Settings, check: Check) -> None:
    try:
        if _is_being_made(store, check):
            safety.postpone(store, check)
            return
        asked = _ask(store, settings, check)
        if asked.verdict is None:
            safety.asked(store, check, asked.trace)
        else:
            safety.settle(store, check, asked.verdict, asked.again)
    except Refused as refused:
        log.warning("a message is still to be checked id=%s: %s", check.id, refused.message)
    except Exception:
        log.exception("a message could not be checked id=%s", check.id)


def _ask(store: Store, settings: Settings, check: Check) -> Asked:
    if check.state == ASKED:
        return _unknown("no verdict was pushed in time")
    identity = _identity(store, check.user)
    account = accounts.of(store, identity.appid) if identity else None
    if identity is None or account is None:
        return _unknown("nobody whom a mini-program knows")
    shows = check.kind in (MEDIA, safety.AVATAR)
    if not _may_ask(store, account, MEDIA if shows else safety.TEXT):
        return _unknown("the minute's calls are spent", again=True)
    base = settings.wechat_api_url
    tokens = SharedTokens(store.live, Credentials(account.appid, account.secret), base)
    scene = SCENE_PROFILE if check.kind in (safety.NAME, safety.AVATAR) else SCENE_SOCIAL_LOG
    if not shows:
        return check_text(tokens, base, account, identity.openid, check.content, scene)
    media = store.record.read(lambda c: media_rows.one(c, check.content))
    if media is None or media.type not in KINDS:
        return _unknown("WeChat judges pictures and voices only")
    if settings.public_url is None:
        return _unknown("TEAHOUSE_PUBLIC_URL is not set")
    if media.state != READY:
        return _unknown("it could not be made ready")
    address = settings.public_url.rstrip("/") + _path(settings, media, store.clock.now())
    return check_media(tokens, base, account, identity.openid, address, KINDS[media.type], scene)


def _is_being_made(store: Store, check: Check) -> bool:
    """Whether what is to be judged is still worked on, as every upload is for some seconds."""
    if check.kind != MEDIA or store.clock.now() - check.at > MADE_WITHIN_MS:
        return False
    media = store.record.read(lambda c: media_rows.one(c, check.content))
    return media is not None and media.state in (media_rows.WAITING, media_rows.WORKING)


def _identity(store: Store, user: str) -> Identity | None:
    """The person as the mini-program knows them, the newest where there are several."""
    found = store.record.read(lambda c: identity_rows.of_user(c, user))
    return next((one for one in reversed(found) if one.kind == identities.MINI_PROGRAM), None)


def _may_ask(store: Store, account: Account, kind: str) -> bool:
    minute = store.clock.now() // MINUTE_MS
    key = store.live.name("checks", account.appid, kind, str(minute))
    count, _ = store.live.commands([(("INCR", key), key), (("PEXPIRE", key, str(2 * MINUTE_MS)), key)])
    return int(count) <= MOST_A_MINUTE[kind]


def _path(settings: Settings, media: Media, now: int) -> str:
    return Links(settings.secret_key or "").to(media, media.variants.split()[0], media.user, now)


def _unknown(why: str, again: bool = False) -> Asked:
    return Asked(Verdict(UNKNOWN, "", why), again=again)
