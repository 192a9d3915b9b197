"""Customer messages and their quota, by the virtual clock."""

import pytest

from tests.sandbox.conftest import Api
from tests.sandbox_client import Sandbox


def test_a_message_allows_five_within_48_hours(wechat: Sandbox, api: Api) -> None:
    alice = wechat.follower()
    wechat.advance(61)
    wechat.say(alice, "你好")
    token = api.token()
    assert [api.send(alice, token=token) for _ in range(6)] == [0, 0, 0, 0, 0, 45047]


def test_after_48_hours_the_window_is_shut(wechat: Sandbox, api: Api) -> None:
    alice = wechat.follower()
    wechat.say(alice, "你好")
    wechat.advance(48 * 3600 - 5)
    assert api.send(alice) == 0
    wechat.advance(10)
    assert api.send(alice) == 45015


def test_a_new_message_opens_the_quota_again_and_does_not_add_up(wechat: Sandbox, api: Api) -> None:
    alice = wechat.follower()
    wechat.advance(61)
    token = api.token()
    wechat.say(alice, "你好")
    assert api.send(alice, token=token) == 0
    wechat.say(alice, "还有吗")
    assert [api.send(alice, token=token) for _ in range(6)] == [0, 0, 0, 0, 0, 45047]


@pytest.mark.parametrize("act", ["subscribe", "click", "scan", "tap"])
def test_a_click_a_scan_or_following_allows_three_within_a_minute(wechat: Sandbox, api: Api, act: str) -> None:
    alice = wechat.follower()
    if act != "subscribe":
        wechat.advance(61)
        acts = {
            "click": lambda: wechat.click(alice, "ROOMS"),
            "scan": lambda: wechat.scan(alice, "room-1"),
            "tap": lambda: wechat.tap_menu_item(alice, "101", "大厅"),
        }
        acts[act]()
    token = api.token()
    assert [api.send(alice, token=token) for _ in range(4)] == [0, 0, 0, 45047]
    wechat.advance(61)
    assert api.send(alice, token=token) == 45015


def test_the_window_that_ends_first_is_spent_first(wechat: Sandbox, api: Api) -> None:
    alice = wechat.follower()
    wechat.say(alice, "你好")
    assert api.send(alice) == 0
    quota = wechat.person(alice)["quota"]
    assert (quota["subscribe"]["left"], quota["message"]["left"]) == (2, 5)


def test_who_left_cannot_be_reached_and_who_never_was_is_unknown(wechat: Sandbox, api: Api) -> None:
    alice = wechat.follower()
    wechat.say(alice, "你好")
    wechat.unfollow(alice)
    assert api.send(alice) == 45015
    assert api.send("o" + "x" * 27) == 40003


def test_one_person_s_quota_is_not_another_s(wechat: Sandbox, api: Api) -> None:
    alice, bob = wechat.follower(), wechat.follower()
    token = api.token()
    assert [api.send(alice, token=token) for _ in range(4)] == [0, 0, 0, 45047]
    assert api.send(bob, token=token) == 0


def test_a_refused_message_costs_nothing_and_does_not_arrive(wechat: Sandbox, api: Api) -> None:
    alice = wechat.follower()
    assert api.send(alice, text="茶" * 683) == 45002
    assert api.send(alice, text="") == 44004
    assert api.send(alice, msgtype="news", news={"articles": [{}, {}]}) == 45008
    assert api.send(alice, msgtype="image", image={"media_id": "gone"}) == 40007
    assert api.send(alice, msgtype="poem", poem={}) == 40008
    assert wechat.person(alice)["quota"]["subscribe"]["left"] == 3
    assert wechat.outbox(alice) == []


def test_a_text_of_exactly_2048_bytes_arrives(wechat: Sandbox, api: Api) -> None:
    alice = wechat.follower()
    text = "茶" * 682 + "ab"
    assert api.send(alice, text=text) == 0
    assert wechat.texts(alice) == [text]


def test_what_arrives_is_in_order_with_its_kind(wechat: Sandbox, api: Api) -> None:
    alice = wechat.follower()
    for text in ("一", "二"):
        api.send(alice, text=text)
    items = [{"id": "1", "content": "大厅"}]
    api.send(alice, msgtype="msgmenu", msgmenu={"head_content": "哪个?", "list": items, "tail_content": ""})
    found = wechat.outbox(alice)
    assert [each["kind"] for each in found] == ["customer_message"] * 3
    assert [each.get("text") for each in found] == ["一", "二", None]
    assert found[2]["items"] == items
    assert wechat.outbox(alice, after=found[1]["number"]) == found[2:]


def test_escaped_characters_are_shown_as_they_were_written(wechat: Sandbox, api: Api) -> None:
    alice = wechat.follower()
    body = f'{{"touser":"{alice}","msgtype":"text","text":{{"content":"\\u8336"}}}}'.encode()
    api.post("/cgi-bin/message/custom/send", body, access_token=api.token())
    assert wechat.texts(alice) == ["\\u8336"]


def test_typing_needs_a_fresh_act_and_is_not_repeated(wechat: Sandbox, api: Api) -> None:
    alice, token = wechat.follower(), api.token()

    def typing(command: str = "Typing") -> int:
        order = {"touser": alice, "command": command}
        code: int = api.post("/cgi-bin/message/custom/typing", order, access_token=token).json()["errcode"]
        return code

    assert [typing(), typing(), typing("CancelTyping"), typing(), typing("Sleeping")] == [0, 45081, 0, 0, 45072]
    wechat.advance(31)
    assert typing() == 45080


def test_a_mini_program_s_session_allows_two_and_a_message_five(wechat: Sandbox, api: Api) -> None:
    _, openid = wechat.login_code()
    token = api.mini_token()
    assert api.send(openid, token=token) == 45015
    wechat.act(openid, "enter_session")
    assert [api.send(openid, token=token) for _ in range(3)] == [0, 0, 45047]
    wechat.advance(61)
    wechat.say(openid, "在吗")
    assert [api.send(openid, token=token) for _ in range(6)] == [0, 0, 0, 0, 0, 45047]
