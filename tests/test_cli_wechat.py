"""What an operator does about an Official Account, by command, against the sandbox."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from commands.opening import opened
from rooms import accounts, identities
from settings import Settings
from tests.sandbox_client import Sandbox
from tests.test_cli import Teahouse, teahouse, var

__all__ = ["teahouse", "var"]


def test_menus_codes_and_reasons_by_command(teahouse: Teahouse, monkeypatch: pytest.MonkeyPatch,
                                            tmp_path: Path) -> None:
    demo = json.loads(teahouse("init", "--demo", "--json"))
    appid, room = demo["official_account"]["appid"], demo["rooms"][0]["id"]
    with opened(Settings.from_environment()) as store:
        account = accounts.of(store, appid)
        assert account is not None
        mei = identities.follower(store, account, "o_mei_of_the_command_line")
        secret = account.secret
    given = {"kind": "official_account", "appid": appid, "secret": secret, "token": account.token}
    with Sandbox([{**given, "encoding_aes_key": account.aes_key}]) as wechat:
        monkeypatch.setenv("TEAHOUSE_WECHAT_API_URL", wechat.url)
        assert json.loads(teahouse("menu", "publish", "--json")) == {"published": [appid]}
        code = json.loads(teahouse("qr", room, "--out", str(tmp_path / "door.svg"), "--json"))
        assert code["url"].startswith("http://weixin.qq.com/q/")
        assert "茶馆" in (tmp_path / "door.svg").read_text("utf-8")
        assert "no room or channel" in teahouse("qr", "r_0123456789", status=1)
        found = json.loads(teahouse("explain-delivery", "o_mei_of_the_command_line", "--json"))
        assert (found["user"], found["now"]) == (mei.id, [])
        assert mei.id in teahouse("explain-delivery", mei.id)
        assert "nobody is" in teahouse("explain-delivery", "u_nobody", status=1)
    assert teahouse("account", "rotate", appid, "--token", "NEWTOKEN") == appid
    assert "name what is new" in teahouse("account", "rotate", appid, status=1)
    assert teahouse("account", "allow", appid, "menu") == appid
