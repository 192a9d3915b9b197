"""`/accounts/…/menu` and `/quotas`: what an account shows, and what it may still send."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from console.api_accounts import find
from console.asking import Ask, Done, In, Out
from rooms import auditing, denials
from rooms.accounts import Account, Kind
from rooms.denials import Feature
from rooms.errors import Code, Refused
from wechat.platform import features, menu, quotas

Short = Annotated[str, Meta(max_length=256)]
Long = Annotated[str, Meta(max_length=menu.URL_BYTES)]


class Button(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """`click` says its `key`, as if it was typed; `view` opens `url`; `miniprogram` opens a page of one, or `url` on
    phones that know none. What holds others has no type."""

    name: Short
    type: Short = ""
    key: Short = ""
    url: Long = ""
    appid: Short = ""
    pagepath: Long = ""


class TopButton(Button):
    sub_button: Annotated[list[Button], Meta(max_length=menu.MOST_INSIDE)] = []


class MenuView(Out):
    """`usual` is what the house proposes. `button` is empty where there is none."""

    button: list[TopButton]
    usual: list[TopButton]


class SetMenu(In):
    """Empty: the account has no menu any more."""

    button: Annotated[list[TopButton], Meta(max_length=menu.MOST)]


class QuotaView(Out):
    """`used` of `most` until `ends_at`. Nothing goes before `stopped_until` (0: nothing hinders it); `alarm` says what
    somebody has to do."""

    way: str
    used: int
    most: int
    left: int
    ends_at: int
    stopped_until: int
    alarm: str


class OffView(Out):
    """What WeChat does not allow the account."""

    feature: str
    errcode: int
    detail: str
    at: int


class QuotasView(Out):
    quotas: list[QuotaView]
    off: list[OffView]


class Lift(In):
    feature: Feature


def shown(ask: Ask, appid: str) -> MenuView:
    """As it stands at WeChat now. Raises Refused: forbidden where WeChat does not allow menus, unavailable."""
    account = _official(ask, appid)
    found = _attempt(ask, account, menu.read)
    return MenuView(button=_buttons(found), usual=_buttons(menu.MENU))


def publish(ask: Ask, appid: str, body: SetMenu) -> Done:
    """Phones show it within five minutes."""
    account = _official(ask, appid)
    wanted = msgspec.to_builtins(body.button)
    if wanted:
        _attempt(ask, account, partial(menu.publish, menu=menu.checked({"button": wanted})))
    else:
        _attempt(ask, account, menu.remove)
    ask.store.record.write(lambda c: auditing.note(
        c, ask.store, ask.actor, ask.organization, "menu", reason=appid, after={"button": wanted}))
    return Done()


def quotas_of(ask: Ask, appid: str) -> QuotasView:
    find(ask, appid)
    found = quotas.of_account(ask.store, ask.actor, appid)
    return QuotasView(quotas=[QuotaView(**one._asdict()) for one in found.quotas], off=[
        OffView(feature=one.feature, errcode=one.errcode, detail=one.detail, at=one.at) for one in found.off])


def lift(ask: Ask, appid: str, body: Lift) -> QuotasView:
    """The account was verified meanwhile, say: the next use asks WeChat again."""
    find(ask, appid)
    if denials.lift(ask.store, appid, body.feature):
        ask.store.record.write(lambda c: auditing.note(
            c, ask.store, ask.actor, ask.organization, "feature_on", reason=appid, after={"feature": body.feature}))
    return quotas_of(ask, appid)


def _official(ask: Ask, appid: str) -> Account:
    account = find(ask, appid)
    if account.kind != Kind.OFFICIAL_ACCOUNT:
        raise Refused(Code.BAD_FRAME, "only an Official Account has a menu")
    return account


def _attempt(ask: Ask, account: Account, act: Any) -> Any:
    client = features.client(ask.store, ask.settings.wechat_api_url, account)
    return features.attempt(ask.store, account, Feature.MENU, partial(act, client))


def _buttons(found: dict[str, Any]) -> list[TopButton]:
    """What the house does not know of a button that somebody made elsewhere is left out."""
    known = {*Button.__struct_fields__}

    def plain(button: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in button.items() if name in known and isinstance(value, str)}

    return [msgspec.convert({**plain(one), "sub_button": [plain(each) for each in _inside(one)]}, TopButton)
            for one in found["button"]]


def _inside(button: dict[str, Any]) -> list[dict[str, Any]]:
    """WeChat's answer wraps them in another list where it comes from the old call."""
    inside = button.get("sub_button") or []
    return inside.get("list", []) if isinstance(inside, dict) else inside
