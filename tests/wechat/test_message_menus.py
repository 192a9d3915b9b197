"""Message menus: what a touch gives instead of a word, where the account may send them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from rooms import channels, denials, seats
from rooms.denials import Feature
from tests.wechat.town import OFFICIAL, Town
from wechat.visit import Visit


@pytest.fixture(autouse=True)
def lifted(town: Town, calm: None) -> Iterator[None]:
    yield
    denials.lift(town.store, OFFICIAL, Feature.MESSAGE_MENUS)


def test_a_seat_is_taken_by_a_touch(town: Town) -> None:
    table = channels.add(town.store, town.stage.cast.room, "雅座", capacity=1)
    seats.enter(town.store, town.alice, table, "p.9")
    mei = town.wechat.follower(OFFICIAL)
    town.wechat.say(mei, "加入 雅座")
    seats.step_out(town.store, town.alice, table, "p.9")
    town.run()
    shown = town.wechat.outbox(mei)[-1]
    assert (shown["type"], shown["items"]) == ("msgmenu", [{"id": "queue", "content": "入座"}])
    answer = town.wechat.tap_menu_item(mei, "queue", "入座")["reply"]["text"]
    assert "你在茶馆的【雅座】" in answer


def test_a_long_digest_ends_with_what_can_be_touched_and_says_nothing_aloud(town: Town) -> None:
    mei = town.follower("阿长")
    for _ in range(12):
        town.alice_says("长话" * 60)
    town.wait(31)
    assert town.run()[Visit.SENT] == 1
    shown = next(each for each in town.wechat.outbox(mei) if each["kind"] == "customer_message")
    assert [each["id"] for each in shown["items"]] == ["more", "quiet"]
    assert len(shown["head"].encode()) + 64 <= 2048
    more = town.wechat.tap_menu_item(mei, "more", "更多")["reply"]["text"]
    assert more.startswith("【大厅】")
    assert "阿长" not in more, "the touch was no speech"


def test_an_account_that_may_not_is_told_so_once_and_its_people_get_the_words(town: Town) -> None:
    mei = town.follower("阿短")
    for _ in range(12):
        town.alice_says("又长" * 60)
    town.wait(31)
    town.wechat.inject("/cgi-bin/message/custom/send", errcode=40200)
    assert town.run()[Visit.FAILED] == 1
    assert denials.is_denied(town.store, OFFICIAL, Feature.MESSAGE_MENUS)
    assert town.run()[Visit.SENT] == 1
    sent = [each for each in town.wechat.outbox(mei) if each["kind"] == "customer_message"]
    assert [each["type"] for each in sent] == ["text"]


def test_an_item_that_is_not_ours_is_read_as_the_text_it_shows(town: Town) -> None:
    mei = town.follower("阿项")
    assert "现在有" in town.wechat.tap_menu_item(mei, "101", "谁在")["reply"]["text"]
