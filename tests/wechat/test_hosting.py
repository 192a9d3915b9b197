"""Inside WeChat's own hosting: unsigned pushes of the accounts that are named, and calls without a token."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from tests.cast import opened
from tests.wechat.stage import Stage, WeChat, openid, set_stage, xml
from wechat.platform import hosting
from wechat.platform.client import PLATFORM, Adapter, Client
from wechat.platform.sending import State, send_text
from wechat.platform.token import Credentials, SharedTokens

HOSTED = "wxhosted0000000000"
INNER = {hosting.SOURCE: "wx_client"}
CHECKS = [b'{"action": "CheckContainerPath"}', b"<xml>\n  <action>CheckContainerPath</action>\n</xml>"]


@pytest.fixture(scope="module")
def stage(request: pytest.FixtureRequest) -> Stage:
    return set_stage(opened(request), TEAHOUSE_CLOUD_HOSTING=HOSTED)


@pytest.fixture(scope="module")
def hosted(stage: Stage) -> WeChat:
    """Its account is sealed at the ordinary door."""
    return stage.wechat(appid=HOSTED, mode="safe")


def by_inner_line(wechat: WeChat, openid: str, text: str, headers: dict[str, str], **fields: Any) -> Any:
    body = xml(wechat.fields(openid, Content=text, **fields)).encode()
    return wechat.client.post(f"/wechat/{wechat.account.appid}", data=body, headers=headers)


def test_an_unsigned_push_is_answered_in_the_clear_and_done_once(hosted: WeChat) -> None:
    mei = openid()
    first, again = (by_inner_line(hosted, mei, "加入 茶馆", INNER, MsgId=4711) for _ in range(2))
    assert "【大厅】" in first.text
    assert "<Encrypt>" not in first.text
    assert again.text == first.text


def test_without_the_mark_or_for_another_account_it_is_refused(stage: Stage, hosted: WeChat) -> None:
    assert by_inner_line(hosted, openid(), "你好", {}).status_code == 403
    assert by_inner_line(stage.wechat(), openid(), "你好", INNER).status_code == 400
    assert by_inner_line(hosted, openid(), "你好", INNER, ToUserName="gh_another").status_code == 403


def test_what_is_signed_and_sealed_still_comes_in_and_only_so(hosted: WeChat) -> None:
    mei = openid()
    assert "【大厅】" in hosted.say(mei, "加入 茶馆")
    query, body = hosted.request(hosted.fields(mei, Content="再说"))
    forged = {**query, "msg_signature": "0" * 40}
    answer = hosted.client.post(f"/wechat/{HOSTED}", query_string=forged, data=body, headers=INNER)
    assert answer.status_code == 403


@pytest.mark.parametrize("check", CHECKS)
def test_the_trial_of_the_address_is_answered_where_it_is_hosted_only(
        stage: Stage, hosted: WeChat, check: bytes) -> None:
    told = stage.wechat(data_format="json") if check[:1] == b"{" else hosted
    if told is hosted:
        answer = hosted.client.post(f"/wechat/{HOSTED}", data=check)
        assert (answer.status_code, answer.text) == (200, "success")
    else:
        assert told.client.post(f"/wechat/{told.account.appid}", data=check, headers=INNER).status_code == 400


@pytest.fixture
def beside() -> Iterator[tuple[str, list[str]]]:
    """What stands beside the container: it would put the token in."""
    asked: list[str] = []

    class Beside(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            asked.append(self.path)
            body = b'{"errcode":0,"errmsg":"ok"}'
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Beside)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()


def test_what_its_owner_asks_of_wechat_goes_without_a_token(
        stage: Stage, beside: tuple[str, list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    base, asked = beside
    monkeypatch.setattr(hosting, "own", (HOSTED,))
    tokens = SharedTokens(stage.store.live, Credentials(HOSTED, "never sent"), base)
    assert send_text(Client(HOSTED, tokens, base), openid(), "你好").state is State.SENT
    assert asked == ["/cgi-bin/message/custom/send"]
    ways = {appid: Client(appid, tokens, PLATFORM)._http.get_adapter(PLATFORM) for appid in (HOSTED, "wxanother")}
    assert {appid: way._base for appid, way in ways.items() if isinstance(way, Adapter)} == {
        HOSTED: "http://api.weixin.qq.com", "wxanother": PLATFORM}
