"""Messages that wait for a review, reports, and what becomes of both, on both databases."""

from __future__ import annotations

import time

import pytest

from rooms import (
    archive,
    arranging,
    held,
    members,
    messages,
    notices,
    receipts,
    reports,
    review,
    sanctions,
    seats,
    words,
)
from rooms.authority import Actor
from rooms.drafts import Draft
from rooms.errors import Code
from rooms.events import Door, Entry, Person
from rooms.held import Held
from rooms.messages import Said
from rooms.record import audit
from rooms.record import held as rows
from rooms.store import Store
from tests.cast import Cast
from tests.refusal import refusal


class Stage:
    """Olga owns the room, Bob moderates, Charlie and Dora talk; the word 茅台 is held. Mallory is elsewhere."""

    def __init__(self, store: Store) -> None:
        self.store, self.cast = store, Cast(store)
        self.hall, self.lounge = self.cast.channel("hall"), self.cast.channel("lounge")
        self.olga, self.bob, self.charlie, self.dora = map(self.cast.person, ("olga", "bob", "charlie", "dora"))
        self.mallory = Cast(store).person("mallory")
        for number, person in enumerate((self.olga, self.bob, self.charlie, self.dora)):
            seats.enter(store, person, self.hall, f"p1.{number}")
        members.set_role(store, self.cast.room, self.olga.id, "owner")
        members.set_role(store, self.cast.room, self.bob.id, "moderator")
        self.judge, self.admin = Actor(self.bob), Actor(self.olga, "owner")
        self.list = words.add_list(store, self.admin, self.cast.organization, "review", "hold")
        words.change_words(store, self.admin, self.list, add=["茅台"])

    def say(self, person: Person, text: str, client_id: str) -> Said | Held:
        return messages.post(self.store, person, self.hall, Draft("text", {"text": text}, client_id))

    def told(self, person: Person) -> list[tuple[str, dict[str, object]]]:
        return [(one.kind, notices.facts(one)) for one in notices.waiting(self.store, person.id)]

    def entries(self) -> list[Entry]:
        return [Entry.parse(one.frame) for one in messages.after(self.store, self.hall, 0, 100)]

    def only(self) -> rows.HeldRow:
        (row,) = review.held_messages(self.store, self.judge, self.cast.room)
        return row


@pytest.fixture
def stage(store: Store) -> Stage:
    return Stage(store)


def test_a_held_message_has_no_number_until_it_is_let_through(stage: Stage) -> None:
    assert stage.say(stage.charlie, "卖茅台", "k1") == Held(stage.hall, "k1")
    assert stage.entries() == []
    assert isinstance(stage.say(stage.dora, "早", "k1"), Said)
    published = review.approve(stage.store, stage.judge, stage.only().id)
    assert published is not None
    entry = stage.entries()[1]
    assert (entry.seq, entry.client_id, entry.author.name, entry.body) == (
        published.seq, "k1", "charlie", {"text": "卖茅台"})
    assert review.approve(stage.store, stage.judge, _id(stage)) is None, "decided already"
    assert receipts.unread(stage.store, stage.dora, [stage.hall])[stage.hall].unread == 1
    assert receipts.unread(stage.store, stage.charlie, [stage.hall])[stage.hall].unread == 1, "Dora's alone"


def test_what_was_reported_is_shown_where_redis_does_not_know_the_room_yet(stage: Stage) -> None:
    said = stage.say(stage.charlie, "滚", "k1")
    assert isinstance(said, Said)
    reports.report(stage.store, stage.dora, stage.hall, said.seq, "骂人")
    archive.archive_channel(stage.store, stage.hall)
    for key in stage.store.live.command("KEYS", f"{stage.store.live.prefix}:*", key=stage.cast.gate):
        stage.store.live.delete(key.decode())
    (case,) = review.reported(stage.store, stage.judge, stage.cast.room)
    assert case.entry is not None
    assert case.entry.body == {"text": "滚"}


def _id(stage: Stage) -> str:
    return stage.store.record.read(lambda c: rows.in_state(c, rows.PUBLISHED, 1 << 60, 10))[-1].id


