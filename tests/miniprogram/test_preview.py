"""`/preview/`: there where the sandbox plays WeChat, for browsers of this machine, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

import miniprogram.preview as preview
import refusals
from settings import Settings
from tests.sandbox_client import Sandbox, mini_program

HERE = {"Host": "localhost:8000"}


def page_of(wechat: str) -> FlaskClient:
    app = Flask("preview")
    refusals.register(app)
    pages = preview.blueprint(Settings.from_environment({"TEAHOUSE_WECHAT_API_URL": wechat}))
    assert pages is not None
    app.register_blueprint(pages)
    return app.test_client()


@pytest.fixture(scope="module")
def wechat() -> Iterator[Sandbox]:
    with Sandbox([mini_program()]) as sandbox:
        yield sandbox


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "index.html").write_text("<title>phones</title>", encoding="utf-8")
    monkeypatch.setattr(preview, "BUILT", tmp_path)
    return tmp_path


@pytest.fixture
def browser(wechat: Sandbox, built: Path) -> FlaskClient:
    return page_of(wechat.url)


def test_where_the_real_platform_answers_there_is_no_preview() -> None:
    settings = Settings.from_environment({"TEAHOUSE_WECHAT_API_URL": "https://api.weixin.qq.com"})
    assert preview.blueprint(settings) is None


def test_without_node_the_page_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preview, "BUILT", tmp_path / "never built")
    page = page_of("http://127.0.0.1:9").get("/preview/", headers=HERE)
    assert page.status_code == 200
    assert "make preview" in page.text
    assert "Node" in page.text


def test_the_built_page_takes_scripts_from_nowhere_else(browser: FlaskClient) -> None:
    page = browser.get("/preview/", headers=HERE)
    assert "phones" in page.text
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "script-src" not in policy
    assert "frame-ancestors 'self'" in policy


def test_a_path_does_not_lead_out_of_the_folder(browser: FlaskClient) -> None:
    for path in ("../pyproject.toml", "%2e%2e/pyproject.toml", "..%2fpyproject.toml", "/etc/passwd"):
        assert browser.get(f"/preview/{path}", headers=HERE).status_code in (308, 404), path


def test_a_phone_gets_a_code_and_is_the_same_person_again(browser: FlaskClient) -> None:
    appid = browser.get("/preview/about", headers=HERE).get_json()["appid"]
    first = code(browser, {"appid": appid, "nickname": "小满"}).get_json()
    again = code(browser, {"appid": appid, "openid": first["openid"]}).get_json()
    assert again["openid"] == first["openid"]
    assert again["code"] != first["code"]


@pytest.mark.parametrize("headers", [
    {"Host": "teahouse.example.com"}, {"Host": "localhost:8000", "Origin": "https://elsewhere.example"},
    {"Host": "localhost:8000", "Origin": "null"},
])
def test_other_sites_and_other_names_get_no_code(browser: FlaskClient, headers: dict[str, str]) -> None:
    assert code(browser, {"appid": "wx1"}, headers).status_code == 404


def test_other_machines_get_no_code(browser: FlaskClient) -> None:
    answer = browser.post("/preview/login_code", json={"appid": "wx1"}, headers=HERE,
                          environ_overrides={"REMOTE_ADDR": "192.0.2.7"})
    assert answer.status_code == 404


def test_what_is_no_order_is_refused_and_a_sandbox_that_is_away_is_said(browser: FlaskClient, built: Path) -> None:
    assert code(browser, {"appid": "wx1", "admin": True}).status_code == 400
    assert code(page_of("http://127.0.0.1:9"), {"appid": "wx1"}).get_json()["error"]["code"] == "unavailable"


def code(browser: FlaskClient, order: dict[str, Any], headers: dict[str, str] | None = None) -> Any:
    return browser.post("/preview/login_code", json=order, headers=headers or HERE)
