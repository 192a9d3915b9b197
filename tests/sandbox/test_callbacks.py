"""Pushes to the account's own server, and what its answers come to."""

import json
import time

import pytest

from sandbox.envelope import read, seal, signature, unseal, write
from tests.sandbox.conftest import House, Received, replying
from tests.sandbox_client import AES_KEY, MINI, OFFICIAL, Sandbox, mini_program, official_account

FAILURE = "该公众号暂时无法提供服务，请稍后再试"


def test_a_push_is_signed_and_says_who_wrote(wechat: Sandbox, house: House) -> None:
    alice = wechat.follower()
    wechat.say(alice, "你好")
    received = house.received[-1]
    query, fields = received.query, read(received.body)
    assert received.path == f"/wechat/{OFFICIAL}"
    assert query["signature"] == signature("AAAAA", query["timestamp"], query["nonce"])
    assert query["openid"] == alice
    assert "encrypt_type" not in query
    assert (fields["FromUserName"], fields["MsgType"], fields["Content"]) == (alice, "text", "你好")
    assert fields["ToUserName"].startswith("gh_")
    assert fields["MsgId"].isdigit()


def test_safe_mode_shows_nothing_but_the_account_and_the_sealed_text(wechat: Sandbox, house: House) -> None:
    wechat.add_account(**official_account(mode="safe"))
    alice = wechat.follower()
    wechat.say(alice, "你好")
    query, body = house.received[-1].query, read(house.received[-1].body)
    assert set(body) == {"ToUserName", "Encrypt"}
    assert query["encrypt_type"] == "aes"
    assert query["msg_signature"] == signature("AAAAA", query["timestamp"], query["nonce"], body["Encrypt"])
    assert query["signature"] == signature("AAAAA", query["timestamp"], query["nonce"])
    assert read(unseal(AES_KEY, OFFICIAL, body["Encrypt"]))["Content"] == "你好"


def test_compatible_mode_shows_both(wechat: Sandbox, house: House) -> None:
    wechat.add_account(**official_account(mode="compatible"))
    wechat.say(wechat.follower(), "你好")
    body = read(house.received[-1].body)
    assert body["Content"] == read(unseal(AES_KEY, OFFICIAL, body["Encrypt"]))["Content"] == "你好"


def test_a_mini_program_may_have_its_pushes_as_json(wechat: Sandbox, house: House) -> None:
    _, openid = wechat.login_code()
    wechat.say(openid, "在吗")
    body = json.loads(house.received[-1].body)
    assert house.received[-1].path == f"/wechat/{MINI}"
    assert (body["FromUserName"], body["Content"]) == (openid, "在吗")
    assert isinstance(body["CreateTime"], int)
    wechat.add_account(**mini_program(mode="safe"))
    wechat.say(openid, "在吗")
    sealed = json.loads(house.received[-1].body)
    assert json.loads(unseal(AES_KEY, MINI, sealed["Encrypt"]))["Content"] == "在吗"


@pytest.mark.parametrize("body", [b"success", b""])
def test_success_or_nothing_ends_it_in_silence(wechat: Sandbox, house: House, body: bytes) -> None:
    alice = wechat.follower()
    house.answer = lambda _received: (200, body)
    assert wechat.say(alice, "你好") == {
        "attempts": 1, "reply": None, "failed": False, "problem": None, "messages": [],
    }  # fmt: skip
    assert wechat.outbox(alice) == []


def test_a_passive_reply_appears_on_the_phone(wechat: Sandbox, house: House) -> None:
    alice = wechat.follower()
    house.answer = replying()
    outcome = wechat.say(alice, "你好")
    assert outcome["reply"] == {"type": "text", "text": "请坐"}
    assert [each["kind"] for each in wechat.outbox(alice)] == ["passive_reply"]
    assert wechat.person(alice)["quota"]["message"]["left"] == 5


