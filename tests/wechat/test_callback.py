"""WeChat's door: all modes and forms, the first minutes of a follower, and a push that comes again."""

from __future__ import annotations

import threading

import pytest

from rooms import messages
from rooms.events import Door, Entry
from tests.wechat.stage import Stage, WeChat, openid, signature

MODES = [("plain", "xml"), ("compatible", "xml"), ("safe", "xml"), ("plain", "json"), ("safe", "json")]


def heard(stage: Stage, channel: str) -> list[str]:
    entries = [Entry.parse(one.frame) for one in messages.after(stage.store, channel, 0, 1000)]
    return [str((entry.body or {}).get("text")) for entry in entries if entry.op == "message"]


@pytest.mark.parametrize(("mode", "form"), MODES)
def test_a_follower_joins_and_speaks(stage: Stage, mode: str, form: str) -> None:
    wechat, mei = stage.wechat(mode=mode, data_format=form), openid()
    assert "加入 茶馆" in wechat.push(mei, Event="subscribe", EventKey="")
    assert "【大厅】" in wechat.say(mei, "加入 茶馆")
    assert wechat.say(mei, f"你好 {mode} {form}") == ""
    assert f"你好 {mode} {form}" in heard(stage, stage.hall)


def test_the_address_is_verified_with_the_echo_as_plain_text(stage: Stage) -> None:
    wechat = stage.wechat(mode="safe")
    query, _ = wechat.wrap("<xml/>")
    answer = wechat.client.get(f"/wechat/{wechat.account.appid}", query_string={**query, "echostr": "<b>437512</b>"})
    assert (answer.status_code, answer.text) == (200, "<b>437512</b>")
    assert answer.content_type.startswith("text/plain")
    query["signature"] = signature("BBBBB", query["timestamp"], query["nonce"])
    answer = wechat.client.get(f"/wechat/{wechat.account.appid}", query_string={**query, "echostr": "437512"})
    assert answer.status_code == 403


def test_what_others_said_comes_with_the_next_answer(stage: Stage) -> None:
    wechat, mei = stage.wechat(), openid()
    wechat.say(mei, "加入 茶馆")
    bob = stage.cast.person("Bob")
    from rooms import seats
    seats.enter(stage.store, bob, stage.hall, "p.1")
    for number in range(3):
        messages.post(stage.store, bob, stage.hall, messages.Draft("text", {"text": f"话{number}"}, f"c{number}"))
    answer = wechat.say(mei, "我来了")
    assert [line for line in answer.splitlines() if line.startswith("Bob：")] == ["Bob：话0", "Bob：话1", "Bob：话2"]
    assert wechat.say(mei, "还在") == ""
    assert "没有新消息" in wechat.say(mei, "更多")


def test_a_repeated_push_has_one_effect_and_the_same_answer(stage: Stage) -> None:
    for mode, form in MODES:
        wechat, mei = stage.wechat(mode=mode, data_format=form), openid()
        wechat.say(mei, "加入 茶馆")
        first = wechat.say(mei, "昵称 美美")
        assert first
        assert [wechat.again() for _ in range(3)] == [first] * 3
        wechat.say(mei, f"只说一次 {mode}{form}")
        wechat.again()
        assert heard(stage, stage.hall).count(f"只说一次 {mode}{form}") == 1


def test_a_push_that_arrives_in_two_places_at_once_has_one_effect(stage: Stage) -> None:
    wechat, mei = stage.wechat(), openid()
    wechat.say(mei, "加入 茶馆")
    request = wechat.request(wechat.fields(mei, Content="同时"))
    answers: list[str] = []

    def deliver() -> None:
        twin = WeChat(stage.app.test_client(), wechat.account)
        answers.append(twin.read(twin.post(*request)))

    threads = [threading.Thread(target=deliver) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [""] * 8
    assert heard(stage, stage.hall).count("同时") == 1


def test_the_next_try_takes_over_from_a_process_that_died(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    from wechat import once

    wechat, mei = stage.wechat(), openid()
    wechat.say(mei, "加入 茶馆")
    monkeypatch.setattr(once, "LEASE_MS", 100)
    real = once.Once.finish

    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(once.Once, "finish", dies)
    monkeypatch.setattr(once.Once, "give_up", lambda self: None)
    with pytest.raises(KeyboardInterrupt):
        wechat.say(mei, "说到一半")
    monkeypatch.setattr(once.Once, "finish", real)
    assert wechat.again() == ""
    assert heard(stage, stage.hall).count("说到一半") == 1


def test_events_nobody_knows_are_answered_success(stage: Stage) -> None:
    wechat, mei = stage.wechat(), openid()
    for event in ("debug_demo", "LOCATION", "VIEW", "TEMPLATESENDJOBFINISH", "user_info_modified", "", "no such thing"):
        answer = wechat.post(*wechat.request(wechat.fields(mei, Event=event, EventKey="x")))
        assert (answer.status_code, answer.text) == (200, "success")


def test_a_mini_programs_pushes_are_taken_in_both_forms(stage: Stage) -> None:
    for form in ("xml", "json"):
        wechat = stage.wechat(kind="mini_program", data_format=form)
        assert wechat.push(openid(), Event="user_enter_tempsession", SessionFrom="x") == ""


def test_who_leaves_is_not_present_and_may_come_back(stage: Stage) -> None:
    from rooms import seats

    wechat, mei = stage.wechat(), openid()
    wechat.say(mei, "加入 闲聊")
    before = seats.present(stage.store, stage.chat).count
    assert wechat.push(mei, Event="unsubscribe", EventKey="") == ""
    assert seats.present(stage.store, stage.chat).count == before - 1
    assert "欢迎" in wechat.push(mei, Event="subscribe", EventKey="")
    assert "没有发出" in wechat.say(mei, "有人吗")


def test_a_follower_who_was_away_too_long_enters_again_by_speaking(stage: Stage) -> None:
    from rooms import identities, seats

    wechat, mei = stage.wechat(), openid()
    wechat.say(mei, "加入 闲聊")
    person = identities.follower(stage.store, wechat.account, mei)
    assert person.door is Door.WECHAT
    seats.step_out(stage.store, person, stage.chat, "")
    assert wechat.say(mei, "我又来了") == ""
    assert "我又来了" in heard(stage, stage.chat)
