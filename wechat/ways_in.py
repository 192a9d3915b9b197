"""Codes that lead into a room or channel: scanned by a newcomer, they follow and are in, in one step."""

from __future__ import annotations

from typing import NamedTuple

from rooms import accounts, ids, invitations
from rooms.accounts import Account
from rooms.denials import Feature
from rooms.errors import Code, Refused
from rooms.moderation import Actor
from rooms.record import Connection, channels, rooms
from rooms.store import Store
from wechat import scenes
from wechat.platform import codes
from wechat.platform.features import attempt, client

DAY = 86_400


class WayIn(NamedTuple):
    """What the code says, and until when (seconds) it leads in."""

    name: str
    url: str
    ticket: str
    expires_at: int


def official(store: Store, base: str, secret_key: str, appid: str, place: str, days: int = 30) -> WayIn:
    """A code of the Official Account, for at most 30 days.

    Raises Refused: not_found, bad_frame, forbidden where WeChat does not let the account make codes, unavailable.
    """
    account, name = _meant(store, appid, place, "official_account")
    if not 1 <= days <= codes.LONGEST_SECONDS // DAY:
        raise Refused(Code.BAD_FRAME, f"days: 1 to {codes.LONGEST_SECONDS // DAY}")
    expires_at = store.clock.now() // 1000 + days * DAY
    scene = scenes.sign(secret_key, appid, place, expires_at)
    made = attempt(store, account, Feature.QR_CODES,
                   lambda: codes.qr_code(client(store, base, account), scene, days * DAY))
    return WayIn(name, made.url, made.ticket, expires_at)


def mini_program(store: Store, base: str, actor: Actor, appid: str, room: str, page: str, days: int = 30,
                 uses: int = 1_000) -> tuple[str, bytes]:
    """The name of the room and the picture of a mini-program's code whose scene is an invitation.

    Raises Refused as `official` does, and what `invitations.make` does.
    """
    account, name = _meant(store, appid, room, "mini_program")
    made = invitations.make(store, actor, room, days * DAY, uses)
    picture = attempt(store, account, Feature.MINI_CODES,
                      lambda: codes.mini_code(client(store, base, account), made.code, page))
    return name, picture


def _meant(store: Store, appid: str, place: str, kind: str) -> tuple[Account, str]:
    account = accounts.of(store, appid)
    if account is None or account.kind != kind:
        raise Refused(Code.NOT_FOUND, f"no {kind.replace('_', ' ')} {appid}")
    room = ids.room_of(place) if ids.is_channel(place) else place

    def look(connection: Connection) -> tuple[rooms.Room | None, channels.Channel | None]:
        return rooms.one(connection, room), channels.one(connection, place) if ids.is_channel(place) else None

    found, channel = store.record.read(look)
    if found is None or found.organization != account.organization or (ids.is_channel(place) and channel is None):
        raise Refused(Code.NOT_FOUND, f"no room or channel {place} in the account's organization")
    return account, f"{found.name} · {channel.name}" if channel else found.name
