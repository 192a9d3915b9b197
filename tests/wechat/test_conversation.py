"""How it feels to be a follower: Mei's words and what comes back."""

from __future__ import annotations

import pytest

from rooms import accounts, channels, cursors, network, passwords, seats
from tests.wechat.mei import Mei, bob_says, heard
from tests.wechat.stage import Stage
from wechat.platform.scenes import sign


def test_a_newcomer_is_welcomed_and_told_what_to_do(mei: Mei) -> None:
    welcome = mei.follow()
    assert mei.person.name in welcome
    assert "加入 茶馆" in welcome
    assert "帮助" in welcome


def test_what_is_said_nowhere_is_not_lost_silently(mei: Mei) -> None:
    assert "没有发出" in mei.say("有人吗")


def test_that_somebody_wrote_is_in_the_network_log_without_an_address(stage: Stage, mei: Mei) -> None:
    mei.follow()
    mei.say("加入 茶馆")
    mei.say("大家好")
    network.sweep(stage.store)
    found = network.of(stage.store, mei.person.organization, mei.person.id)
    assert {(one.what, one.address) for one in found} == {("wechat", "")}
    assert sum(one.times for one in found) == 2, "what was written, and no events"


def test_rooms_are_listed_and_a_number_is_an_answer(stage: Stage, mei: Mei) -> None:
    told = mei.say("房间")
    number = next(line.split(" ")[0] for line in told.splitlines() if line.endswith("茶馆"))
    assert "【大厅】" in mei.say(number)
    assert cursors.told(stage.store, stage.hall, mei.person.id) is not None


def test_a_number_is_speech_when_nothing_was_asked(stage: Stage, mei: Mei) -> None:
    mei.say("加入 茶馆")
    mei.say("谁在")
    assert mei.say("88866") == ""
    assert any('"88866"' in frame for frame in heard(stage, stage.hall))


def test_switching_by_name_by_number_and_by_asking_back(stage: Stage, mei: Mei) -> None:
    mei.say("加入 茶馆")
    assert "【闲聊】" in mei.say("切换 闲聊")
    asked = mei.say("切换")
    assert "1 大厅" in asked
    assert "你在这里" in asked
    assert "【大厅】" in mei.say("１")
    mei.say("频道")
    assert "【闲聊】" in mei.say("闲聊")
    assert "【大厅】" in mei.say("加入 茶馆 大厅")
    assert "没有叫" in mei.say("切换 没有的")


def test_a_near_miss_is_asked_back_and_yes_does_it(stage: Stage, mei: Mei) -> None:
    mei.say("加入 茶馆")
    asked = mei.say("谁在呢")
    assert "你是想“谁在”" in asked
    assert "1 人" in mei.say("是") or "人" in mei.say("谁在")
    assert not any("谁在呢" in frame for frame in heard(stage, stage.hall))


def test_a_question_is_forgotten_by_the_next_word(stage: Stage, mei: Mei) -> None:
    mei.say("加入 茶馆")
    mei.say("histor")
    assert mei.say("天气真好") == ""
    assert mei.say("是") == ""
    assert any('"是"' in frame for frame in heard(stage, stage.hall))


