"""The menu's buttons are commands, and the platform takes them."""

from __future__ import annotations

from typing import Any

from tests.sandbox_client import OFFICIAL, Sandbox, official_account
from wechat.commands import Command, understand
from wechat.menu import MENU, NAME_BYTES, SUB_NAME_BYTES, publish
from wechat.platform.client import Client, Tokens
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
