"""The menu's buttons are commands, and the platform takes them."""

from __future__ import annotations

from typing import Any

import pytest

from rooms.errors import Refused
from tests.sandbox_client import OFFICIAL, Sandbox, official_account
from wechat.commands import Command, understand
from wechat.platform.client import Client, Tokens
from wechat.platform.menu import MENU, NAME_BYTES, SUB_NAME_BYTES, checked, publish, with_mini_program
from wechat.platform.token import Credentials, stable_token


class Fixed(Tokens):
    def __init__(self, token: str) -> None:
        self._token = token

    def get(self) -> str:
        return self._token

    def drop(self, token: str) -> None:
        raise AssertionError(token)


def buttons() -> list[tuple[dict[str, Any], int]]:
    return [(button, NAME_BYTES) for button in MENU["button"]] + [
        (sub, SUB_NAME_BYTES) for button in MENU["button"] for sub in button.get("sub_button", [])]


def test_every_key_is_a_command_and_every_name_fits() -> None:
    for button, longest in buttons():
        assert len(button["name"].encode()) <= longest
        assert "sub_button" in button or isinstance(understand(button["key"]), Command)


def test_the_platform_takes_it() -> None:
    with Sandbox([official_account()]) as wechat:
        token, _ = stable_token(wechat.url, Credentials(OFFICIAL, "official-secret"))
        publish(Client(OFFICIAL, Fixed(token), wechat.url))
        assert wechat.menu() is not None


@pytest.mark.parametrize(("given", "wrong"), [
    ({}, "1 to 3 buttons"), ({"button": []}, "1 to 3 buttons"), ({"button": [{"name": "啊" * 6}]}, "bytes"),
    ({"button": [{"type": "click", "name": "好"}]}, "needs key"), ({"button": [{"type": "warp", "name": "好"}]},
                                                              "type"),
    ({"button": [{"name": "好", "sub_button": []}]}, "1 to 5"),
    ({"button": [{"type": "view", "name": "好", "url": "x" * 1025}]}, "1024 bytes")])
def test_a_menu_that_wechat_would_refuse_is_refused_with_its_reason(given: dict[str, Any], wrong: str) -> None:
    with pytest.raises(Refused, match=wrong):
        checked(given)


def test_the_usual_menus_are_sound() -> None:
    assert checked(MENU) == MENU
    assert with_mini_program("wx1", "pages/room/room", "https://example.com/")["button"][2]["name"] == "我"
