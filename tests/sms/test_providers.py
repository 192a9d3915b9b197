"""Each way of sending an SMS, against a server on this machine that answers as the provider's documents say.

Neither cloud was ever reached from here: that the real services answer like this is their documents' word, not ours.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from rooms.errors import Misconfigured
from settings import Settings
from sms.provider import Provider, chosen
from tests.sandbox_client import Sandbox

NUMBER = "+8613812345678"
USUAL = {"TEAHOUSE_SMS_KEY_ID": "key-id", "TEAHOUSE_SMS_KEY_SECRET": "key-secret", "TEAHOUSE_SMS_APP": "1400006666",
         "TEAHOUSE_SMS_SIGN": "茶馆", "TEAHOUSE_SMS_TEMPLATE": "SMS_449739"}


class Cloud:
    """What it was asked, and what it answers."""

    def __init__(self) -> None:
        self.url = ""
        self.asked: list[dict[str, Any]] = []
        self.answer: tuple[int, Any] = (200, {})


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    cloud = Cloud()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            query = {name: value[0] for name, value in parse_qs(urlsplit(self.path).query).items()}
            cloud.asked.append({"headers": dict(self.headers), "body": body, "query": query})
            status, answer = cloud.answer
            content = json.dumps(answer).encode()
            if status == 0:
                self.connection.close()
                return
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_words: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    cloud.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield cloud
    server.shutdown()
    server.server_close()


def provider(name: str, url: str, **more: str) -> Provider:
    found = chosen(Settings.from_environment({
        **USUAL, "TEAHOUSE_SMS_PROVIDER": name, "TEAHOUSE_SMS_API_URL": url, **more}))
    assert found is not None
    return found


def tencent(code: str) -> Any:
    return {"Response": {"RequestId": "r", "SendStatusSet": [{
        "SerialNo": "5000:1045710669157053657849499619", "PhoneNumber": NUMBER, "Fee": 1, "SessionContext": "",
        "Code": code, "Message": "send success", "IsoCode": "CN"}]}}


def test_nothing_can_be_sent_unless_a_provider_is_chosen() -> None:
    assert chosen(Settings.from_environment({})) is None


@pytest.mark.parametrize("name", ["tencent", "aliyun"])
def test_a_provider_without_its_settings_stops_the_start(name: str) -> None:
    for missing in USUAL:
        environ = {key: value for key, value in USUAL.items() if key != missing}
        if name == "aliyun" and missing == "TEAHOUSE_SMS_APP":
            continue
        with pytest.raises(Misconfigured, match=f"^{missing}: required"):
            Settings.from_environment({**environ, "TEAHOUSE_SMS_PROVIDER": name})


def test_the_sandbox_shows_what_is_sent() -> None:
    with Sandbox() as wechat:
        sandbox = provider("sandbox", wechat.url)
        outcome = sandbox.send(NUMBER, "012345")
        assert outcome.state == "sent"
        assert [each["text"].startswith("【茶馆】验证码 012345，") for each in wechat.sms(NUMBER)] == [True]
        wechat.inject("/sms/send", http_status=503)
        assert sandbox.send(NUMBER, "1").state == "failed"
    assert sandbox.send(NUMBER, "1").state in ("failed", "unknown")


def test_tencent_gets_what_its_documents_ask_for(cloud: Cloud) -> None:
    cloud.answer = (200, tencent("Ok"))
    assert provider("tencent", cloud.url).send(NUMBER, "012345") == (
        "sent", "5000:1045710669157053657849499619", "Ok")
    asked = cloud.asked[0]
    assert asked["headers"]["X-TC-Action"] == "SendSms"
    assert asked["headers"]["X-TC-Version"] == "2021-01-11"
    assert asked["headers"]["Authorization"].startswith("TC3-HMAC-SHA256 Credential=key-id/")
    assert json.loads(asked["body"]) == {
        "SmsSdkAppId": "1400006666", "SignName": "茶馆", "TemplateId": "SMS_449739", "PhoneNumberSet": [NUMBER],
        "TemplateParamSet": ["012345", "5"]}


@pytest.mark.parametrize(("answer", "state", "detail"), [
    ((200, tencent("LimitExceeded.PhoneNumberDailyLimit")), "failed", "LimitExceeded.PhoneNumberDailyLimit"),
    ((200, {"Response": {"RequestId": "r", "Error": {"Code": "AuthFailure.SecretIdNotFound", "Message": "no"}}}),
     "failed", "AuthFailure.SecretIdNotFound"),
    ((200, {"Response": {"RequestId": "r", "SendStatusSet": []}}), "unknown", "IndexError"),
    ((0, {}), "unknown", "ClientNetworkError"),
])
def test_what_tencent_refuses_was_not_sent(cloud: Cloud, answer: tuple[int, Any], state: str, detail: str) -> None:
    cloud.answer = answer
    outcome = provider("tencent", cloud.url).send(NUMBER, "012345")
    assert (outcome.state, outcome.detail) == (state, detail)
    assert len(cloud.asked) == 1


def test_aliyun_gets_what_its_documents_ask_for(cloud: Cloud) -> None:
    cloud.answer = (200, {"Code": "OK", "Message": "OK", "BizId": "9006197469364984400", "RequestId": "r"})
    assert provider("aliyun", cloud.url).send(NUMBER, "012345") == ("sent", "9006197469364984400", "OK")
    asked = cloud.asked[0]
    assert asked["headers"]["x-acs-action"] == "SendSms"
    assert asked["headers"]["x-acs-version"] == "2017-05-25"
    given = asked["query"] | {name: value[0] for name, value in parse_qs(asked["body"]).items()}
    assert (given["PhoneNumbers"], given["SignName"], given["TemplateCode"]) == ("13812345678", "茶馆", "SMS_449739")
    assert json.loads(given["TemplateParam"]) == {"code": "012345"}


@pytest.mark.parametrize(("answer", "state", "detail"), [
    ((200, {"Code": "isv.BUSINESS_LIMIT_CONTROL", "Message": "limit", "RequestId": "r"}), "failed",
     "isv.BUSINESS_LIMIT_CONTROL"),
    ((400, {"Code": "InvalidAccessKeyId.NotFound", "Message": "no", "RequestId": "r"}), "failed",
     "InvalidAccessKeyId.NotFound"),
    ((503, {"Code": "ServiceUnavailable", "Message": "no", "RequestId": "r"}), "unknown", "ServiceUnavailable"),
    ((0, {}), "unknown", None),
])
def test_what_aliyun_refuses_was_not_sent(cloud: Cloud, answer: tuple[int, Any], state: str,
                                          detail: str | None) -> None:
    cloud.answer = answer
    outcome = provider("aliyun", cloud.url).send(NUMBER, "012345")
    assert outcome.state == state
    assert detail in (None, outcome.detail)
    assert len(cloud.asked) == 1
