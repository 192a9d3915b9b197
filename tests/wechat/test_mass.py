"""A broadcast by mass message: on wish, few in a month, each person once, and what WeChat says at the end counts."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest

from rooms import broadcast_walk, broadcasts, denials, ledger, tags
from rooms import mass as jobs
from rooms.authority import Actor
from rooms.broadcasts import Audience, Broadcast
from rooms.denials import Feature
from rooms.planner import Way
from tests.wechat.town import MINUTE, OFFICIAL, Town
from wechat import mass
from wechat.platform import stops

DAY = 24 * 60 * MINUTE


@pytest.fixture(autouse=True)
def lifted(town: Town, calm: None) -> Iterator[None]:
    yield
    denials.lift(town.store, OFFICIAL, Feature.MASS)
    stops.end(town.store, OFFICIAL, Way.MASS)


def crowd(town: Town, staff: Actor, tag: str, count: int = 3) -> list[str]:
    """So many followers with a tag, whose windows are over."""
    people = [town.wechat.follower(OFFICIAL) for _ in range(count)]
    for each in people:
        town.wechat.say(each, "帮助")
        tags.set_(town.store, staff, town.person(each).id, [tag])
    town.wait(3 * DAY)
    return people


def start(town: Town, staff: Actor, tag: str, text: str) -> Broadcast:
    made = broadcasts.start(town.store, staff, text, Audience(tag=tag), mass=True)
    while broadcast_walk.advance(town.store):
        pass
    broadcast_walk.advance(town.store)
    return made


def go(town: Town, staff: Actor, tag: str, text: str) -> Broadcast:
    made = start(town, staff, tag, text)
    mass.send(town.store, town.stage.settings)
    return made


def until(true: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def masses(town: Town, openid: str) -> list[str]:
    return [each["text"] for each in town.wechat.outbox(openid) if each["kind"] == "mass_message"]


def test_everybody_gets_it_once_and_the_end_is_noted_for_each(town: Town, staff: Actor) -> None:
    people = crowd(town, staff, "茶友")
    made = go(town, staff, "茶友", "周六开新茶")
    assert mass.send(town.store, town.stage.settings) == 0
    assert [masses(town, each) for each in people] == [["周六开新茶"]] * 3
    until(lambda: broadcasts.progress(town.store, staff, made.id).mass[0].state == "done")
    found = broadcasts.progress(town.store, staff, made.id)
    assert (found.told, found.waiting) == ({"mass": 3}, 0)
    assert (found.mass[0].people, found.mass[0].sent) == (3, 3)
    assert [(one.way, one.state, one.detail) for one in town.sent(people[0])] == [("mass", "sent", "send success")]


def test_an_end_that_is_told_again_tells_nobody_again(town: Town, staff: Actor) -> None:
    crowd(town, staff, "老客")
    made = go(town, staff, "老客", "说过了")
    until(lambda: broadcasts.progress(town.store, staff, made.id).mass[0].state == "done")
    job = broadcasts.progress(town.store, staff, made.id).mass[0]
    jobs.ended(town.store, OFFICIAL, job.reference, jobs.Ended(False, False, "err(10001)", 0, 0, 3))
    found = broadcasts.progress(town.store, staff, made.id)
    assert (found.told, found.waiting, found.mass[0]) == ({"mass": 3}, 0, job)


def test_the_fifth_in_a_month_goes_by_the_planner(town: Town, staff: Actor) -> None:
    people = crowd(town, staff, "常客")
    for number in range(4):
        go(town, staff, "常客", f"第{number}回")
    made = go(town, staff, "常客", "第五回")
    assert [len(masses(town, each)) for each in people] == [4] * 3
    assert broadcasts.progress(town.store, staff, made.id).waiting == 3
    town.wechat.say(people[0], "帮助")
    town.wait(31)
    town.run()
    assert "第五回" in str(town.wechat.outbox(people[0]))


def test_an_account_that_may_not_is_asked_once(town: Town, staff: Actor) -> None:
    crowd(town, staff, "新客")
    town.wechat.inject("/cgi-bin/message/mass/send", errcode=48001)
    made = go(town, staff, "新客", "只问一次")
    assert denials.is_denied(town.store, OFFICIAL, Feature.MASS)
    assert broadcasts.progress(town.store, staff, made.id).waiting == 3
    again = go(town, staff, "新客", "不再问")
    assert broadcasts.progress(town.store, staff, again.id).mass == []


def test_an_answer_that_never_came_is_reported_and_not_repeated(town: Town, staff: Actor) -> None:
    people = crowd(town, staff, "远客")
    town.wechat.inject("/cgi-bin/message/mass/send", drop_after_effect=True)
    made = go(town, staff, "远客", "断线了")
    mass.send(town.store, town.stage.settings)
    found = broadcasts.progress(town.store, staff, made.id)
    assert (found.told, found.mass[0].state) == ({"unknown": 3}, "unknown")
    assert [masses(town, each) for each in people] == [["断线了"]] * 3


def test_a_death_before_the_answer_repeats_nobody(town: Town, staff: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    people = crowd(town, staff, "稀客")
    made = start(town, staff, "稀客", "断电了")

    def dies(*_: object) -> None:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(mass, "send_mass", dies)
        with pytest.raises(SystemExit):
            mass.send(town.store, town.stage.settings)
    assert broadcasts.progress(town.store, staff, made.id).telling == 3
    town.wait(2 * MINUTE)
    mass.send(town.store, town.stage.settings)
    ledger.give_up(town.store)
    found = broadcasts.progress(town.store, staff, made.id)
    assert (found.told, found.telling, found.mass[0].state) == ({"unknown": 3}, 0, "unknown")
    assert [masses(town, each) for each in people] == [[]] * 3


def test_words_that_wechat_refuses_go_by_no_other_way(town: Town, staff: Actor) -> None:
    people = crowd(town, staff, "茶客")
    town.wechat.post("/words", {"risky": ["发财"]})
    made = go(town, staff, "茶客", "包你发财")
    until(lambda: broadcasts.progress(town.store, staff, made.id).mass[0].state == "refused")
    found = broadcasts.progress(town.store, staff, made.id)
    assert (found.cancelled, found.waiting, found.told) == (3, 0, {})
    assert found.mass[0].detail == "err(20008)"
    assert {one.state for one in town.sent(people[0])} == {"failed"}


def test_a_broadcast_that_is_paused_or_cancelled_asks_nobody(town: Town, staff: Actor) -> None:
    people = crowd(town, staff, "闲客")
    made = start(town, staff, "闲客", "先别发")
    broadcasts.cancel(town.store, staff, made.id)
    assert mass.send(town.store, town.stage.settings) == 0
    assert [masses(town, each) for each in people] == [[]] * 3
    assert broadcasts.progress(town.store, staff, made.id).cancelled == 3


def test_a_month_begins_at_midnight_in_china() -> None:
    assert mass.month_began(1_795_657_290_000) == 1_793_462_400_000  # 2026-11-01T00:00+08:00
