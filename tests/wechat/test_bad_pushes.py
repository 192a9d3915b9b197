"""Everything hostile or broken that can be sent to WeChat's door: it answers 400 or 403, says nothing, does nothing."""

from __future__ import annotations

import base64
import json
import os
import struct
import time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rooms import messages
from tests.wechat.stage import GH, KEY, Stage, WeChat, openid, signature, xml
from tests.wechat.test_crypto import BROKEN, padded, sealed

REFUSED = {400, 403}
MODES = [("plain", "xml"), ("safe", "xml"), ("compatible", "xml"), ("safe", "json"), ("plain", "json")]


@pytest.fixture(params=MODES, ids=["-".join(mode) for mode in MODES])
def wechat(request: pytest.FixtureRequest, stage: Stage) -> WeChat:
    mode, form = request.param
    return stage.wechat(mode=mode, data_format=form)


@pytest.fixture(scope="module")
def safe(stage: Stage) -> WeChat:
    return stage.wechat(mode="safe")


@pytest.fixture(scope="module")
def plain(stage: Stage) -> WeChat:
    return stage.wechat()


def status(wechat: WeChat, query: Any, body: bytes, **more: Any) -> int:
    answer = wechat.client.post(f"/wechat/{wechat.account.appid}", query_string=query, data=body, **more)
    assert b"Traceback" not in answer.data
    return int(answer.status_code)


def said(stage: Stage) -> int:
    return len(messages.after(stage.store, stage.hall, 0, 1000))


# 42 to 46: the address


@pytest.mark.parametrize("name", ["signature", "timestamp", "nonce", "msg_signature"])
@pytest.mark.parametrize("wrong", [
    None, "", "0", "x" * 1000, "x" * 1_000_000, "密", "a\x00b", ["1", "2"], "' OR 1=1", "-1", "1e9", "٣", "\n"])
def test_42_46_a_signed_parameter_that_is_missing_wrong_doubled_or_huge(wechat: WeChat, name: str, wrong: Any) -> None:
    query, body = wechat.request(wechat.fields(openid(), Content="你好"))
    if name not in query or (name == "signature" and wechat.account.mode != "plain"):
        return
    changed: dict[str, Any] = {**query, name: wrong}
    if wrong is None:
        del changed[name]
    assert status(wechat, changed, body) in REFUSED


def test_46_parameters_as_arrays(wechat: WeChat) -> None:
    query, body = wechat.request(wechat.fields(openid(), Content="你好"))
    assert status(wechat, {f"{name}[]": value for name, value in query.items()}, body) in REFUSED
    assert status(wechat, {name: [value, value] for name, value in query.items()}, body) in REFUSED


def test_43_a_body_swapped_under_a_good_signature(stage: Stage, safe: WeChat) -> None:
    query, _ = safe.request(safe.fields(openid(), Content="真的"))
    _, other = safe.request(safe.fields(openid(), Content="假的"))
    before = said(stage)
    assert status(safe, query, other) == 403
    assert status(safe, query, xml(safe.fields(openid(), Content="明文")).encode()) == 403
    assert said(stage) == before


@pytest.mark.parametrize("mode", ["safe", "compatible"])
def test_43_plaintext_where_the_account_is_encrypted(stage: Stage, mode: str) -> None:
    wechat = stage.wechat(mode=mode)
    timestamp, nonce = str(int(time.time())), "123"
    query = {"signature": signature(wechat.account.token, timestamp, nonce), "timestamp": timestamp, "nonce": nonce}
    body = xml(wechat.fields(openid(), Content="明文")).encode()
    for more in ({}, {"encrypt_type": "raw"}, {"encrypt_type": "aes"}, {"encrypt_type": "AES"},
                 {"encrypt_type": "aes", "msg_signature": query["signature"]}):
        assert status(wechat, {**query, **more}, body) in REFUSED


