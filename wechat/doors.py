"""A follower's phone, and their knocking at rooms where somebody has to say yes."""

from __future__ import annotations

from rooms import identities, phones, requests, rooms
from rooms import ids as room_ids
from rooms.errors import Code, Refused
from rooms.phones import WrongCodeError
from rooms.store import Store
from sms import sending
from sms.provider import Provider
from wechat.digest import shown_name
from wechat.followers import Follower


def bind(store: Store, provider: Provider | None, follower: Follower, number: str) -> str:
    """绑定 手机号: a code is on its way. Raises Refused."""
    if provider is None:
        return follower.words.no_sms()
    try:
        asked = phones.ask_code(store, follower.person, number)
    except Refused as refused:
        if refused.code is Code.BAD_FRAME:
            return follower.words.no_phone()
        if refused.code is Code.RATE_LIMITED:
            return follower.words.sms_later(refused.retry_after_seconds or 0)
        raise
    sending.send_soon(store, provider, asked.sms)
    return follower.words.code_sent(phones.masked(phones.normal(number)))


def verify(store: Store, follower: Follower, code: str) -> str:
    """验证 123456: the number is theirs; who showed the same in the mini-program is the same person. Raises Refused."""
    try:
        bound = phones.verify(store, follower.person, code)
    except WrongCodeError as wrong:
        return follower.words.wrong_code(wrong.tries_left)
    except Refused as refused:
        if refused.code is Code.EXPIRED:
            return follower.words.code_over()
        raise
    if bound.user != follower.person.id:
        person = identities.follower(store, follower.account, follower.openid)
        follower.rename(person, store.clock.now())
    name = shown_name(follower.person.name) if bound.merged else ""
    return follower.words.bound(bound.phone, name)


def knock(store: Store, follower: Follower, place: str, refused: Refused) -> str:
    """Asks to be let in where that is the way, and tells how it stands. Raises what was refused where it is not."""
    room = room_ids.room_of(place) if room_ids.is_channel(place) else place
    try:
        asked = requests.ask(store, follower.person, room)
    except Refused as no:
        if no.code is Code.RATE_LIMITED:
            return follower.words.declined(_name(store, follower, room), _reason(store, follower, room))
        if no.code is Code.BAD_FRAME:
            raise refused from None
        raise
    return follower.words.knocked(_name(store, follower, asked.room))


def _name(store: Store, follower: Follower, room: str) -> str:
    seen = rooms.visible(store, follower.person)
    return next((shown_name(view.name) for view in seen if view.id == room), "")


def _reason(store: Store, follower: Follower, room: str) -> str:
    return next((one.reason for one in requests.of(store, follower.person) if one.room == room), "")
