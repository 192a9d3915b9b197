"""Who writes in a mini-program's customer-service session is answered with a card that leads into the rooms."""

from __future__ import annotations

import io
import logging
from typing import TYPE_CHECKING

from rooms import accounts, identities, rooms
from rooms.accounts import Account
from rooms.errors import Refused
from rooms.store import Store
from wechat.platform.client import CallFailed, Client
from wechat.platform.token import Credentials, SharedTokens

if TYPE_CHECKING:
    from settings import Settings

log = logging.getLogger(__name__)

HINT = "session"
A_ROUND = 100
AGAIN_SECONDS = 600
"""One card in this time is enough for anybody."""
PICTURE_MS = 2 * 86_400_000
"""WeChat keeps an uploaded picture for three days."""
PAGE = "pages/rooms/rooms"


def answer(store: Store, settings: Settings) -> int:
    """One round; returns how many cards were sent. One that fails is not sent again: they are there to write more."""
    sent = 0
    for hint in store.live.hinted(HINT, A_ROUND):
        appid, _, openid = hint.partition(" ")
        account = accounts.of(store, appid)
        if account is not None and store.live.once(f"card:{appid}:{openid}", AGAIN_SECONDS):
            sent += _card(store, settings.wechat_api_url, account, openid)
    return sent


def _card(store: Store, base: str, account: Account, openid: str) -> bool:
    client = Client(account.appid, SharedTokens(store.live, Credentials(account.appid, account.secret), base), base)
    try:
        person = identities.sign_in(store, account, openid)
        first = next(iter(rooms.visible(store, person)), None)
        card = {"title": first.name if first else "茶馆", "pagepath": PAGE, "thumb_media_id": _picture(store, client)}
        body = {"touser": openid, "msgtype": "miniprogrampage", "miniprogrampage": card}
        client.call(lambda wechat: wechat.post("message/custom/send", data=body))
    except (CallFailed, Refused) as failed:
        log.warning("a card was not sent appid=%s: %s", account.appid, failed)
        return False
    return True


def _picture(store: Store, client: Client) -> str:
    """Uploaded once for many cards."""
    name = store.live.name("card-picture", client.appid)
    known = store.live.get(name)
    if known:
        return known.decode()
    answer = client.call(lambda wechat: wechat.media.upload("image", ("card.png", _leaf(), "image/png")))
    media_id = str(answer.get("media_id", "")) if isinstance(answer, dict) else ""
    if not media_id:
        raise CallFailed(None, "the picture was not taken")
    store.live.set(name, media_id, px=PICTURE_MS)
    return media_id


def _leaf() -> bytes:
    """A plain tea leaf."""
    from PIL import Image, ImageDraw

    page = Image.new("RGB", (520, 416), "#fffdf7")
    draw = ImageDraw.Draw(page)
    draw.chord((130, 60, 390, 356), 45, 225, fill="#5b8c5a")
    draw.chord((130, 60, 390, 356), 225, 45, fill="#1f3d2b")
    out = io.BytesIO()
    page.save(out, "PNG")
    return out.getvalue()