def test_compatible_mode_reads_what_was_encrypted_and_not_what_stands_beside_it(stage: Stage) -> None:
    wechat, mei = stage.wechat(mode="compatible"), openid()
    query, body = wechat.request(wechat.fields(mei, Content="昵称 真名"))
    beside = body.replace(b"</xml>", f"<FromUserName>{openid()}</FromUserName><MsgType>text</MsgType>"
                                     f"<Content>昵称 假名</Content></xml>".encode())
    assert "真名" in wechat.read(wechat.post(query, beside))


@pytest.mark.parametrize("age", [601, 3600, 10**9, -660, -(10**9)])
def test_44_a_push_from_another_time(wechat: WeChat, age: int) -> None:
    query, body = wechat.request(wechat.fields(openid(), Content="旧"), at=max(1, int(time.time()) - age))
    assert status(wechat, query, body) == 403


def test_44_the_same_nonce_again_is_a_repetition_without_effect(stage: Stage, wechat: WeChat) -> None:
    mei = openid()
    wechat.say(mei, "加入 茶馆")
    wechat.say(mei, "一次")
    before = said(stage)
    for _ in range(3):
        assert wechat.again() == ""
    assert said(stage) == before


def test_47_an_echo_is_never_a_page(plain: WeChat) -> None:
    query, _ = plain.wrap("")
    for echo in ("<script>alert(1)</script>", "\r\nSet-Cookie: a=b", "密", ""):
        answer = plain.client.get(f"/wechat/{plain.account.appid}", query_string={**query, "echostr": echo})
        assert (answer.status_code, answer.text) == (200, echo)
        assert answer.content_type == "text/plain; charset=utf-8"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "Set-Cookie" not in answer.headers
    for echoes in ([], ["x" * 257], ["a", "b"]):
        wrong = {**query, "echostr": echoes}
        assert plain.client.get(f"/wechat/{plain.account.appid}", query_string=wrong).status_code in REFUSED


# 48, 49, 52: the body

