"""The mini-program's content checks over real HTTP, with the sandbox in WeChat's place."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from rooms import (
    accounts,
    archive,
    avatars,
    doubtful_names,
    identities,
    media,
    members,
    messages,
    nicknames,
    review,
    safety,
    seats,
)
from rooms.authority import Actor
from rooms.drafts import Draft
from rooms.events import Entry
from rooms.record import audit
from rooms.record import media as media_rows
from rooms.record import safety as safety_rows
from rooms.record.media import Media
from rooms.record.safety import Check
from rooms.store import Store
from tests.cast import Cast, opened
from tests.sandbox_client import MINI, Sandbox, mini_program, official_account
from wechat import checking
from wechat.platform.content_safety import verdict_of
from wechat.platform.login import code_to_session

TEXT, MEDIA = "/wxa/msg_sec_check", "/wxa/media_check_async"


@pytest.fixture(scope="module")
def wechat() -> Iterator[Sandbox]:
    with Sandbox([official_account(), mini_program()]) as sandbox:
        sandbox.post("/words", {"risky": ["坏话"], "review": ["难说"]})
        yield sandbox


class Stage:
    """Charlie logged in to the mini-program a moment ago."""

    def __init__(self, store: Store, wechat: Sandbox) -> None:
        self.store, self.wechat, self.cast = store, wechat, Cast(store)
        self.settings: Any = SimpleNamespace(wechat_api_url=wechat.url, public_url="https://tea.example",
                                             secret_key="a key for tests")
        self.hall = self.cast.channel("hall")
        self.account = accounts.of(store, MINI)
        if self.account is None:
            accounts.add(store, self.cast.organization, MINI, "mini_program", "mini-secret", "BBBBB")
            self.account = accounts.of(store, MINI)
        assert self.account is not None
        code, self.openid = wechat.login_code(MINI)
        code_to_session(self.settings, self.account, code)
        self.charlie = identities.sign_in(store, self.account, self.openid)
        members.join(store, self.charlie, self.cast.room)
        seats.enter(store, self.charlie, self.hall, "p1.1")
        self.admin, self.count = Actor(self.cast.person("admin"), "owner"), 0

    def policy(self, *those: str) -> None:
        safety.set_policy(self.store, self.admin, *those)
        self.store.shelf.refresh(self.store)

    def say(self, text: str) -> None:
        self.count += 1
        messages.post(self.store, self.charlie, self.hall, Draft("text", {"text": text}, f"k{self.count}"))
        archive.archive_channel(self.store, self.hall)

    def check(self) -> int:
        return checking.check(self.store, self.settings)

    def read(self) -> list[str]:
        entries = [Entry.parse(one.frame) for one in messages.after(self.store, self.hall, 0, 100)]
        return [entry.body["text"] if entry.body else "-" for entry in entries if entry.op == "message"]

    def verdicts(self) -> dict[tuple[str, str], int]:
        return safety.statistics(self.store, self.cast.organization)


@pytest.fixture
def stage(request: pytest.FixtureRequest, wechat: Sandbox) -> Stage:
    return Stage(opened(request), wechat)


def test_each_text_gets_wechats_verdict(stage: Stage) -> None:
    stage.policy("after", "off")
    for text in ("好话", "一句坏话", "很难说"):
        stage.say(text)
    assert stage.check() == 3
    assert stage.read() == ["好话", "-", "很难说"]
    assert [case.reported.seq for case in review.reported(stage.store, stage.admin, stage.cast.room)] == [3]
    assert stage.verdicts() == {("text", "pass"): 1, ("text", "risky"): 1, ("text", "review"): 1}
    assert stage.check() == 0


def test_a_new_name_is_judged_after_it_was_taken(stage: Stage) -> None:
    stage.policy("after", "off")
    assert nicknames.rename(stage.store, stage.charlie, "坏话大王").name == "坏话大王"
    stage.check()
    assert stage.verdicts() == {("name", "risky"): 1}
    called = identities.names_of(stage.store, [stage.charlie.id])[stage.charlie.id]
    assert called.startswith("茶客")
    last = stage.store.record.read(lambda c: audit.page(c, stage.cast.organization))[-1].act
    assert (last.act, last.target, last.actor) == ("name", stage.charlie.id, "s_steward")


def test_a_name_that_is_hard_to_judge_waits_for_people(stage: Stage) -> None:
    stage.policy("after", "off")
    nicknames.rename(stage.store, stage.charlie, "很难说先生")
    stage.check()
    assert stage.verdicts() == {("name", "review"): 1}
    assert [one.name for one in doubtful_names.waiting(stage.store, stage.admin)] == ["很难说先生"]


def test_a_new_picture_of_a_person_is_judged_where_wechat_can_fetch_it(stage: Stage) -> None:
    stage.policy("off", "before")
    now = stage.store.clock.now()
    faces = [Media(f"m_{name}", stage.cast.organization, stage.charlie.id, "avatar", "ready", "", 1, 240, 240, 0, "",
                   "face.jpg", 0, 0, 0, "", now + at) for at, name in enumerate(("good", "bad"))]
    asked = stage.wechat.calls(MINI).get((MEDIA, 0), 0)
    for face in faces:
        media.add(stage.store, stage.charlie, face)
        avatars.choose(stage.store, stage.charlie, face)
        assert stage.check() == 1
    assert stage.wechat.calls(MINI).get((MEDIA, 0), 0) - asked == 2
    waiting = stage.store.record.read(lambda c: c.exec_driver_sql("SELECT trace FROM checks ORDER BY at, id").all())
    for (trace,) in waiting:
        checking.media_verdict(stage.store, MINI, {"trace_id": trace, "result": {"suggest": "pass", "label": 100}})
    who = identities.who(stage.store, stage.charlie.id)
    assert who is not None
    assert avatars.is_shown(who.person.avatar, "m_bad"), "the last that was chosen"
    assert stage.verdicts() == {("avatar", "pass"): 2}


def test_a_verdict_that_comes_before_its_trace_is_written_down_counts(stage: Stage) -> None:
    stage.policy("off", "before")
    face = Media("m_early", stage.cast.organization, stage.charlie.id, "avatar", "ready", "", 1, 240, 240, 0, "",
                 "face.jpg", 0, 0, 0, "", stage.store.clock.now())
    media.add(stage.store, stage.charlie, face)
    avatars.choose(stage.store, stage.charlie, face)
    (check,) = safety.take(stage.store, 10)
    checking.media_verdict(stage.store, MINI, {"trace_id": "early1", "result": {"suggest": "pass", "label": 100}})
    safety.asked(stage.store, check, "early1")
    who = identities.who(stage.store, stage.charlie.id)
    assert who is not None
    assert avatars.is_shown(who.person.avatar, face.id)
    assert stage.verdicts() == {("avatar", "pass"): 1}


def test_somebody_who_was_away_for_two_hours_cannot_be_judged(stage: Stage) -> None:
    stage.policy("before", "off", "people")
    stage.wechat.advance(2 * 3_600 + 60)
    stage.say("好话")
    stage.check()
    assert stage.verdicts() == {("text", "unknown"): 1}
    assert len(review.held_messages(stage.store, stage.admin, stage.cast.room)) == 1


def test_trouble_at_wechat_is_asked_again_and_then_the_policy_decides(stage: Stage) -> None:
    stage.policy("before", "off", "show")
    stage.wechat.inject(TEXT, times=2, errcode=-1)
    stage.say("好话")
    assert stage.check() == 1
    assert (stage.read(), stage.check()) == ([], 0), "not before its time"
    stage.wechat.clear_faults()
    stage.store.record.write(lambda c: c.exec_driver_sql("UPDATE checks SET due = 0"))
    stage.check()
    assert stage.read() == ["好话"]
    assert stage.verdicts() == {("text", "pass"): 1}


def test_the_minutes_calls_are_not_overspent(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.policy("after", "off")
    monkeypatch.setitem(checking.MOST_A_MINUTE, "text", 2)
    before = stage.wechat.calls(MINI).get((TEXT, 0), 0)
    for number in range(5):
        stage.say(f"话{number}")
    stage.check()
    assert stage.wechat.calls(MINI).get((TEXT, 0), 0) - before <= 2
    assert stage.verdicts()["text", ""] >= 3, "they wait for the next minute"


def test_a_new_organization_has_texts_judged_after_and_media_before_they_are_shown(stage: Stage) -> None:
    found = safety.policy(stage.store, stage.cast.organization)
    assert (found.text, found.media, found.outage) == ("after", "before", "show")
    stage.policy("off", "off")
    accounts.add(stage.store, stage.cast.organization, "wxanother", "mini_program", "mini-secret")
    assert safety.policy(stage.store, stage.cast.organization).text == "off", "what was set stands"


def test_a_picture_that_is_still_being_made_ready_is_asked_about_later(stage: Stage) -> None:
    now = stage.store.clock.now()
    shown = Media("m_slow", stage.cast.organization, stage.charlie.id, "image", "working", "", 1, 1, 1, 0, "", "", 0, 0,
                  now + 60_000, "", now)
    check = Check("k_2", stage.cast.organization, stage.hall, 1, "", stage.charlie.id, "media", shown.id, "waiting", "",
                  "", "", "", 0, now, now)
    stage.store.record.write(lambda c: (media_rows.add(c, shown), safety_rows.add_many(c, [check])))
    before = stage.wechat.calls(MINI).get((MEDIA, 0), 0)
    assert stage.check() == 1
    kept = stage.store.record.read(lambda c: c.exec_driver_sql("SELECT state, tries, due FROM checks").one())
    assert (kept.state, kept.tries, kept.due > now) == ("waiting", 0, True)
    assert stage.wechat.calls(MINI).get((MEDIA, 0), 0) == before


def test_a_picture_is_judged_by_a_push(stage: Stage) -> None:
    stage.policy("off", "off")
    now = stage.store.clock.now()
    shown = Media("m_坏话"[:2] + "abc123", stage.cast.organization, stage.charlie.id, "image", "ready", "", 1, 1, 1, 0,
                  "", "坏话.jpg", 100, 0, 0, "", now)
    stage.store.record.write(lambda c: media_rows.add(c, shown))
    check = Check("k_1", stage.cast.organization, stage.hall, 1, "", stage.charlie.id, "media", shown.id, "waiting", "",
                  "", "", "", 0, now, now)
    stage.say("好话")
    stage.store.record.write(lambda c: safety_rows.add_many(c, [check]))
    stage.check()
    assert stage.wechat.calls(MINI)[MEDIA, 0] >= 1
    kept = stage.store.record.read(lambda c: c.exec_driver_sql("SELECT state, trace FROM checks").one())
    assert kept.state == "asked"
    told = {"Event": "wxa_media_check", "trace_id": kept.trace, "errcode": 0,
            "result": {"suggest": "risky", "label": "20002"}}
    checking.media_verdict(stage.store, MINI, told)
    assert stage.read() == ["-"]
    checking.media_verdict(stage.store, MINI, told)
    checking.media_verdict(stage.store, MINI, {"trace_id": "unknown"})


@pytest.mark.parametrize(("told", "word"), [
    ({"errcode": 0, "result": {"suggest": "pass", "label": 100}}, "pass"),
    ({"result": {"suggest": "risky", "label": "20002"}}, "risky"),
    ({"errcode": "0", "result": {"suggest": "review", "label": "20001"}}, "review"),
    ({"errcode": -1008, "detail": []}, "unknown"), ({"errcode": "-1008"}, "unknown"), ({"result": "pass"}, "unknown"),
    ({"result": {"suggest": "new word"}}, "unknown"), ({}, "unknown")])
def test_verdicts_are_read_in_every_shape_that_was_seen(told: dict[str, Any], word: str) -> None:
    assert verdict_of(told).word == word
