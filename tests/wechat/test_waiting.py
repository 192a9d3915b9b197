"""Mei before a full channel, and when she wants to be left in peace."""

from __future__ import annotations

import itertools
from typing import NamedTuple

import pytest

from rooms import channels, followers, quiet, seats, waiting
from tests.wechat.mei import Mei, heard
from tests.wechat.stage import Stage

NAMES = (f"茶座{number}" for number in itertools.count())


class Table(NamedTuple):
    """A channel with one seat."""

    channel: str
    name: str


@pytest.fixture
def table(stage: Stage) -> Table:
    name = next(NAMES)
    return Table(channels.add(stage.store, stage.cast.room, name, capacity=1), name)


def test_a_full_channel_has_a_queue_and_the_place_is_told(stage: Stage, mei: Mei, table: Table) -> None:
    bob = stage.cast.person("Bob")
    seats.enter(stage.store, bob, table.channel, "p.1")
    other = Mei(stage, mei.wechat)
    assert "第 1 位（共 1 位）" in other.say(f"加入 {table.name}")
    mei.say("加入 茶馆")
    assert "第 2 位（共 2 位）" in mei.say(f"切换 {table.name}")
    assert "第 2 位" in mei.say("排队")
    assert mei.say("还在大厅说话") == ""
    assert any("还在大厅说话" in frame for frame in heard(stage, stage.hall))
    seats.step_out(stage.store, bob, table.channel, "p.1")
    assert "你在茶馆的" in other.say("排队")
    seats.step_out(stage.store, other.person, table.channel, "")
    assert "You are in 茶馆" in mei.say("queue")
    assert "no queue" in mei.say("queue")


def test_leaving_gives_the_place_in_the_queue_up(stage: Stage, mei: Mei, table: Table) -> None:
    seats.enter(stage.store, stage.cast.person("Bob"), table.channel, "p.1")
    mei.say(f"加入 {table.name}")
    assert waiting.line(stage.store, table.channel, [mei.person.id]).length == 1
    assert "不再排" in mei.say("退出")
    assert waiting.line(stage.store, table.channel, [mei.person.id]).length == 0
    assert "没有在排队" in mei.say("排队")


def quiet_until(stage: Stage, mei: Mei) -> int | None:
    return quiet.until(stage.store, stage.hall, [mei.person.id]).get(mei.person.id)


def test_quiet_has_an_end_or_none_and_is_ended_by_a_word(stage: Stage, mei: Mei) -> None:
    mei.say("加入 茶馆")
    assert "免打扰，到 " in mei.say("免打扰 2小时")
    assert 7_100_000 < (quiet_until(stage, mei) or 0) - stage.store.clock.now() <= 7_200_000
    assert "有新消息会告诉你" in mei.say("恢复")
    assert "没有开免打扰" in mei.say("恢复")
    assert "没有期限" in mei.say("免打扰")
    assert quiet_until(stage, mei) == 0


def test_who_is_nowhere_can_ask_for_quiet_too(stage: Stage, mei: Mei) -> None:
    mei.say("免打扰")
    assert followers.of_user(stage.store, mei.person.id)[0].quiet_until == followers.FOR_GOOD
    assert "有新消息会告诉你" in mei.say("恢复")