INSIDE = f"<FromUserName>{openid()}</FromUserName><MsgType>text</MsgType><Content>&x;</Content><MsgId>1</MsgId>"
BILLION = "".join(f'<!ENTITY x{n} "{f"&x{n - 1};" * 10}">' for n in range(1, 10))
BODIES: dict[str, bytes] = {
    "empty": b"", "blank": b" \n", "nul": b"\x00" * 100, "not xml": b"hello", "cut off": b"<xml><MsgType>text",
    "another root": b"<html><MsgType>text</MsgType></html>", "no fields": b"<xml></xml>", "only text": b"<xml>hi</xml>",
    "two roots": b"<xml></xml><xml></xml>", "json array": b"[1,2]", "json string": b'"xml"', "json null": b"null",
    "json deep": b'{"a":' * 20_000, "json deep whole": b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
    "json nan": b'{"CreateTime": NaN}', "json lone half": b'{"FromUserName":"\\ud800"}', "json cut": b'{"a":',
    "json numbers": json.dumps({"ToUserName": 1, "FromUserName": 2, "MsgType": 3}).encode(),
    "json objects": json.dumps({"ToUserName": {}, "FromUserName": [], "MsgType": {"a": 1}}).encode(),
    "doctype": f"<!DOCTYPE xml><xml>{INSIDE}</xml>".encode(),
    "external entity": f'<!DOCTYPE xml [<!ENTITY x SYSTEM "file:///etc/passwd">]><xml>{INSIDE}</xml>'.encode(),
    "external dtd": f'<!DOCTYPE xml SYSTEM "http://127.0.0.1/x.dtd"><xml>{INSIDE}</xml>'.encode(),
    "parameter entity": b'<!DOCTYPE xml [<!ENTITY % x SYSTEM "file:///etc/passwd"> %x;]><xml/>',
    "billion laughs": f'<!DOCTYPE xml [<!ENTITY x0 "ha">{BILLION}]><xml>&x9;</xml>'.encode(),
    "quadratic": f'<!DOCTYPE xml [<!ENTITY x "{"a" * 30_000}">]><xml>{"&x;" * 5_000}</xml>'.encode(),
    "xinclude": b'<xml xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="file:///etc/passwd"/></xml>',
    "processing instruction": b'<?xml-stylesheet href="x"?><xml><MsgType>text</MsgType></xml>',
    "utf-16": f"<xml>{INSIDE}</xml>".encode("utf-16"), "utf-32": f"<xml>{INSIDE}</xml>".encode("utf-32"),
    "utf-16 without mark": f'<?xml version="1.0" encoding="utf-16"?><xml>{INSIDE}</xml>'.encode("utf-16-le"),
    "utf-7": f'<?xml version="1.0" encoding="utf-7"?><xml>{INSIDE}</xml>'.encode("utf-7"),
    "latin-1": b"<xml><MsgType>\xe9</MsgType></xml>", "overlong utf-8": b"<xml><MsgType>\xc0\xaf</MsgType></xml>",
    "nested": b"<xml>" * 5_000 + b"</xml>" * 5_000,
    "nested in a field": b"<xml><a>" + b"<b>" * 50 + b"</b>" * 50 + b"</a></xml>",
    "many fields": b"<xml>" + b"".join(b"<f%d>1</f%d>" % (n, n) for n in range(500)) + b"</xml>",
    "duplicate sender": f"<xml><ToUserName>{GH}</ToUserName><FromUserName>{openid()}</FromUserName>"
                        f"<FromUserName>{openid()}</FromUserName><MsgType>text</MsgType></xml>".encode(),
    "attributes": b'<xml a="1"><MsgType>text</MsgType></xml>',
    "control character": b"<xml><MsgType>\x01</MsgType></xml>",
    "no sender": f"<xml><ToUserName>{GH}</ToUserName><MsgType>text</MsgType></xml>".encode(),
    "no kind": f"<xml><ToUserName>{GH}</ToUserName><FromUserName>{openid()}</FromUserName></xml>".encode(),
    "sender of another shape": xml({"ToUserName": GH, "FromUserName": "o{x}:*", "MsgType": "text"}).encode(),
    "sender too long": xml({"ToUserName": GH, "FromUserName": "o" * 65, "MsgType": "text"}).encode(),
    "sender with a line": xml({"ToUserName": GH, "FromUserName": "oabc\n", "MsgType": "text"}).encode(),
    "huge": b"<xml><Content>" + b"a" * 10_000_000 + b"</Content></xml>", "64 KiB and one": b"a" * 65_537,
}


@pytest.mark.parametrize("name", BODIES)
def test_48_49_52_a_body_that_is_none(stage: Stage, plain: WeChat, safe: WeChat, name: str) -> None:
    """As it is, under a good plain signature; and encrypted with the right key, as only its owner could."""
    before, started = said(stage), time.monotonic()
    for form in ("xml", "json"):
        plain.account = plain.account._replace(data_format=form)
        query, _ = plain.wrap("")
        assert status(plain, query, BODIES[name]) in REFUSED
    plain.account = plain.account._replace(data_format="xml")
    if len(BODIES[name]) < 40_000:
        inner = BODIES[name].decode("utf-8", "replace")
        assert status(safe, *safe.wrap(inner)) in REFUSED
    assert said(stage) == before
    assert time.monotonic() - started < 2


def test_49_a_compressed_or_chunked_body(plain: WeChat) -> None:
    query, body = plain.request(plain.fields(openid(), Content="你好"))
    assert status(plain, query, body, headers={"Content-Encoding": "gzip"}) in REFUSED
    assert status(plain, query, b"", headers={"Transfer-Encoding": "chunked"}) in REFUSED
    assert status(plain, query, b"x" * 200_000, headers={"Content-Type": "multipart/form-data; boundary=x"}) in REFUSED


# 50: the cipher


