"""The account's menu: a button is a command, so that a touch says what a word would; or a page, or a mini-program."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rooms.errors import Code, Refused
from wechat.platform.client import CallFailed, Client

NAME_BYTES, SUB_NAME_BYTES, KEY_BYTES, URL_BYTES = 16, 60, 128, 1_024
MOST, MOST_INSIDE = 3, 5
NO_MENU = 46003
NEEDS = {"click": ("key",), "view": ("url",), "miniprogram": ("url", "appid", "pagepath")}
"""What each type must say besides its name."""

MENU: dict[str, Any] = {"button": [
    {"type": "click", "name": "更多", "key": "更多"},
    {"name": "聊天室", "sub_button": [
        {"type": "click", "name": "房间", "key": "房间"}, {"type": "click", "name": "频道", "key": "频道"},
        {"type": "click", "name": "谁在", "key": "谁在"}, {"type": "click", "name": "历史", "key": "历史"},
        {"type": "click", "name": "退出", "key": "退出"}]},
    {"type": "click", "name": "帮助", "key": "帮助"},
]}


def with_mini_program(appid: str, page: str, url: str) -> dict[str, Any]:
    """The usual menu with a way into the mini-program in place of help; `url` is for phones that know none."""
    door = {"type": "miniprogram", "name": "小程序", "appid": appid, "pagepath": page, "url": url}
    more, rooms, help_ = MENU["button"]
    last = {"name": "我", "sub_button": [door, help_]}
    return checked({"button": [more, rooms, last]})


def checked(menu: Mapping[str, Any]) -> dict[str, Any]:
    """The menu as it may be published. Raises Refused(bad_frame) with the first thing that WeChat would not take."""
    buttons = menu.get("button")
    if set(menu) != {"button"} or not isinstance(buttons, list) or not 1 <= len(buttons) <= MOST:
        raise _wrong(f"a menu is {{\"button\": […]}} with 1 to {MOST} buttons")
    for button in buttons:
        inside = button.get("sub_button") if isinstance(button, dict) else None
        if inside is None:
            _check(button, NAME_BYTES)
        else:
            _check_name(button, NAME_BYTES)
            if not isinstance(inside, list) or not 1 <= len(inside) <= MOST_INSIDE:
                raise _wrong(f"{button['name']}: 1 to {MOST_INSIDE} buttons inside")
            for one in inside:
                _check(one, SUB_NAME_BYTES)
    return dict(menu)


def publish(client: Client, menu: Mapping[str, Any] = MENU) -> None:
    """Replaces the account's menu; phones show it within five minutes. Raises CallFailed."""
    client.call(lambda wechat: wechat.menu.create(dict(menu)))


def read(client: Client) -> dict[str, Any]:
    """The menu that stands there now; without buttons where there is none. Raises CallFailed."""
    try:
        answer = client.call(lambda wechat: wechat.menu.get())
    except CallFailed as failed:
        if failed.errcode == NO_MENU:
            return {"button": []}
        raise
    found = answer.get("menu") if isinstance(answer, dict) else None
    buttons = found.get("button") if isinstance(found, dict) else None
    return {"button": buttons if isinstance(buttons, list) else []}


def remove(client: Client) -> None:
    """The account has no menu any more. Raises CallFailed."""
    client.call(lambda wechat: wechat.menu.delete())


def _check(button: Any, longest: int) -> None:
    _check_name(button, longest)
    needs: Sequence[str] = NEEDS.get(button.get("type"), ())
    if not needs:
        raise _wrong(f"{button['name']}: type: one of {', '.join(NEEDS)}")
    if set(button) != {"type", "name", *needs}:
        raise _wrong(f"{button['name']}: {button['type']} needs {', '.join(needs)}, and nothing else")
    for name in needs:
        most = KEY_BYTES if name == "key" else URL_BYTES
        if not isinstance(button[name], str) or not 1 <= len(button[name].encode()) <= most:
            raise _wrong(f"{button['name']}: {name}: 1 to {most} bytes")


def _check_name(button: Any, longest: int) -> None:
    name = button.get("name") if isinstance(button, dict) else None
    if not isinstance(name, str) or not 1 <= len(name.encode()) <= longest:
        raise _wrong(f"{str(name)[:20]}: a name has 1 to {longest} bytes here")


def _wrong(what: str) -> Refused:
    return Refused(Code.BAD_FRAME, what)