def test_a_question_is_forgotten_after_five_minutes(stage: Stage, mei: Mei, monkeypatch: pytest.MonkeyPatch) -> None:
    mei.say("加入 茶馆")
    mei.say("昵称")
    now = stage.store.clock.now()
    monkeypatch.setattr(type(stage.store.clock), "now", lambda _: now + 5 * 60_000 + 1_000)
    mei.wechat.read(mei.wechat.post(*mei.wechat.request(
        mei.wechat.fields(mei.openid, Content="迟到的回答"), at=(now + 300_000) // 1000)))
    assert any("迟到的回答" in frame for frame in heard(stage, stage.hall))


def test_a_name_is_changed_at_once_and_asked_for_when_missing(stage: Stage, mei: Mei) -> None:
    mei.say("加入 茶馆")
    assert "好的，小美" in mei.say("昵称 小美")
    mei.say("我叫小美")
    assert any('"小美"' in frame and "我叫小美" in frame for frame in heard(stage, stage.hall))
    assert "名字" in mei.say("昵称")
    assert "好的，大美" in mei.say("大美")
    assert "1 到 20" in mei.say("昵称 " + "长" * 21)


def test_a_locked_room_asks_for_its_password_and_never_says_it_aloud(stage: Stage, mei: Mei) -> None:
    room = stage.cast.add_room(name="雅间", name_key="雅间", password_hash=passwords.seal("芝麻 开门"), position=5)
    channel = stage.cast.channel("里屋", room)
    mei.say("加入 茶馆")
    assert "要密码" in mei.say("房间")
    assert "密码" in mei.say("加入 雅间")
    assert "密码不对" in mei.say("开门")
    assert "【里屋】" in mei.say("芝麻 开门")
    other = Mei(stage, mei.wechat)
    assert "【里屋】" in other.say("加入 雅间 芝麻 开门")
    assert not any("开门" in frame for frame in heard(stage, stage.hall) + heard(stage, channel))


def test_who_is_here_and_what_was_said(stage: Stage, mei: Mei) -> None:
    channel = channels.add(stage.store, stage.cast.room, "茶桌")
    assert "还没有进入频道" in mei.say("谁在")
    mei.say("加入 茶桌")
    assert "还没有人说话" in mei.say("历史")
    bob_says(stage, channel, "一", "二")
    assert "Bob" in mei.say("谁在")
    assert mei.say("历史").splitlines()[-2:] == ["Bob：一", "Bob：二"]


def test_leaving_frees_the_seat_and_ends_the_hearing(stage: Stage, mei: Mei) -> None:
    channel = channels.add(stage.store, stage.cast.room, "门口")
    mei.say("加入 门口")
    assert "你离开了【门口】" in mei.say("退出")
    assert seats.present(stage.store, channel).count == 0
    assert cursors.told(stage.store, channel, mei.person.id) is None
    assert "还没有进入频道" in mei.say("退出")


def test_coming_back_tells_what_was_missed(stage: Stage, mei: Mei) -> None:
    channel = channels.add(stage.store, stage.cast.room, "后院")
    mei.say("加入 后院")
    mei.say("我先走")
    mei.say("切换 大厅")
    bob_says(stage, channel, "你不在的时候")
    assert "Bob：你不在的时候" in mei.say("切换 后院")


def test_a_crowded_channel_is_read_page_by_page(stage: Stage, mei: Mei) -> None:
    channel = channels.add(stage.store, stage.cast.room, "集市")
    mei.say("加入 集市")
    bob_says(stage, channel, *(f"{number:03} " + "货" * 40 for number in range(120)))
    told = [mei.say("更多") for _ in range(9)]
    seen = [line[4:7] for page in told for line in page.splitlines() if line.startswith("Bob：")]
    assert seen == [f"{number:03}" for number in range(120)]
    assert "回复 更多" in told[0]
    assert "没有新消息" in mei.say("更多")


def test_english_commands_are_answered_in_english_until_chinese_ones_come(mei: Mei) -> None:
    assert "Enter a room first" in mei.say("help")
    assert "You are in" in mei.say("join 茶馆")
    assert "Just write to speak" in mei.say("help")
    assert "聊天室" in mei.say("加入"), "a word is enough, what it needs may be missing"
    assert "Just write to speak" in mei.say("help")
    assert "present" in mei.say("/who")
    assert "No such command" in mei.say("/dance")
    assert "现在有" in mei.say("谁在")


def test_the_menu_is_a_way_to_give_commands(stage: Stage, mei: Mei) -> None:
    mei.say("加入 茶馆")
    assert "没有新消息" in mei.click("更多")
    assert "没有这个命令" in mei.click("V1001_GOOD")
    assert not any("V1001" in frame for frame in heard(stage, stage.hall))


def test_scanning_a_code_leads_into_its_channel(stage: Stage, mei: Mei) -> None:
    scene = sign(stage.settings.secret_key or "", mei.wechat.account.appid, stage.chat)
    told = mei.follow(scene)
    assert "欢迎" in told
    assert "【闲聊】" in told
    room = sign(stage.settings.secret_key or "", mei.wechat.account.appid, stage.cast.room)
    assert "【大厅】" in mei.scan(room)
    assert "失效" in mei.scan(scene[:-1])
    assert "失效" in mei.scan("42")


def test_a_refusal_is_a_sentence(stage: Stage, mei: Mei) -> None:
    mei.say("加入 茶馆")
    assert "太长" in mei.say("长" * 2001)
    assert mei.say("   ") == ""


def test_another_organizations_rooms_are_not_there(stage: Stage, mei: Mei) -> None:
    from tests.cast import Cast

    theirs = Cast(stage.store, name="别家", name_key="别家")
    channel = theirs.channel("密谈")
    assert "没有叫" in mei.say("加入 别家")
    assert "没有找到" in mei.say(f"加入 {channel}")
    account = accounts.of(stage.store, mei.wechat.account.appid)
    assert account is not None
    assert account.organization != theirs.organization
