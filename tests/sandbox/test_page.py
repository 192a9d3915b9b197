"""The page that a newcomer opens."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.needs import needs
from tests.sandbox.browser import Browser
from tests.sandbox.conftest import House, replying
from tests.sandbox_client import ROOT, Sandbox

PAGE = Path(ROOT, "sandbox", "page")
SCRIPTS = sorted(PAGE.glob("*.js"))
NOT_ASKED_FOR = ("http://www.w3.org/", "https://example.com/")


def test_the_page_and_its_parts_are_served_and_nothing_comes_from_elsewhere(wechat: Sandbox) -> None:
    page = requests.get(wechat.url, timeout=60)
    assert "default-src 'self'" in page.headers["Content-Security-Policy"]
    for part in re.findall(r'(?:src|href)="(/page/[^"]+)"', page.text):
        assert requests.get(wechat.url + part, timeout=60).status_code == 200
    assert requests.get(wechat.url + "/page/../__main__.py", timeout=60).json()["errcode"] == 40066


@pytest.mark.parametrize("file", sorted(PAGE.iterdir()), ids=lambda file: file.name)
def test_no_file_of_the_page_names_another_address(file: Path) -> None:
    for address in re.findall(r"https?://[^\s\"'`)]*", file.read_text("utf-8")):
        assert address.startswith(NOT_ASKED_FOR), address


def test_every_word_of_the_page_exists_in_both_languages() -> None:
    words = (PAGE / "words.js").read_text("utf-8")
    known = dict(re.findall(r'^  (\w+): \[\s*("[^"]*",\s*"[^"]*")', words, re.MULTILINE))
    used = set(re.findall(r'data-t="(\w+)"', (PAGE / "phone.html").read_text("utf-8")))
    for script in SCRIPTS:
        used |= set(re.findall(r'\bt\("(\w+)"\)', script.read_text("utf-8")))
    used |= set(re.findall(r'did\("(\w+)"', Path(ROOT, "sandbox", "followers.py").read_text("utf-8"))) - {""}
    missing = {name for name in used if name not in known and f"{name}_act" not in known}
    assert not missing


@pytest.fixture
def browser(wechat: Sandbox, tmp_path: Path) -> Iterator[Browser]:
    with Browser(needs("chromium"), tmp_path) as browser:
        browser.go(wechat.url)
        yield browser


def test_a_newcomer_follows_and_talks(wechat: Sandbox, house: House, browser: Browser) -> None:
    house.answer = replying(Content="请坐，喝茶")
    browser.click("#followers .primary")
    browser.wait_for("document.querySelector('#followers .bubble')?.textContent === '请坐，喝茶'")
    browser.run("document.querySelector('#followers .composer input').value = '<b>你好</b>'")
    browser.run("document.querySelector('#followers .composer').requestSubmit()")
    browser.wait_for("document.querySelector('#followers .mine .bubble')?.textContent === '<b>你好</b>'")
    assert wechat.pushes()[-1]["fields"]["Content"] == "<b>你好</b>"


def test_a_second_person_has_a_phone_of_their_own(wechat: Sandbox, house: House, browser: Browser) -> None:
    browser.click("#followers .primary")
    browser.wait_for("document.querySelector('#followers .talk')")
    browser.click("#followers .plus")
    browser.wait_for("document.querySelectorAll('#followers .phone').length === 2")
    browser.click("#followers .phone:not([hidden]) .primary")
    browser.wait_for("document.querySelectorAll('#followers .talk').length === 2")
    assert len({each["openid"] for each in wechat.pushes()}) == 2


def test_calls_go_wrong_and_events_happen_by_the_page(wechat: Sandbox, house: House, browser: Browser) -> None:
    browser.click("#followers .primary")
    browser.wait_for("document.querySelector('#followers .talk')")
    browser.wait_for("document.querySelectorAll('.mischief option').length > 40")
    browser.run("document.querySelector('.mischief').open = true")
    browser.click("#inject")
    browser.wait_for("document.querySelectorAll('.mischief .waiting li').length === 1")
    assert wechat.get("/inject")["waiting"][0]["http_status"] == 500
    browser.click("#raise")
    browser.wait_for("document.querySelector('#backstage .log').textContent.includes('LOCATION')")
    assert wechat.pushes()[-1]["fields"]["Event"] == "LOCATION"


def test_an_apology_of_the_platform_is_seen(wechat: Sandbox, house: House, browser: Browser) -> None:
    house.answer = lambda _received: (200, b"oops")
    browser.click("#followers .primary")
    browser.wait_for("document.querySelector('#followers .note')?.textContent.length > 0")
    browser.wait_for("document.querySelector('#followers').textContent.includes('该公众号暂时无法提供服务')")
    browser.wait_for("document.querySelector('#backstage .bad')")


def test_a_mini_program_user_is_told_when_the_house_is_away(wechat: Sandbox, house: House, browser: Browser) -> None:
    house.answer = lambda _received: (503, b'{"error":{"code":"unavailable","message":"away"}}')
    browser.click("#users .primary")
    browser.wait_for("document.querySelector('#users [role=alert]')?.textContent.length > 0")
    sent = house.received[-1]
    assert sent.path == "/api/v1/login"
    assert set(json.loads(sent.body)) == {"appid", "code"}
