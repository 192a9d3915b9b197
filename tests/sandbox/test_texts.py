"""Short messages that reach phones."""

from __future__ import annotations

import pytest
import requests

from tests.needs import needs
from tests.sandbox.browser import Browser
from tests.sandbox_client import Sandbox


def send(wechat: Sandbox, **order: object) -> requests.Response:
    return requests.post(f"{wechat.url}/sms/send", json=order, timeout=60)


def test_an_sms_reaches_its_number(wechat: Sandbox) -> None:
    first = send(wechat, phone="+8613812345678", text="验证码 123456").json()["id"]
    send(wechat, phone="+8613900000000", text="another")
    assert [(each["text"], str(each["number"])) for each in wechat.sms("+8613812345678")] == [("验证码 123456", first)]
    assert len(wechat.sms()) == 2
    assert wechat.sms(after=wechat.sms()[-1]["number"], wait_seconds=0) == []


@pytest.mark.parametrize("order", [{}, {"phone": "13812345678", "text": "x"}, {"phone": "+8613812345678", "text": ""},
                                   {"phone": "+8613812345678", "text": "长" * 501}, {"phone": 1, "text": "x"}])
def test_what_is_no_sms_is_refused(wechat: Sandbox, order: dict[str, object]) -> None:
    assert send(wechat, **order).status_code == 400
    assert requests.post(f"{wechat.url}/sms/send", data=b"[", timeout=60).status_code == 400


def test_trouble_can_be_ordered(wechat: Sandbox) -> None:
    wechat.inject("/sms/send", http_status=503)
    assert send(wechat, phone="+8613812345678", text="lost").status_code == 503
    wechat.inject("/sms/send", drop_after_effect=True)
    assert send(wechat, phone="+8613812345678", text="arrives").status_code == 504
    assert [each["text"] for each in wechat.sms()] == ["arrives"]


def test_the_page_shows_it(wechat: Sandbox, tmp_path: object) -> None:
    with Browser(needs("chromium"), tmp_path) as browser:  # type: ignore[arg-type]
        browser.go(wechat.url)
        browser.wait_for("document.querySelector('#backstage .texts .hint')")
        browser.wait_for("document.documentElement.dataset.listening")
        send(wechat, phone="+8613812345678", text="【茶馆】<b>123456</b>")
        browser.wait_for("document.querySelector('#backstage .texts li')?.textContent.includes('<b>123456</b>')")
