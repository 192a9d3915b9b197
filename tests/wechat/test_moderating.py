"""Lin keeps order from the Official Account; Bob and two who are both called 小明 sit in the mini-program."""

from __future__ import annotations

import pytest

from rooms import members, messages, sanctions, seats
from rooms.authority import Actor
from rooms.errors import Code, Refused
from rooms.events import Person
from rooms.messages import Draft
from tests.wechat.mei import Mei, heard
from tests.wechat.stage import Stage


@pytest.fixture
def lin(stage: Stage) -> Mei:
    lin = Mei(stage, stage.wechat())
    lin.say("加入 茶馆")
    members.set_role(stage.store, stage.cast.room, lin.person.id, "moderator")
    return lin


def sits(stage: Stage, name: str) -> Person:
    person = stage.cast.person(name)
    seats.enter(stage.store, person, stage.hall, "p.1")
    return person


def may_speak(stage: Stage, person: Person, text: str = "在吗") -> bool | Code:
    try:
        messages.post(stage.store, person, stage.hall, Draft("text", {"text": text}, f"{person.id}{text}"))
    except Refused as refused:
        return refused.code
    return True


def test_a_mute_has_a_time_and_a_reason(stage: Stage, lin: Mei) -> None:
    bob = sits(stage, "Bob A")
    told = lin.say("禁言 @Bob A 10分钟 刷屏")
    assert told.startswith("已禁言 Bob A，到 ")
    assert may_speak(stage, bob) is Code.MUTED
    assert any('"op":"muted"' in frame and "刷屏" in frame and bob.id in frame for frame in heard(stage, stage.hall))
    assert "已解除" in lin.say("解禁 @bob a")
    assert may_speak(stage, bob) is True
    assert "没有被禁言" in lin.say("解禁 @Bob A")


def test_who_is_put_out_may_come_back_and_who_is_banned_may_not(stage: Stage, lin: Mei) -> None:
    eve = sits(stage, "Eve")
    assert "已请出 Eve" in lin.say("踢出 ＠Eve 吵闹")
    assert may_speak(stage, eve) is Code.NOT_ENTERED
    seats.enter(stage.store, eve, stage.hall, "p.1")
    assert "已封禁 Eve，到 " in lin.say("封禁 @Eve 7天")
    with pytest.raises(Refused) as refused:
        seats.enter(stage.store, eve, stage.chat, "p.1")
    assert refused.value.code is Code.BANNED
    assert "已解除" in lin.say("解禁 @Eve")
    seats.enter(stage.store, eve, stage.hall, "p.1")


def test_a_name_that_two_people_have_is_asked_back(stage: Stage, lin: Mei) -> None:
    first, second = sits(stage, "小明"), sits(stage, "小明")
    asked = lin.say("禁言 @小明 1小时 广告")
    assert asked.startswith("叫这个名字的不止一位")
    assert "1 小明（" in asked
    assert "2 小明（" in asked
    assert may_speak(stage, first) is True
    assert "已禁言 小明" in lin.say("2")
    assert {may_speak(stage, first, "一"), may_speak(stage, second, "二")} == {True, Code.MUTED}
    assert any("广告" in frame for frame in heard(stage, stage.hall))


def test_nobody_of_that_name_is_said_so(lin: Mei) -> None:
    assert "没有叫“没有的人”的人" in lin.say("踢出 @没有的人")


def test_everybody_is_muted_until_it_is_over(stage: Stage, lin: Mei) -> None:
    dan = sits(stage, "Dan")
    assert "已全员禁言" in lin.say("全员禁言")
    assert may_speak(stage, dan) is Code.MUTED_ALL
    assert "已解除全员禁言" in lin.say("解除")
    assert may_speak(stage, dan) is True


def test_an_announcement_is_heard_by_all(stage: Stage, lin: Mei) -> None:
    assert "公告已发到【大厅】" in lin.say("公告 明天休息")
    assert any('"op":"announced"' in frame and "明天休息" in frame for frame in heard(stage, stage.hall))


def test_who_keeps_no_order_is_refused_and_nothing_is_said(stage: Stage, mei: Mei) -> None:
    gus = sits(stage, "Gus")
    mei.say("加入 茶馆")
    for text in ("禁言 @Gus 10分钟", "踢出 @Gus", "封禁 @Gus", "解禁 @Gus", "全员禁言", "解除", "公告 骗人的"):
        assert "不能这样做" in mei.say(text)
    assert may_speak(stage, gus) is True
    assert not any("骗人的" in frame for frame in heard(stage, stage.hall))


def test_an_owner_is_out_of_a_moderators_reach(stage: Stage, lin: Mei) -> None:
    olga = sits(stage, "Olga")
    members.set_role(stage.store, stage.cast.room, olga.id, "owner")
    assert "不能这样做" in lin.say("禁言 @Olga 10分钟")
    assert may_speak(stage, olga) is True


def test_help_shows_a_moderators_commands_to_moderators_only(lin: Mei, mei: Mei) -> None:
    assert "禁言 @名字" in lin.say("帮助")
    mei.say("加入 茶馆")
    assert "禁言" not in mei.say("帮助")


def test_slash_forms_in_english_do_the_same(stage: Stage, lin: Mei) -> None:
    fay = sits(stage, "Fay")
    assert "Fay is muted until" in lin.say("/mute @Fay 10m spam")
    assert may_speak(stage, fay) is Code.MUTED
    assert "neither muted nor banned any more" in lin.say("/unmute @Fay")


def test_a_muted_follower_is_told_why_not_and_until_when(stage: Stage, mei: Mei) -> None:
    mei.say("加入 茶馆")
    olga = stage.cast.person("Olga")
    members.set_role(stage.store, stage.cast.room, olga.id, "owner")
    sanctions.mute(stage.store, Actor(olga), stage.hall, mei.person.id, 600)
    assert "后可以再试" in mei.say("我想说话")


def test_a_report_says_what_was_reported_and_counts_once(stage: Stage, mei: Mei) -> None:
    mei.say("加入 茶馆")
    ida, jim = sits(stage, "Ida"), sits(stage, "Jim")
    assert may_speak(stage, ida, "臭骂一句") is True
    assert may_speak(stage, jim, "好话一句") is True
    assert mei.say("举报 @Ida 骂人").startswith("已举报：Ida：臭骂一句")
    assert "举报过" in mei.say("举报 @ida 又骂人")
    assert mei.say("举报 广告").startswith("已举报：Jim：好话一句")
    assert "没有找到" in mei.say("举报 @没有的人 理由")
    assert not any("骂人" in frame for frame in heard(stage, stage.hall))
