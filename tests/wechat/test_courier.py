"""What a quiet follower hears from us, over real HTTP against the sandbox, on a clock that both houses share."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from rooms import cursors, seats
from tests.wechat.town import HOUR, MINUTE, OFFICIAL, Town
from wechat import courier
from wechat.agenda import Agenda, Item
from wechat.visit import Visit

pytestmark = pytest.mark.usefixtures("calm")


def test_after_thirty_quiet_seconds_she_hears_what_she_missed(town: Town) -> None:
    mei = town.follower()
    town.alice_says("第一句")
    town.run()
    assert town.digests(mei) == []
    town.alice_says("第二句")
    town.wait(31)
    assert town.run()[Visit.SENT] == 1
    assert town.digests(mei) == ["【大厅】2 条新消息\nAlice：第一句\nAlice：第二句"]
    assert [one.state for one in town.sent(mei)] == ["sent"]
    assert "没有新消息" in town.wechat.say(mei, "更多")["reply"]["text"]


def test_a_link_that_stands_alone_comes_as_a_card_and_two_as_words(town: Town) -> None:
    mei = town.follower()
    link = {"title": "春茶上新", "url": "https://tea.example/spring", "description": "明前龙井"}
    town.alice_sends("link", link)
    town.wait(31)
    town.run()
    [card] = [each["articles"] for each in town.wechat.outbox(mei) if each["kind"] == "customer_message"]
    assert card == [{"title": "Alice：春茶上新", "description": "【大厅】1 条新消息 明前龙井", "url": link["url"]}]
    town.alice_sends("link", link)
    town.alice_says("好看")
    town.wait(121)
    town.run()
    last = town.wechat.outbox(mei)[-1]
    assert last["text"] == "【大厅】2 条新消息\nAlice：[链接] 春茶上新 https://tea.example/spring\nAlice：好看"
    assert [one.state for one in town.sent(mei)] == ["sent", "sent"]
    assert "没有新消息" in town.wechat.say(mei, "更多")["reply"]["text"]


def test_the_pace_makes_four_digests_and_keeps_the_fifth_for_her_name(town: Town) -> None:
    mei = town.follower("美美")
    for number, seconds in enumerate((31, 121, 901, 7201)):
        town.alice_says(f"话{number}")
        town.wait(seconds - 5)
        town.run()
        assert len(town.digests(mei)) == number
        town.wait(5)
        town.run()
        assert len(town.digests(mei)) == number + 1
    town.alice_says("还有")
    town.wait(9 * HOUR)
    town.run()
    assert len(town.digests(mei)) == 4
    town.alice_says("@美美 你在吗")
    town.run()
    assert "@美美" in town.digests(mei)[-1]
    assert len(town.digests(mei)) == 5


def test_her_next_push_opens_everything_again(town: Town) -> None:
    mei = town.follower()
    town.wait(49 * HOUR)
    town.alice_says("没人听见")
    town.run()
    assert town.digests(mei) == []
    assert "没人听见" in town.wechat.say(mei, "在")["reply"]["text"]
    town.alice_says("现在呢")
    town.wait(31)
    town.run()
    assert len(town.digests(mei)) == 1


def test_a_lost_answer_is_never_sent_again_but_stays_owed_for_the_next_pull(town: Town) -> None:
    mei = town.follower()
    town.alice_says("听见了吗")
    town.wait(31)
    town.wechat.inject("/cgi-bin/message/custom/send", drop_after_effect=True)
    assert town.run()[Visit.UNKNOWN] == 1
    assert [one.state for one in town.sent(mei)] == ["unknown"]
    for _ in range(4):
        town.wait(3 * HOUR)
        town.run()
    assert len(town.digests(mei)) == 1
    assert "听见了吗" in town.wechat.say(mei, "更多")["reply"]["text"]


def test_after_a_lost_answer_only_what_is_new_is_sent(town: Town) -> None:
    mei = town.follower()
    town.alice_says("旧的")
    town.wait(31)
    town.wechat.inject("/cgi-bin/message/custom/send", http_status=502)
    assert town.run()[Visit.UNKNOWN] == 1
    town.alice_says("新的")
    town.wait(200)
    assert town.run()[Visit.SENT] == 1
    assert town.digests(mei) == ["【大厅】1 条新消息\nAlice：新的"]
    assert "旧的" in town.wechat.say(mei, "更多")["reply"]["text"]


def test_a_worker_that_died_before_the_outcome_leaves_an_unknown(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    mei = town.follower()
    town.alice_says("嗯")
    town.wait(31)
    with monkeypatch.context() as patch:
        patch.setattr("wechat.sender.send_text", lambda *_: (_ for _ in ()).throw(SystemExit))
        with pytest.raises(SystemExit):
            town.run()
    assert [one.state for one in town.sent(mei)] == ["intent"]
    for _ in range(3):
        town.wait(5 * MINUTE)
        town.store.live.delete(town.store.live.name("once", "stale-intents"))
        town.run()
    assert [one.state for one in town.sent(mei)] == ["unknown"]
    assert town.digests(mei) == []


def test_two_couriers_at_once_send_one_digest(town: Town) -> None:
    mei = town.follower()
    town.alice_says("一次")
    town.wait(31)
    town.run()
    mei2 = town.follower()
    town.alice_says("两次")
    town.wait(200)
    item = Item(town.stage.hall, town.person(mei2).id)
    Agenda(town.store.live).put(item, 0)
    threads = [threading.Thread(target=courier.deliver, args=(town.store, town.stage.settings)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(town.digests(mei2)) == 1
    assert len(town.digests(mei)) <= 2


@pytest.mark.parametrize(("errcode", "later"), [
    (45015, 0), (45047, 1), (40003, 0), (43004, 0), (48001, 0), (45009, 0), (-1, 1), (45011, 1), (50002, 0), (48002, 0),
    (99999, 1)])
def test_a_refusal_is_a_normal_outcome(town: Town, errcode: int, later: int) -> None:
    """45047 ends one window; the other is still open."""
    town.wait_past_midnight(HOUR)
    mei = town.follower()
    town.alice_says("好消息")
    town.wait(31)
    town.wechat.inject("/cgi-bin/message/custom/send", errcode=errcode)
    assert town.run()[Visit.FAILED] == 1
    assert (town.sent(mei)[0].state, town.sent(mei)[0].errcode) == ("failed", errcode)
    town.wait(15 * MINUTE)
    town.run()
    assert len(town.digests(mei)) == later
    assert "好消息" in town.wechat.say(mei, "更多")["reply"]["text"] or later


def test_a_stale_token_is_renewed_once_and_the_message_arrives(town: Town) -> None:
    mei = town.follower()
    town.alice_says("换钥匙")
    town.wait(31)
    town.wechat.inject("/cgi-bin/message/custom/send", errcode=40001)
    assert town.run()[Visit.SENT] == 1
    assert len(town.digests(mei)) == 1


def test_who_sits_at_a_live_socket_gets_nothing_twice(town: Town) -> None:
    mei = town.follower()
    person = town.person(mei)
    seats.enter(town.store, person, town.stage.hall, "p.9")
    town.alice_says("你看得到")
    town.wait(31)
    assert town.run()[Visit.WAITING] == 1
    assert town.digests(mei) == []
    seats.step_out(town.store, person, town.stage.hall, "p.9")
    town.wait(31)
    assert town.run()[Visit.SENT] == 1


def test_who_unfollowed_is_left_alone(town: Town) -> None:
    mei = town.follower()
    town.wechat.unfollow(mei)
    town.alice_says("再见")
    town.wait(31)
    assert town.run()[Visit.SENT] == 0
    assert town.digests(mei) == []


def test_a_long_message_comes_in_parts_over_several_digests(town: Town) -> None:
    mei = town.follower()
    town.alice_says("长" * 1500)
    town.wait(31)
    town.run()
    town.wait(121)
    town.run()
    town.wait(901)
    town.run()
    town.wait(7201)
    town.run()
    told = town.digests(mei)
    assert "(1/3)" in told[0]
    assert sum(text.count("长") for text in told) == 1500


def test_one_token_serves_everybody(town: Town) -> None:
    town.store.live.delete(town.store.live.name("token", OFFICIAL))
    before = sum(count for (path, _), count in town.wechat.calls().items() if "token" in path)
    for _ in range(6):
        town.follower()
    town.alice_says("大家好")
    town.wait(31)
    assert town.run()[Visit.SENT] == 6
    after = sum(count for (path, _), count in town.wechat.calls().items() if "token" in path)
    assert after - before == 1


def test_where_redis_lost_her_windows_they_count_as_spent_until_she_acts(town: Town) -> None:
    mei = town.follower()
    key = town.store.live.name("follower", f"{{{OFFICIAL}:{mei}}}")
    town.store.live.delete(key)
    town.alice_says("还在吗")
    town.wait(31)
    assert town.run()[Visit.HELD] == 1
    assert town.digests(mei) == []
    assert "还在吗" in town.wechat.say(mei, "在的")["reply"]["text"]
    town.alice_says("太好了")
    town.wait(31)
    assert town.run()[Visit.SENT] == 1


def test_a_busy_room_does_not_make_digests_come_sooner(town: Town) -> None:
    mei = town.follower()
    for number in range(20):
        town.alice_says(f"快{number}")
        town.wait(4)
        town.run()
    assert len(town.digests(mei)) == 1
    for number in range(20, 40):
        town.alice_says(f"快{number}")
        town.wait(4)
        town.run()
    assert len(town.digests(mei)) == 2
    told = "".join(town.digests(mei))
    assert [f"快{number}" in told for number in range(26)] == [True] * 26


def test_a_crash_of_redis_after_the_intent_sends_nothing_twice(town: Town) -> None:
    mei = town.follower()
    town.alice_says("别重复")
    town.wait(31)
    assert town.run()[Visit.SENT] == 1
    person = town.person(mei)
    places = f"{town.store.live.prefix}:{{{town.stage.cast.room}}}:{town.stage.hall}:places"
    told = cursors.told(town.store, town.stage.hall, person.id)
    assert told is not None
    town.store.live.command("HSET", places, person.id, f"{told.epoch} {told.seq - 1}", key=places)
    for _ in range(3):
        town.wait(9000)
        town.run()
    assert len(town.digests(mei)) == 1


@pytest.mark.parametrize("trouble", [{"http_status": 500}, {"html": True}, {"errcode": -1}])
def test_an_outage_costs_no_more_calls_than_a_good_day_and_loses_nothing(town: Town, trouble: dict[str, Any]) -> None:
    """Ten minutes in which WeChat answers nonsense: few calls, and afterwards everybody knows or can ask."""
    people = [town.follower() for _ in range(16)]
    before = sends(town)
    town.wechat.inject("/cgi-bin/message/custom/send", times=10_000, **trouble)
    town.alice_says("停电时说的话")
    for _ in range(20):
        town.wait(31)
        town.run()
    assert sends(town) - before <= 1.1 * len(people)
    town.wechat.clear_faults()
    for _ in range(30):
        town.wait(60)
        town.run()
    for mei in people:
        answer = town.wechat.say(mei, "更多")["reply"]["text"]
        heard = "".join(town.digests(mei))
        assert "停电时说的话" in heard + answer
        if any(one.state == "unknown" for one in town.sent(mei)):
            assert heard == "", "what may have been sent is not sent again"


def sends(town: Town) -> int:
    counts = town.wechat.get("/calls", appid=OFFICIAL)["counts"]
    return sum(one["count"] for one in counts if one["api"] == "/cgi-bin/message/custom/send")