@pytest.mark.parametrize("name", BROKEN)
def test_50_every_broken_cipher_text_is_the_same_answer(safe: WeChat, name: str) -> None:
    timestamp, nonce = str(int(time.time())), "7"
    query = {"timestamp": timestamp, "nonce": nonce, "encrypt_type": "aes", "signature": "0" * 40,
             "msg_signature": signature(safe.account.token, timestamp, nonce, BROKEN[name])}
    body = xml({"ToUserName": GH, "Encrypt": BROKEN[name]}).encode()
    answer = safe.client.post(f"/wechat/{safe.account.appid}", query_string=query, data=body)
    assert (answer.status_code, answer.text) == (403, "forbidden")


def test_50_a_good_cipher_with_a_length_beyond_the_message(safe: WeChat) -> None:
    for length in (3, 2**31 - 1, 2**32 - 1):
        text = sealed(padded(b"r" * 16 + struct.pack(">I", length) + b"hi" + safe.account.appid.encode()), KEY)
        timestamp = str(int(time.time()))
        query = {"timestamp": timestamp, "nonce": "7", "encrypt_type": "aes",
                 "msg_signature": signature(safe.account.token, timestamp, "7", text)}
        assert status(safe, query, xml({"Encrypt": text}).encode()) == 403


# 51, 53: other tenants


def test_51_53_what_was_meant_for_another_account(stage: Stage) -> None:
    for mode in ("plain", "safe"):
        ours, theirs = stage.wechat(mode=mode, gh_id="gh_ours"), stage.wechat(mode=mode)
        query, body = theirs.request(theirs.fields(openid(), Content="你好"))
        assert status(ours, query, body) == 403
        query, body = ours.request(ours.fields(openid(), Content="你好", ToUserName="gh_theirs"))
        assert status(ours, query, body) == 403


def test_an_account_that_does_not_exist_looks_like_a_wrong_signature(plain: WeChat) -> None:
    query, body = plain.request(plain.fields(openid(), Content="你好"))
    wrong_query = {**query, "signature": "0" * 40}
    wrong = plain.client.post(f"/wechat/{plain.account.appid}", query_string=wrong_query, data=body)
    for appid in ("wx0000000000000000", "x", "a" * 200, "..", "%00", "密", "wx{}*"):
        answer = plain.client.post(f"/wechat/{appid}", query_string=query, data=body)
        assert answer.status_code in {wrong.status_code, 308, 404}
        if answer.status_code == 403:
            assert answer.data == wrong.data


# 52, 54: what comes back


def test_52_a_message_without_an_id_has_one_effect_too(stage: Stage, plain: WeChat) -> None:
    mei = openid()
    plain.say(mei, "加入 茶馆")
    before = said(stage)
    fields = plain.fields(mei, Content="没有号码")
    del fields["MsgId"]
    for _ in range(3):
        assert plain.read(plain.post(*plain.request(fields))) == ""
    assert said(stage) == before + 1


def test_52_54_nothing_that_somebody_says_or_is_called_breaks_out_of_an_answer(stage: Stage) -> None:
    for mode, form in MODES:
        wechat, eve, mei = stage.wechat(mode=mode, data_format=form), openid(), openid()
        for one in (eve, mei):
            wechat.say(one, "加入 闲聊")
        if form == "json":
            wechat.say(eve, "昵称 ]]><a>\"\\")
            wechat.say(eve, "]]></Content><ToUserName>x</ToUserName>\u0000\u0001 \"}")
        else:
            plain_text = "]]]]><![CDATA[></Content><ToUserName>x</ToUserName>"
            wechat.say(eve, "昵称 ]]]]><![CDATA[><a>")
            wechat.say(eve, plain_text)
        told = wechat.say(mei, "更多")
        assert "]]></Content><ToUserName>x</ToUserName>" in told
        assert "<a>" not in told


# fuzz

