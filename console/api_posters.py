"""`/rooms/{room}/posters`: a poster with a code that leads into a room or channel."""

from __future__ import annotations

import base64
from typing import Annotated, Literal

from msgspec import Meta

from console import api_accounts, api_channels
from console.api_rooms import find
from console.asking import Ask, Id, In, Out
from media import posters
from media.posters import Poster
from rooms.accounts import Account, Kind
from rooms.errors import Code, Refused
from wechat.platform import ways_in

PAGE = "pages/rooms/rooms"
"""Of the mini-program: it takes the invitation that a code's scene is."""


class NewPoster(In):
    """Scanned, a code of an Official Account leads into the room, or into `channel`; one of a mini-program holds an
    invitation for a thousand people. `language` is that of the words on it."""

    appid: Id
    channel: Id | None = None
    days: Annotated[int, Meta(ge=1, le=30)] = 30
    language: Literal["zh", "en"] = "zh"


class PosterView(Out):
    """`svg` is for print, `png` (in base64) for phones; null where the house has no font with Chinese characters.
    `url` is what the code says; empty for a mini-program's, which WeChat draws."""

    name: str
    url: str
    expires_at: int
    svg: str
    png: str | None


def draw(ask: Ask, room: str, body: NewPoster) -> PosterView:
    """Raises Refused: not_found, forbidden where WeChat does not let the account make codes, unavailable."""
    find(ask, room)
    account = api_accounts.find(ask, body.appid)
    if body.channel is not None and api_channels.find(ask, body.channel).room != room:
        raise Refused(Code.NOT_FOUND)
    poster, url, until = (_official if account.kind == Kind.OFFICIAL_ACCOUNT else _mini_program)(
        ask, account, room, body)
    drawn = posters.png(poster)
    return PosterView(name=" · ".join(filter(None, (poster.title, poster.under))), url=url, expires_at=until * 1000,
                      svg=posters.svg(poster), png=base64.b64encode(drawn).decode() if drawn else None)


def _official(ask: Ask, account: Account, room: str, body: NewPoster) -> tuple[Poster, str, int]:
    made = ways_in.official(ask.store, ask.settings.wechat_api_url, ask.settings.secret_key or "", account.appid,
                            body.channel or room, body.days)
    poster = ways_in.poster(made.room, made.channel, made.url, Kind.OFFICIAL_ACCOUNT, made.expires_at, body.language)
    return poster, made.url, made.expires_at


def _mini_program(ask: Ask, account: Account, room: str, body: NewPoster) -> tuple[Poster, str, int]:
    until = ask.store.clock.now() // 1000 + body.days * ways_in.DAY
    name, picture = ways_in.mini_program(ask.store, ask.settings.wechat_api_url, ask.actor, account.appid, room, PAGE,
                                         body.days)
    return ways_in.poster(name, "", picture, Kind.MINI_PROGRAM, until, body.language), "", until