def test_the_same_message_again_is_what_became_of_it(stage: Stage) -> None:
    for _ in range(2):
        assert stage.say(stage.charlie, "卖茅台", "k1") == Held(stage.hall, "k1")
    published = review.approve(stage.store, stage.judge, stage.only().id)
    again = stage.say(stage.charlie, "卖茅台", "k1")
    assert isinstance(again, Said)
    assert (again.seq, again.repeated) == (published.seq, True)
    stage.say(stage.charlie, "还有茅台", "k2")
    review.reject(stage.store, stage.judge, stage.only().id, "广告")
    assert refusal(stage.say, stage.charlie, "还有茅台", "k2") is Code.BLOCKED_WORDS
    assert len(stage.entries()) == 1


def test_a_process_that_dies_on_the_way_loses_nothing_and_doubles_nothing(
        stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.say(stage.charlie, "卖茅台", "k1")
    row = stage.only()
    with monkeypatch.context() as patch:
        patch.setattr(held, "_pass_on", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            review.approve(stage.store, stage.judge, row.id)
    monkeypatch.setattr(held, "LEFT_BEHIND_MS", -1)
    assert held.finish(stage.store) == 1
    assert held.finish(stage.store) == 0
    held._pass_on(stage.store, row)
    assert [entry.client_id for entry in stage.entries()] == ["k1"]


def test_what_was_on_its_way_into_a_room_that_is_closed_waits_again(
        stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.say(stage.charlie, "卖茅台", "k1")
    row = stage.only()
    stage.store.record.write(lambda c: rows.move(c, row.id, rows.WAITING, rows.PASSING, decided_at=1, by="u_x"))
    arranging.edit_room(stage.store, stage.admin, stage.cast.room, archived=True)
    monkeypatch.setattr(held, "LEFT_BEHIND_MS", -1)
    assert held.finish(stage.store) == 0
    assert stage.only().state == rows.WAITING
    arranging.edit_room(stage.store, stage.admin, stage.cast.room, archived=False)
    held._pass_on(stage.store, row)  # and who died right after: it has its number, closed or not
    stage.store.record.write(lambda c: rows.move(c, row.id, rows.WAITING, rows.PASSING, decided_at=1, by="u_x"))
    arranging.edit_room(stage.store, stage.admin, stage.cast.room, archived=True)
    assert held.finish(stage.store) == 1


def test_a_follower_hears_what_became_of_their_words(stage: Stage) -> None:
    follower = stage.cast.person("小丽", Door.WECHAT)
    members.join(stage.store, follower, stage.cast.room)
    seats.enter(stage.store, follower, stage.hall, "")
    stage.say(follower, "茅台一箱", "w1")
    review.approve(stage.store, stage.judge, stage.only().id)
    stage.say(follower, "茅台两箱", "w2")
    review.reject(stage.store, stage.judge, stage.only().id, "广告")
    assert stage.told(follower) == [("published", {}), ("rejected", {"reason": "广告"})]


def test_what_may_not_be_said_is_not_held_either(stage: Stage) -> None:
    sanctions.mute(stage.store, stage.judge, stage.hall, stage.charlie.id)
    assert refusal(stage.say, stage.charlie, "茅台", "k1") is Code.MUTED
    assert review.held_messages(stage.store, stage.judge, stage.cast.room) == []


def test_nobody_fills_the_queue(stage: Stage) -> None:
    for number in range(held.MOST_OF_ONE):
        stage.say(stage.charlie, "茅台", f"k{number}")
    assert refusal(stage.say, stage.charlie, "茅台", "one-more") is Code.RATE_LIMITED
    assert len(review.held_messages(stage.store, stage.judge, stage.cast.room)) == held.MOST_OF_ONE


def test_only_those_who_keep_order_there_see_the_queue_and_decide(stage: Stage) -> None:
    stage.say(stage.charlie, "茅台", "k1")
    row = stage.only()
    for actor, code in ((Actor(stage.charlie), Code.FORBIDDEN), (Actor(stage.mallory), Code.NOT_FOUND),
                        (Actor(stage.mallory, "owner"), Code.NOT_FOUND)):
        assert refusal(review.approve, stage.store, actor, row.id) is code
        assert refusal(review.reject, stage.store, actor, row.id) is code
        assert refusal(review.held_messages, stage.store, actor, stage.cast.room) is code
    assert refusal(review.held_messages, stage.store, Actor(stage.bob), stage.cast.organization) is Code.FORBIDDEN
    everywhere = review.held_messages(stage.store, stage.admin, stage.cast.organization)
    assert [one.id for one in everywhere] == [row.id]
    assert review.held_messages(stage.store, Actor(stage.mallory, "owner"), stage.mallory.organization) == []


def test_each_reports_a_message_once_and_never_their_own_or_what_they_may_not_read(stage: Stage) -> None:
    said = stage.say(stage.charlie, "加我", "k1")
    assert isinstance(said, Said)
    assert reports.report(stage.store, stage.dora, stage.hall, said.seq, "广告") is True
    assert reports.report(stage.store, stage.dora, stage.hall, said.seq) is False
    assert refusal(reports.report, stage.store, stage.charlie, stage.hall, said.seq) is Code.BAD_FRAME
    assert refusal(reports.report, stage.store, stage.mallory, stage.hall, said.seq) is Code.NOT_FOUND
    assert refusal(reports.report, stage.store, stage.dora, stage.hall, 99) is Code.NOT_FOUND
    assert refusal(reports.report, stage.store, stage.dora, stage.hall, said.seq, "", "e0") is Code.NOT_FOUND
    assert reports.latest(stage.store, stage.dora, stage.hall) == said.seq


def test_a_reported_message_is_shown_with_what_was_said_around_it(stage: Stage) -> None:
    for number in range(15):
        stage.say(stage.charlie if number == 7 else stage.dora, f"话{number}", f"k{number}")
    reports.report(stage.store, stage.dora, stage.hall, 8, "骂人")
    reports.report(stage.store, stage.olga, stage.hall, 8, "广告")
    (case,) = review.reported(stage.store, stage.judge, stage.cast.room)
    assert (case.reported.seq, case.reported.reports, case.reported.author) == (8, 2, stage.charlie.id)
    assert [one.reason for one in case.reports] == ["骂人", "广告"]
    assert case.entry is not None
    assert case.entry.body == {"text": "话7"}
    assert [one.seq for one in case.around] == list(range(3, 14))


@pytest.mark.parametrize(("outcome", "ops"), [
    ("dismissed", ["message"]), ("removed", ["message", "recalled"]), ("muted", ["message", "recalled", "muted"]),
    ("banned", ["message", "recalled", "banned"])])
def test_a_report_ends_and_those_who_reported_are_told(stage: Stage, outcome: str, ops: list[str]) -> None:
    stage.say(stage.charlie, "加我", "k1")
    for person in (stage.dora, stage.olga):
        reports.report(stage.store, person, stage.hall, 1)
    assert review.settle(stage.store, stage.judge, stage.hall, 1, outcome, 60, "看过了") == 2
    assert [entry.op for entry in stage.entries()] == ops
    assert stage.told(stage.dora) == [("report", {"outcome": outcome, "reason": "看过了"})]
    assert list(review.reported(stage.store, stage.judge, stage.cast.room)) == []
    assert review.settle(stage.store, stage.judge, stage.hall, 1, "dismissed") == 0
    acts = [row.act for row in stage.store.record.read(lambda c: audit.page(c, stage.cast.organization))]
    assert (acts[-1].act, acts[-1].target, acts[-1].actor) == ("reports", stage.charlie.id, stage.bob.id)
    assert stage.store.record.read(lambda c: audit.first_broken(c, stage.cast.organization)) is None


def test_all_that_somebody_said_lately_can_be_taken_back(stage: Stage) -> None:
    seats.enter(stage.store, stage.charlie, stage.lounge, "p1.9")
    for number in range(3):
        stage.say(stage.charlie, f"广告{number}", f"k{number}")
        stage.say(stage.dora, f"话{number}", f"k{number}")
    messages.post(stage.store, stage.charlie, stage.lounge, Draft("text", {"text": "广告"}, "k9"))
    assert refusal(review.remove_recent, stage.store, Actor(stage.dora), stage.cast.room, stage.charlie.id, 1) is (
        Code.FORBIDDEN)
    assert refusal(review.remove_recent, stage.store, stage.judge, stage.cast.room, stage.charlie.id, 1, "x" * 201) is (
        Code.TOO_LONG)
    assert review.remove_recent(stage.store, stage.judge, stage.cast.room, stage.charlie.id, 1) == 4
    assert [entry.text or (entry.body or {}).get("text") for entry in stage.entries() if entry.op == "message"] == [
        None, "话0", None, "话1", None, "话2"]
    assert review.remove_recent(stage.store, stage.judge, stage.cast.room, stage.charlie.id, 1) == 0


def test_once_it_is_decided_the_words_are_gone(stage: Stage) -> None:
    stage.say(stage.charlie, "茅台", "k1")
    review.reject(stage.store, stage.judge, stage.only().id)
    stage.say(stage.charlie, "茅台", "k2")
    assert "茅台" in stage.only().body, "what waits is kept"
    review.approve(stage.store, stage.judge, stage.only().id)

    def decided(state: str) -> rows.HeldRow:
        found = stage.store.record.read(lambda c: rows.in_state(c, state, 1 << 60, 1_000))
        return next(one for one in found if one.user == stage.charlie.id)

    for state in (rows.REJECTED, rows.PUBLISHED):
        gone = decided(state)
        assert (gone.body, gone.name, gone.user) == ("{}", "", stage.charlie.id)
    assert [e.body for e in stage.entries() if e.op == "message"] == [{"text": "茅台"}]
    assert refusal(stage.say, stage.charlie, "茅台", "k1") is Code.BLOCKED_WORDS, "that it was decided is known"


def test_what_an_older_version_kept_of_decided_words_is_emptied(stage: Stage) -> None:
    stage.say(stage.charlie, "茅台", "k1")
    stage.store.record.write(lambda c: rows.move(
        c, stage.only().id, rows.WAITING, rows.REJECTED, decided_at=1, by="s_1"))
    stage.say(stage.charlie, "茅台", "k2")
    assert held.forget(stage.store) > 0
    assert held.forget(stage.store) == 0
    assert "茅台" in stage.only().body


def test_statistics_count_what_was_held_and_reported(stage: Stage) -> None:
    stage.say(stage.charlie, "茅台", "k1")
    review.reject(stage.store, stage.judge, stage.only().id)
    stage.say(stage.charlie, "茅台", "k2")
    stage.say(stage.charlie, "加我", "k3")
    reports.report(stage.store, stage.dora, stage.hall, 1)
    found = review.statistics(stage.store, stage.admin)
    assert found.held == {("words", "rejected"): 1, ("words", "waiting"): 1}
    assert found.reports == {"open": 1}


def test_a_message_that_several_reported_waits_once_and_no_more_when_it_is_settled(stage: Stage) -> None:
    stage.say(stage.charlie, "茅台", "k1")
    stage.say(stage.charlie, "加我", "k2")
    reports.report(stage.store, stage.dora, stage.hall, 1)
    reports.report(stage.store, stage.judge.person, stage.hall, 1)
    assert review.statistics(stage.store, stage.admin).waiting == 2
    review.settle(stage.store, stage.judge, stage.hall, 1, "dismissed")
    assert review.statistics(stage.store, stage.admin).waiting == 1
    review.reject(stage.store, stage.judge, stage.only().id)
    assert review.statistics(stage.store, stage.admin).waiting == 0


def test_who_does_not_wait_for_the_answer_hears_held_too(stage: Stage) -> None:
    heard: list[object] = []
    messages.post_soon(stage.store, stage.charlie, stage.hall, Draft("text", {"text": "茅台"}, "s1"), heard.append)
    end = time.monotonic() + 60
    while not heard and time.monotonic() < end:
        time.sleep(0.01)
    assert heard == [Held(stage.hall, "s1")]