FUZZED = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
WORDS = st.text(max_size=40)
FIELDS = st.dictionaries(
    st.sampled_from(["ToUserName", "FromUserName", "CreateTime", "MsgType", "MsgId", "Content", "Event", "EventKey",
                     "Encrypt", "Ticket", "bizmsgmenuid", " OpenID", "List"]),
    st.one_of(WORDS, st.integers(), st.floats(), st.booleans(), st.none(), st.lists(WORDS, max_size=3),
              st.sampled_from([GH, "oAbc", "text", "event", "subscribe", "SCAN", "CLICK", "unsubscribe", "image"]),
              st.dictionaries(WORDS, WORDS, max_size=2)), max_size=10)


@FUZZED
@given(body=st.binary(max_size=300))
def test_any_bytes_are_answered(plain: WeChat, body: bytes) -> None:
    query, _ = plain.wrap("")
    assert status(plain, query, body) in REFUSED | {200}


@FUZZED
@given(fields=FIELDS)
def test_any_fields_are_answered(stage: Stage, fields: dict[str, Any]) -> None:
    for mode in ("plain", "safe"):
        wechat = _kept(stage, mode)
        query, body = wechat.wrap(json.dumps(fields))
        assert status(wechat, query, body) in REFUSED | {200}


@FUZZED
@given(text=st.text(max_size=3000), kind=st.sampled_from(["text", "image", "event", "voice", "file", "TEXT"]),
       key=st.text(max_size=80), event=st.sampled_from(["CLICK", "SCAN", "subscribe", "unsubscribe", "LOCATION"]))
def test_any_text_from_a_real_follower_is_answered(stage: Stage, text: str, kind: str, key: str, event: str) -> None:
    wechat = _kept(stage, "safe")
    fields = {"ToUserName": GH, "FromUserName": "oFuzzedFollower", "CreateTime": 1, "MsgType": kind, "Content": text,
              "MsgId": str(time.monotonic_ns())} | ({"Event": event, "EventKey": key} if kind == "event" else {})
    assert status(wechat, *wechat.wrap(json.dumps(fields))) == 200


@FUZZED
@given(query=st.dictionaries(
    st.sampled_from(["signature", "timestamp", "nonce", "msg_signature", "encrypt_type", "echostr"]),
    st.one_of(WORDS, st.lists(WORDS, max_size=3))), method=st.sampled_from(["GET", "POST"]))
def test_any_address_is_answered(plain: WeChat, query: dict[str, Any], method: str) -> None:
    answer = plain.client.open(f"/wechat/{plain.account.appid}", method=method, query_string=query, data=b"<xml/>")
    assert answer.status_code in REFUSED


@FUZZED
@given(cut=st.integers(0, 400), change=st.integers(0, 255))
def test_a_sealed_push_with_one_changed_byte_is_refused(safe: WeChat, cut: int, change: int) -> None:
    query, body = safe.request(safe.fields("oMei", Content="你好"))
    at = cut % len(body)
    changed = body[:at] + bytes([change]) + body[at + 1:]
    if changed != body and b"Encrypt" in changed:
        assert status(safe, query, changed) in REFUSED | {200}
        inside = body.index(b"CDATA[", body.index(b"<Encrypt>")) + 8
        at = inside + cut % 100
        swapped = body[:at] + (b"A" if body[at:at + 1] != b"A" else b"B") + body[at + 1:]
        assert status(safe, query, swapped) == 403


def test_random_cipher_texts_under_a_good_signature_are_refused(safe: WeChat) -> None:
    for _ in range(300):
        text = base64.b64encode(os.urandom(32 * 3)).decode()
        timestamp = str(int(time.time()))
        query = {"timestamp": timestamp, "nonce": "7", "encrypt_type": "aes",
                 "msg_signature": signature(safe.account.token, timestamp, "7", text)}
        assert status(safe, query, xml({"Encrypt": text}).encode()) == 403


_wechats: dict[str, WeChat] = {}


def _kept(stage: Stage, mode: str) -> WeChat:
    if mode not in _wechats:
        _wechats[mode] = stage.wechat(mode=mode, data_format="json")
    return _wechats[mode]


