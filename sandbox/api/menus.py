"""The menu below an Official Account's chat."""

from typing import Any

from sandbox import limits
from sandbox.api.wire import OK, Answer, Call, endpoint
from sandbox.errors import Refusal

NEEDS = {
    "click": ("key",),
    "view": ("url",),
    "miniprogram": ("url", "appid", "pagepath"),
    "scancode_push": ("key",),
    "scancode_waitmsg": ("key",),
    "pic_sysphoto": ("key",),
    "pic_photo_or_album": ("key",),
    "pic_weixin": ("key",),
    "location_select": ("key",),
    "media_id": ("media_id",),
    "view_limited": ("media_id",),
    "article_id": ("article_id",),
    "article_view_limited": ("article_id",),
}


@endpoint("/cgi-bin/menu/create")
def create(call: Call) -> Answer:
    """Replace the menu, if every button keeps the rules."""
    buttons = call.body.get("button")
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= limits.MENU_BUTTONS:
        raise Refusal(40016)
    for button in buttons:
        check_button(button)
    call.account.menu = buttons
    call.world.journal.add(call.account.appid, "", "menu", call.now, {"menu": buttons})
    return OK


@endpoint("/cgi-bin/menu/get", method="GET")
def get(call: Call) -> Answer:
    """The menu, or 46003."""
    if call.account.menu is None:
        raise Refusal(46003)
    return {"menu": {"button": call.account.menu}}


@endpoint("/cgi-bin/menu/delete", method="GET")
def delete(call: Call) -> Answer:
    """Take the menu away."""
    call.account.menu = None
    call.world.journal.add(call.account.appid, "", "menu", call.now, {"menu": []})
    return OK


def check_button(button: Any) -> None:
    """A first-level button: an action, or one to five buttons below it."""
    name_of(button, limits.MENU_NAME_BYTES, 40018)
    below = button.get("sub_button")
    if not below:
        check_action(button, 40017, 40019, 40020)
        return
    if not isinstance(below, list) or len(below) > limits.MENU_SUB_BUTTONS:
        raise Refusal(40023)
    for each in below:
        name_of(each, limits.MENU_SUB_NAME_BYTES, 40025)
        check_action(each, 40024, 40026, 40027)


def name_of(button: Any, most: int, code: int) -> None:
    """A name of the right length, without `\\uXXXX` in it."""
    name = button.get("name") if isinstance(button, dict) else None
    if not isinstance(name, str) or not 1 <= len(name.encode()) <= most:
        raise Refusal(code)
    if "\\u" in name:
        raise Refusal(40033)


def check_action(button: dict[str, Any], bad_type: int, bad_key: int, bad_url: int) -> None:
    """What a button of its type needs."""
    kind = button.get("type")
    if not isinstance(kind, str) or kind not in NEEDS:
        raise Refusal(bad_type)
    sizes = {"key": (limits.MENU_KEY_BYTES, bad_key), "url": (limits.MENU_URL_BYTES, bad_url)}
    for name in NEEDS[kind]:
        most, code = sizes.get(name, (limits.MENU_URL_BYTES, 40035))
        value = button.get(name)
        if not isinstance(value, str) or not 1 <= len(value.encode()) <= most:
            raise Refusal(code)
