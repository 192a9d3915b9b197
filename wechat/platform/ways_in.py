"""Codes that lead into a room or channel: scanned by a newcomer, they follow and are in, in one step."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import NamedTuple

from media.posters import Poster
from rooms import accounts, ids, invitations
from rooms.accounts import Account, Kind
from rooms.authority import Actor
from rooms.denials import Feature
from rooms.errors import Code, Refused
from rooms.record import Connection, channels, rooms
from rooms.store import Store
from wechat.platform import codes, scenes
from wechat.platform.features import attempt, client

DAY = 86_400
CHINA = timezone(timedelta(hours=8))


class WayIn(NamedTuple):
    """What the code says, and until when (seconds) it leads in. `channel` is empty where it leads into a room."""

    room: str
    channel: str
    url: str
    ticket: str
    expires_at: int

    @property
    def name(self) -> str:
        return f"{self.room} · {self.channel}" if self.channel else self.room


def official(store: Store, base: str, secret_key: str, appid: str, place: str, days: int = 30) -> WayIn:
    """A code of the Official Account, for at most 30 days.

    Raises Refused: not_found, bad_frame, forbidden where WeChat does not let the account make codes, unavailable.
    """
    account, room, channel = _meant(store, appid, place, Kind.OFFICIAL_ACCOUNT)
    if not 1 <= days <= codes.LONGEST_SECONDS // DAY:
        raise Refused(Code.BAD_FRAME, f"days: 1 to {codes.LONGEST_SECONDS // DAY}")
    expires_at = store.clock.now() // 1000 + days * DAY
    scene = scenes.sign(secret_key, appid, place, expires_at)
    made = attempt(store, account, Feature.QR_CODES,
                   lambda: codes.qr_code(client(store, base, account), scene, days * DAY))
    return WayIn(room, channel, made.url, made.ticket, expires_at)


def mini_program(store: Store, base: str, actor: Actor, appid: str, room: str, page: str, days: int = 30,
                 uses: int = 1_000) -> tuple[str, bytes]:
    """The name of the room and the picture of a mini-program's code whose scene is an invitation.

    Raises Refused as `official` does, and what `invitations.make` does.
    """
    account, name, _ = _meant(store, appid, room, Kind.MINI_PROGRAM)
    made = invitations.make(store, actor, room, days * DAY, uses)
    try:
        picture = attempt(store, account, Feature.MINI_CODES,
                          lambda: codes.mini_code(client(store, base, account), made.code, page))
    except Refused:
        invitations.revoke(store, actor, room, made.name)
        raise
    return name, picture


def poster(room: str, channel: str, code: str | bytes, kind: Kind, expires_at: int, language: str) -> Poster:
    """To hang up, for people who read Chinese (`zh`) or English; `expires_at` in seconds."""
    until = f"{datetime.fromtimestamp(expires_at, CHINA):%Y-%m-%d %H:%M}"
    official = kind is Kind.OFFICIAL_ACCOUNT
    if language == "zh":
        line = "微信扫一扫，关注就进来" if official else "微信扫一扫，打开小程序"
        return Poster(room, channel, code, line, f"{until} 前有效")
    return Poster(room, channel, code, "Scan with WeChat, follow, and you are in" if official else
                  "Scan with WeChat to open the mini-program", f"Good until {until} (China)")


def _meant(store: Store, appid: str, place: str, kind: Kind) -> tuple[Account, str, str]:
    """The account, and what room and channel are called. Raises Refused(not_found)."""
    account = accounts.of(store, appid)
    if account is None or account.kind != kind:
        raise Refused(Code.NOT_FOUND, f"no {kind.value.replace('_', ' ')} {appid}")
    room = ids.room_of(place) if ids.is_channel(place) else place

    def look(connection: Connection) -> tuple[rooms.Room | None, channels.Channel | None]:
        return rooms.one(connection, room), channels.one(connection, place) if ids.is_channel(place) else None

    found, channel = store.record.read(look)
    if found is None or found.organization != account.organization or (
            ids.is_channel(place) and (channel is None or channel.direct)):
        raise Refused(Code.NOT_FOUND, f"no room or channel {place} in the account's organization")
    return account, found.name, channel.name if channel else ""
