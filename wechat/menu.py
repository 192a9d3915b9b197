"""The account's menu: each button is a command, so that a touch says what a word would."""

from __future__ import annotations

from typing import Any

from wechat.platform.client import Client

NAME_BYTES, SUB_NAME_BYTES = 16, 60

MENU: dict[str, Any] = {"button": [
    {"type": "click", "name": "更多", "key": "更多"},
    {"name": "聊天室", "sub_button": [
        {"type": "click", "name": "房间", "key": "房间"}, {"type": "click", "name": "频道", "key": "频道"},
        {"type": "click", "name": "谁在", "key": "谁在"}, {"type": "click", "name": "历史", "key": "历史"},
        {"type": "click", "name": "退出", "key": "退出"}]},
    {"type": "click", "name": "帮助", "key": "帮助"},
]}


def publish(client: Client) -> None:
    """Replaces the account's menu; phones show it within five minutes. Raises CallFailed."""
    client.call(lambda wechat: wechat.menu.create(MENU))