@pytest.mark.parametrize(
    "wrong",
    [
        {"Content": ""},
        {"Content": "茶" * 683},
        {"ToUserName": "somebody"},
        {"FromUserName": "gh_other"},
        {"CreateTime": "today"},
        {"MsgType": "poem"},
        {"MsgType": "image", "Image": {"MediaId": "gone"}},
        {"MsgType": "news", "ArticleCount": 2, "Articles": {"item": [{"Title": "1"}, {"Title": "2"}]}},
    ],
)
def test_a_reply_against_the_rules_shows_the_platform_s_apology(
    wechat: Sandbox, house: House, wrong: dict[str, object]
) -> None:
    alice = wechat.follower()
    house.answer = replying(**wrong)
    outcome = wechat.say(alice, "你好")
    assert (outcome["failed"], outcome["attempts"]) == (True, 1)
    assert wechat.texts(alice) == [FAILURE]


@pytest.mark.parametrize("body", [b"ok", b'{"errcode":0}', b"<html></html>", b"<xml><a>", b"\xff\xfe", b"SUCCESS"])
def test_an_answer_that_is_no_reply_shows_it_too(wechat: Sandbox, house: House, body: bytes) -> None:
    alice = wechat.follower()
    house.answer = lambda _received: (200, body)
    assert wechat.say(alice, "你好")["failed"]
    assert wechat.texts(alice) == [FAILURE]


def sealed_reply(received: Received, token: str = "AAAAA") -> tuple[int, bytes]:
    push = read(unseal(AES_KEY, OFFICIAL, read(received.body)["Encrypt"]))
    inner = {"ToUserName": push["FromUserName"], "FromUserName": push["ToUserName"]}
    inner |= {"CreateTime": 1700000000, "MsgType": "text", "Content": "请坐"}
    sealed = seal(AES_KEY, OFFICIAL, write(inner, "xml"))
    parts = {"TimeStamp": 1700000000, "Nonce": received.query["nonce"], "Encrypt": sealed}
    proof = signature(token, *(str(part) for part in parts.values()))
    return 200, write({**parts, "MsgSignature": proof}, "xml").encode()


def test_safe_mode_wants_a_sealed_reply_with_its_own_signature(wechat: Sandbox, house: House) -> None:
    wechat.add_account(**official_account(mode="safe"))
    alice = wechat.follower()
    house.answer = sealed_reply
    assert wechat.say(alice, "你好")["reply"] == {"type": "text", "text": "请坐"}
    house.answer = lambda received: sealed_reply(received, token="other")
    assert wechat.say(alice, "你好")["problem"] == "MsgSignature of the reply does not fit"
    house.answer = lambda _received: (200, b"success")
    assert not wechat.say(alice, "你好")["failed"]


def test_no_answer_in_time_is_asked_three_more_times_with_the_same_message(wechat: Sandbox, house: House) -> None:
    alice = wechat.follower()
    assert wechat.settings()["push_timeout_seconds"] == 5
    assert wechat.settings()["push_retries"] == 3
    wechat.settings(push_timeout_seconds=0.2)
    house.received.clear()
    house.delay_seconds = 0.6
    began = time.monotonic()
    outcome = wechat.say(alice, "你好")
    assert (outcome["attempts"], outcome["failed"]) == (4, True)
    assert 0.8 <= time.monotonic() - began < 3
    assert len({read(each.body)["MsgId"] for each in house.received}) == 1
    assert wechat.texts(alice) == [FAILURE]


def test_an_http_error_is_asked_again_until_it_is_answered(wechat: Sandbox, house: House) -> None:
    alice = wechat.follower()
    answers = iter([(500, b"oops"), (502, b""), (200, b"success")])
    house.answer = lambda _received: next(answers)
    outcome = wechat.say(alice, "你好")
    assert (outcome["attempts"], outcome["failed"]) == (3, False)


@pytest.mark.parametrize("fresh", [False, True])
def test_whether_a_retry_is_signed_anew_is_a_setting(wechat: Sandbox, house: House, fresh: bool) -> None:
    alice = wechat.follower()
    wechat.settings(fresh_nonce_on_retry=fresh)
    house.received.clear()
    house.answer = lambda _received: (500, b"")
    wechat.say(alice, "你好")
    assert len({each.query["nonce"] for each in house.received}) == (4 if fresh else 1)


