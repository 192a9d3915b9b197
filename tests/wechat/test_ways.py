"""By which way somebody hears: windows first, then the yeses they gave to templates, and nothing twice."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from rooms import accounts, announcements, channels, identities, members, sanctions, seats, templates
from rooms.authority import Actor
from rooms.errors import Refused
from rooms.events import Person
from rooms.record import consents
from tests.sandbox_client import MINI
from tests.wechat.town import HOUR, OFFICIAL, Town
from wechat import explaining, sessions
from wechat.pushes import Push
from wechat.reports import Reports
from wechat.visit import Visit

DAYS = 24 * HOUR
NAMES = (f"茶座{number}" for number in itertools.count())
FIELDS = {"thing1": "{channel}", "name2": "{name}", "number3": "{count}"}
pytestmark = pytest.mark.usefixtures("calm")


@pytest.fixture
def olga(town: Town) -> Actor:
    olga = town.stage.cast.person("Olga")
    members.join(town.store, olga, town.stage.cast.room)
    members.set_role(town.store, town.stage.cast.room, olga.id, "owner")
    return Actor(olga)


def by_template(town: Town, openid: str) -> list[dict[str, Any]]:
    return [each for each in town.wechat.outbox(openid) if each["kind"] in ("subscribe_message", "template_message")]


# acts upon somebody

def test_who_is_muted_while_away_is_told_at_once_with_reason_and_end(town: Town, olga: Actor) -> None:
    mei = town.follower()
    sanctions.mute(town.store, olga, town.stage.hall, town.person(mei).id, 600, "刷屏")
    assert town.run()[Visit.SENT] == 1
    told = town.digests(mei)
    assert len(told) == 1
    assert told[0].startswith("你在【大厅】被禁言，到 ")
    assert told[0].endswith("理由：刷屏")
    assert town.run()[Visit.SENT] == 0


def test_the_next_answer_tells_it_if_that_is_first(town: Town, olga: Actor) -> None:
    mei = town.follower()
    sanctions.mute(town.store, olga, town.stage.hall, town.person(mei).id, 600)
    town.wechat.inject("/cgi-bin/message/custom/send", times=5, errcode=45047)
    town.run()
    answer = town.wechat.say(mei, "谁在")["reply"]["text"]
    assert answer.startswith("你在【大厅】被禁言")
    assert "现在有" in answer
    town.wechat.clear_faults()
    town.wait(120)
    town.run()
    assert town.digests(mei) == []
    assert "被禁言" not in town.wechat.say(mei, "谁在")["reply"]["text"]


def test_who_is_put_out_is_told_and_says_nothing_there_any_more(town: Town, olga: Actor) -> None:
    mei = town.follower()
    sanctions.kick(town.store, olga, town.stage.hall, town.person(mei).id, "吵闹")
    answer = town.wechat.say(mei, "还在吗")["reply"]["text"]
    assert "没有发出" in answer
    town.run()
    assert any("你被请出【大厅】" in text and "吵闹" in text for text in town.digests(mei))
    town.alice_says("她听不到的话")
    town.wait(40)
    town.run()
    assert not any("听不到" in text for text in town.digests(mei))
    assert "你在茶馆的【大厅】" in town.wechat.say(mei, "加入 大厅")["reply"]["text"]


# a seat

def test_who_waits_is_called_and_a_yes_takes_the_seat(town: Town) -> None:
    name = next(NAMES)
    table = channels.add(town.store, town.stage.cast.room, name, capacity=1)
    seats.enter(town.store, town.alice, table, "p.9")
    mei = town.wechat.follower(OFFICIAL)
    assert "第 1 位" in town.wechat.say(mei, f"加入 {name}")["reply"]["text"]
    seats.step_out(town.store, town.alice, table, "p.9")
    assert town.run()[Visit.SENT] == 1
    assert town.digests(mei) == [f"【{name}】有位子了，给你留 3 分钟。回复“1”入座。"]
    assert f"你在茶馆的【{name}】" in town.wechat.say(mei, "1")["reply"]["text"]


# templates

def test_a_mention_reaches_the_mini_program_by_a_yes_when_no_window_is_open(town: Town, staff: Actor) -> None:
    templates.set_template(town.store, staff, MINI, "subscribe", "mention", "tmpl_mention", FIELDS, "pages/room/room")
    mini = accounts.of(town.store, MINI)
    assert mini is not None
    bo = identities.sign_in(town.store, mini, town.wechat.follower(MINI, follow=False))
    openid = _openid(town, bo)
    bo = identities.rename(town.store, bo, "阿波")
    seats.enter(town.store, bo, town.stage.hall, "p.3")
    seats.step_out(town.store, bo, town.stage.hall, "p.3")
    town.wechat.act(openid, "answer_subscription", templates={"tmpl_mention": "accept"})
    town.alice_says("没有叫谁的话")
    town.run()
    assert by_template(town, openid) == []
    town.alice_says("@阿波 快来，机密")
    assert town.run()[Visit.SENT] == 1
    told = by_template(town, openid)
    assert [each["data"] for each in told] == [{"thing1": "大厅", "name2": "Alice", "number3": "2"}]
    assert "机密" not in str(told)
    town.alice_says("@阿波 还没来")
    town.run()
    assert len(by_template(town, openid)) == 1, "one yes is one message"


def test_ways_are_tried_in_their_order_and_a_spent_yes_is_believed(town: Town, staff: Actor) -> None:
    templates.set_template(town.store, staff, OFFICIAL, "bizsend", "mention", "tmpl_biz", FIELDS)
    templates.set_template(town.store, staff, OFFICIAL, "template", "mention", "tmpl_plain", FIELDS)
    mei = town.follower("阿梅")
    town.wait(3 * DAYS)
    templates.accepted(town.store, OFFICIAL, mei, "tmpl_biz")  # WeChat knows nothing of this yes
    town.alice_says("@阿梅 看这里")
    assert town.run()[Visit.FAILED] == 1
    assert town.run()[Visit.SENT] == 1
    assert [each["kind"] for each in by_template(town, mei)] == ["template_message"]
    assert [(one.way, one.state, one.errcode) for one in town.sent(mei)] == [
        ("bizsend", "failed", 43101), ("template", "sent", None)]
    town.alice_says("@阿梅 再看")
    town.wait(HOUR)
    town.run()
    assert len(by_template(town, mei)) == 1, "template messages need no yes, so they are rare"
    town.wait(6 * HOUR)
    town.run()
    assert len(by_template(town, mei)) == 2
    assert "@阿梅 看这里" in town.wechat.say(mei, "更多")["reply"]["text"]


def test_a_template_that_wechat_does_not_know_is_switched_off(town: Town, staff: Actor) -> None:
    templates.set_template(town.store, staff, OFFICIAL, "template", "announcement", "tmpl_gone", {"thing1": "{room}"})
    mei = town.follower()
    town.wait(3 * DAYS)
    town.wechat.inject("/cgi-bin/message/template/send", errcode=40037)
    announcements.announce(town.store, Actor(staff.person, "owner"), town.stage.hall, "通知")
    town.run()
    assert by_template(town, mei) == []
    known = {one.kind: one for one in templates.of_account(town.store, staff, OFFICIAL) if one.way == "template"}
    assert not known["announcement"].on
    assert "40037" in known["announcement"].problem


def _openid(town: Town, person: Person) -> str:
    from rooms.record import identities as rows

    return town.store.record.read(lambda c: rows.of_user(c, person.id))[0].openid


def test_every_decision_can_be_explained(town: Town, staff: Actor) -> None:
    mei = town.follower("阿英")
    town.alice_says("说给阿英听")
    found = explaining.explain(town.store, town.stage.settings, mei)
    assert found["name"] == "阿英"
    assert [(one["decision"], one["because"]) for one in found["now"]] == [
        ("wait", "the pace allows the next digest then")]
    town.wait(31)
    town.run()
    found = explaining.explain(town.store, town.stage.settings, found["user"])
    assert {one["window"]: one["left"] for one in found["windows"]} == {"message": 5, "act": 2}
    assert [(one["way"], one["state"]) for one in found["deliveries"]] == [("customer_service", "sent")]
    assert found["now"][0]["because"] == "nothing is owed"
    with pytest.raises(Refused):
        explaining.explain(town.store, town.stage.settings, "o_nobody")


def test_who_leaves_is_forgotten_but_not_their_ban(town: Town, olga: Actor) -> None:
    mei = town.follower("阿离")
    sanctions.ban(town.store, olga, town.stage.cast.room, town.person(mei).id, 86_400, "捣乱")
    templates.accepted(town.store, OFFICIAL, mei, "tmpl_biz")
    before = town.person(mei).id
    town.wechat.unfollow(mei)
    assert town.store.record.read(lambda c: consents.left(c, OFFICIAL, mei)) == {}
    key = town.store.live.name("follower", f"{{{OFFICIAL}:{mei}}}")
    assert town.store.live.command("EXISTS", key, key=key) == 0
    town.run()
    assert town.digests(mei) == []
    town.wechat.follow(mei)
    assert town.person(mei).id == before
    assert town.person(mei).name != "阿离"
    assert "不能进入" in town.wechat.say(mei, "加入 茶馆")["reply"]["text"]


def test_an_address_that_is_not_allowed_is_named(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    town.follower()
    town.alice_says("谁听得到")
    town.wait(31)
    town.wechat.inject("/cgi-bin/message/custom/send", errcode=40164)
    town.run()
    assert "IP whitelist: add 127.0.0.1 to it" in caplog.text


def test_who_writes_in_the_mini_programs_session_gets_a_card_once(town: Town) -> None:
    bo = town.wechat.follower(MINI, follow=False)
    town.wechat.say(bo, "有人吗")
    assert sessions.answer(town.store, town.stage.settings) == 1
    town.wechat.say(bo, "喂")
    assert sessions.answer(town.store, town.stage.settings) == 0
    cards = [each for each in town.wechat.outbox(bo) if each["type"] == "miniprogrampage"]
    assert [(each["title"], each["pagepath"]) for each in cards] == [("茶馆", "pages/rooms/rooms")]


def test_a_mini_programs_own_events_are_handed_on(town: Town) -> None:
    """The one hand that takes them is named where the house is put together."""
    taken: list[Any] = []
    reports = Reports(town.store, {"wxa_media_check": lambda _, appid, fields: taken.append((appid, fields["result"]))})
    account = accounts.of(town.store, MINI)
    assert account is not None
    body = b'{"FromUserName":"oX","MsgType":"event","Event":"wxa_media_check","result":{"label":"100"}}'
    push = Push("oX", "gh", "event", {"Event": "wxa_media_check"}, True, "1", body)
    assert reports.concern(push)
    reports.note(account, push)
    assert taken == [(MINI, {"label": "100"})]
