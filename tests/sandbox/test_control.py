"""The control API's own manners, and the program as a whole."""

import ast
import http.client
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from tests.sandbox.conftest import Api, House
from tests.sandbox_client import MINI, OFFICIAL, ROOT, Sandbox, official_account

FOLDERS_OF_OURS = {"rooms", "wechat", "miniprogram", "console", "tasks", "app", "settings", "cli", "processes"}


def test_the_sandbox_imports_nothing_of_the_house() -> None:
    for file in Path(ROOT, "sandbox").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not {name.split(".")[0] for name in names} & FOLDERS_OF_OURS, file


def test_a_page_of_another_site_may_not_give_orders(wechat: Sandbox) -> None:
    for headers in ({"Origin": "https://example.com"}, {"Origin": "null"}, {"Host": "example.com"}):
        for path in ("/control/accounts", "/house/api/v1/me"):
            assert requests.get(wechat.url + path, headers=headers, timeout=60).status_code == 403


def test_secrets_are_not_shown(wechat: Sandbox) -> None:
    shown = requests.get(wechat.url + "/control/accounts", timeout=60).text
    assert OFFICIAL in shown
    assert "official-secret" not in shown


def test_an_account_may_come_later_and_be_changed(wechat: Sandbox) -> None:
    wechat.add_account(kind="official_account", appid="wxaaaaaaaaaaaaaaaa", secret="s", callback_url="http://x/")
    alice = wechat.follower()
    wechat.add_account(**official_account(name="新名字"))
    assert wechat.person(alice)["subscribed"]
    with pytest.raises(RuntimeError, match="43 letters"):
        wechat.add_account(**official_account(mode="safe", encoding_aes_key="short"))


def test_a_person_is_found_again_by_openid_and_belongs_to_one_account(wechat: Sandbox) -> None:
    alice = wechat.follower(nickname="小爱")
    assert wechat.follower(openid=alice, follow=False) == alice
    with pytest.raises(RuntimeError, match="another account"):
        wechat.follower(MINI, openid=alice, follow=False)


def test_the_outbox_can_be_waited_for(wechat: Sandbox, api: Api) -> None:
    alice = wechat.follower()
    assert wechat.outbox(alice, wait_seconds=0.05) == []
    api.send(alice, "来了")
    assert [each["text"] for each in wechat.wait_for(alice, "customer_message")] == ["来了"]


def test_only_the_house_s_api_is_passed_on(wechat: Sandbox, house: House) -> None:
    house.answer = lambda _received: (200, b"{}")
    passed = requests.get(wechat.url + "/house/api/v1/rooms?limit=3", timeout=60)
    assert passed.status_code == 200
    assert (house.received[-1].path, house.received[-1].query) == ("/api/v1/rooms", {"limit": "3"})
    assert requests.get(wechat.url + "/house/metrics", timeout=60).json()["errcode"] == 40066
    for path in ("/house/api/v1/../../metrics", "/house/api/v1/%2e%2e/%2e%2e/metrics"):
        connection = http.client.HTTPConnection(wechat.url.removeprefix("http://"), timeout=60)
        connection.request("GET", path)
        assert connection.getresponse().status == 404
        connection.close()


def test_a_wrong_accounts_file_is_named(tmp_path: Path) -> None:
    file = tmp_path / "accounts.json"
    file.write_text('{"accounts":[{"kind":"teapot","appid":"wx1","secret":"s"}]}', "utf-8")
    command = [sys.executable, "-m", "sandbox", "--port", "0", "--accounts", str(file)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1
    assert "kind is official_account or mini_program" in ended.stderr