def test_a_push_can_be_repeated_unchanged_and_at_once(wechat: Sandbox, house: House) -> None:
    alice = wechat.follower()
    house.answer = replying()
    wechat.say(alice, "你好")
    house.received.clear()
    outcomes = wechat.repeat(alice, times=3, concurrent=True)
    assert [each["reply"]["text"] for each in outcomes] == ["请坐"] * 3
    assert len({each.body for each in house.received}) == 1
    assert len(wechat.outbox(alice)) == 1


def test_no_two_events_of_a_person_share_a_second(wechat: Sandbox, house: House) -> None:
    alice = wechat.follower()
    house.received.clear()
    for _ in range(3):
        wechat.click(alice, "ROOMS")
    assert len({read(each.body)["CreateTime"] for each in house.received}) == 3


def test_scanning_follows_first_and_is_a_scan_afterwards(wechat: Sandbox, house: House) -> None:
    alice = wechat.follower(follow=False)
    wechat.scan(alice, "room-7")
    wechat.scan(alice, "room-7")
    first, second = (read(each.body) for each in house.received)
    assert (first["Event"], first["EventKey"]) == ("subscribe", "qrscene_room-7")
    assert (second["Event"], second["EventKey"]) == ("SCAN", "room-7")
    assert first["Ticket"] == second["Ticket"]


def test_following_leaving_and_clicking_are_events(wechat: Sandbox, house: House) -> None:
    alice = wechat.follower()
    wechat.click(alice, "ROOMS")
    wechat.act(alice, "view", url="https://example.com/")
    wechat.unfollow(alice)
    events = [(read(each.body)["Event"], read(each.body)["EventKey"]) for each in house.received]
    assert events == [("subscribe", ""), ("CLICK", "ROOMS"), ("VIEW", "https://example.com/"), ("unsubscribe", "")]


def test_a_tapped_menu_item_is_a_text_with_the_item_s_id(wechat: Sandbox, house: House) -> None:
    wechat.tap_menu_item(wechat.follower(), "101", "大厅")
    fields = read(house.received[-1].body)
    assert (fields["MsgType"], fields["Content"], fields["bizmsgmenuid"]) == ("text", "大厅", "101")


def test_every_type_of_message_has_its_fields(wechat: Sandbox, house: House) -> None:
    alice = wechat.follower()
    wechat.say(alice, type="location", Location_X=30.2, Location_Y=120.1, Label="茶园")
    assert read(house.received[-1].body)["Label"] == "茶园"
    for kind, name in [("image", "PicUrl"), ("voice", "Format"), ("video", "ThumbMediaId"), ("link", "Url")]:
        wechat.say(alice, type=kind)
        fields = read(house.received[-1].body)
        assert fields["MsgType"] == kind
        assert fields[name]


def test_the_address_is_checked_with_an_echo(wechat: Sandbox, house: House) -> None:
    house.answer = lambda received: (200, received.query["echostr"].encode())
    assert wechat.verify_url()["verified"]
    query = house.received[-1].query
    assert query["signature"] == signature("AAAAA", query["timestamp"], query["nonce"])
    house.answer = lambda received: (200, b'"' + received.query["echostr"].encode() + b'"')
    assert not wechat.verify_url()["verified"]


def test_a_hostile_request_is_sent_as_it_was_written(wechat: Sandbox, house: House) -> None:
    answer = wechat.push_raw(body="<xml><a>", query={"signature": "bad"}, without=["nonce"])
    assert answer == {"status": 200, "answer": "success"}
    assert house.received[-1].body == "<xml><a>"
    assert house.received[-1].query["signature"] == "bad"
    assert "nonce" not in house.received[-1].query


def test_pushes_are_kept_with_all_their_attempts(wechat: Sandbox, house: House) -> None:
    alice = wechat.follower()
    house.answer = lambda _received: (500, b"oops")
    wechat.say(alice, "你好")
    kept = wechat.pushes(openid=alice)[-1]
    assert [each["answer"] for each in kept["tries"]] == ["oops"] * 4
    assert kept["fields"]["Content"] == "你好"


def test_a_phone_cannot_do_the_impossible(wechat: Sandbox, house: House) -> None:
    alice = wechat.follower(follow=False)
    with pytest.raises(RuntimeError, match="409"):
        wechat.say(alice, "你好")
    with pytest.raises(RuntimeError, match="404"):
        wechat.act(alice, "fly")
    assert house.received == []
