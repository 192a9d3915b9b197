"""What a verdict on a message brings about, after it was shown or before, on both databases."""

from __future__ import annotations

import pytest

from rooms import archive, arranging, edits, members, messages, review, safety, seats
from rooms.authority import Actor
from rooms.drafts import Draft
from rooms.errors import Code, Refused
from rooms.events import Door, Entry, Person
from rooms.held import Held
from rooms.messages import Said
from rooms.record import audit
from rooms.record import held as held_rows
from rooms.record.safety import Check
from rooms.safety import AFTER, BEFORE, PEOPLE, SHOW, Verdict
from rooms.store import Store
from tests.cast import Cast


class Stage:
    """Olga owns the room, Charlie and Dora talk in the mini-program, Mei as a follower."""

    def __init__(self, store: Store) -> None:
        self.store, self.cast = store, Cast(store)
        self.hall = self.cast.channel("hall")
        self.olga, self.charlie, self.dora = map(self.cast.person, ("olga", "charlie", "dora"))
        self.mei = self.cast.person("mei", Door.WECHAT)
        for person, holder in ((self.olga, "p1.0"), (self.charlie, "p1.1"), (self.dora, "p1.2"), (self.mei, "")):
            members.join(store, person, self.cast.room)
            seats.enter(store, person, self.hall, holder)
        members.set_role(store, self.cast.room, self.olga.id, "owner")
        self.admin, self.count = Actor(self.olga, "owner"), 0

    def policy(self, text: str, outage: str = SHOW) -> None:
        safety.set_policy(self.store, self.admin, text, "off", outage)
        self.store.shelf.refresh(self.store)

    def say(self, person: Person, text: str) -> Said | Held:
        self.count += 1
        said = messages.post(self.store, person, self.hall, Draft("text", {"text": text}, f"k{self.count}"))
        archive.archive_channel(self.store, self.hall)
        return said

    def due(self) -> list[Check]:
        safety.collect(self.store)
        return safety.take(self.store, 100)

    def judged(self, word: str) -> None:
        for check in self.due():
            safety.settle(self.store, check, Verdict(word, "20002"))

    def read(self) -> list[str]:
        """What is to be read now; a dash for what was taken back."""
        entries = [Entry.parse(one.frame) for one in messages.after(self.store, self.hall, 0, 100)]
        return [entry.body["text"] if entry.body else "-" for entry in entries if entry.op == "message"]


@pytest.fixture
def stage(store: Store) -> Stage:
    return Stage(store)


@pytest.mark.parametrize(("word", "read", "cases"), [
    ("pass", ["好话"], 0), ("risky", ["-"], 0), ("review", ["好话"], 1), ("unknown", ["好话"], 0)])
def test_what_was_shown_is_taken_back_on_a_bad_verdict(stage: Stage, word: str, read: list[str], cases: int) -> None:
    stage.policy(AFTER)
    assert isinstance(stage.say(stage.charlie, "好话"), Said)
    stage.judged(word)
    assert stage.read() == read
    assert len(review.reported(stage.store, stage.admin, stage.cast.room)) == cases
    assert stage.due() == [], "once is enough"


@pytest.mark.parametrize(("word", "read", "waiting"), [
    ("pass", ["好话"], 0), ("risky", [], 0), ("review", [], 1), ("unknown", ["好话"], 0)])
def test_what_is_held_waits_for_its_verdict(stage: Stage, word: str, read: list[str], waiting: int) -> None:
    stage.policy(BEFORE)
    assert isinstance(stage.say(stage.charlie, "好话"), Held)
    assert stage.read() == []
    stage.judged(word)
    assert stage.read() == read
    assert len(review.held_messages(stage.store, stage.admin, stage.cast.room)) == waiting
    archive.archive_channel(stage.store, stage.hall)
    stage.policy(AFTER)
    assert stage.due() == []


def test_a_room_that_was_closed_meanwhile_leaves_it_to_people(stage: Stage) -> None:
    stage.policy(BEFORE)
    stage.say(stage.charlie, "好话")
    arranging.edit_room(stage.store, stage.admin, stage.cast.room, archived=True)
    stage.judged("pass")
    assert stage.due() == [], "nobody is asked a second time"
    (row,) = review.held_messages(stage.store, stage.admin, stage.cast.room)
    arranging.edit_room(stage.store, stage.admin, stage.cast.room, archived=False)
    assert review.approve(stage.store, stage.admin, row.id) is not None
    assert stage.read() == ["好话"]


def test_where_no_verdict_can_be_had_the_policy_decides(stage: Stage) -> None:
    stage.policy(BEFORE, PEOPLE)
    stage.say(stage.charlie, "好话")
    stage.judged("unknown")
    assert stage.read() == []
    assert len(review.held_messages(stage.store, stage.admin, stage.cast.room)) == 1
    stage.policy(AFTER, PEOPLE)
    stage.say(stage.dora, "又一句")
    stage.judged("unknown")
    assert stage.read() == ["又一句"]
    assert len(review.reported(stage.store, stage.admin, stage.cast.room)) == 1


def test_asking_again_comes_before_giving_up(stage: Stage) -> None:
    stage.policy(BEFORE)
    stage.say(stage.charlie, "好话")
    (check,) = stage.due()
    safety.settle(stage.store, check, Verdict("unknown"), again=True)
    assert stage.read() == []
    assert stage.due() == [], "not yet"
    safety.settle(stage.store, check._replace(tries=safety.MOST_TRIES), Verdict("unknown"), again=True)
    assert stage.read() == ["好话"]


def test_followers_moderators_and_staff_are_not_judged(stage: Stage) -> None:
    stage.policy(BEFORE)
    for person in (stage.mei, stage.olga):
        assert isinstance(stage.say(person, "好话"), Said)
    assert stage.due() == []
    stage.policy(AFTER)
    stage.say(stage.mei, "好话")
    assert stage.due() == []


def test_what_was_said_before_a_policy_is_let_be(stage: Stage) -> None:
    stage.say(stage.charlie, "从前")
    stage.policy(AFTER)
    stage.say(stage.charlie, "现在")
    assert [check.content for check in stage.due()] == ["现在"]


def test_two_who_ask_at_once_never_ask_the_same(stage: Stage) -> None:
    stage.policy(AFTER)
    stage.say(stage.charlie, "好话")
    safety.collect(stage.store)
    safety.collect(stage.store)
    assert [len(safety.take(stage.store, 10)), len(safety.take(stage.store, 10))] == [1, 0]


def test_a_push_is_heard_by_its_own_organization_alone(stage: Stage) -> None:
    stage.policy(BEFORE)
    stage.say(stage.charlie, "好话")
    (check,) = stage.due()
    safety.asked(stage.store, check, "trace-1")
    other = Cast(stage.store).organization
    assert safety.heard(stage.store, other, "trace-1", Verdict("pass")) is False
    assert safety.heard(stage.store, stage.cast.organization, "trace-2", Verdict("pass")) is False
    assert safety.heard(stage.store, stage.cast.organization, "trace-1", Verdict("pass")) is True
    assert safety.heard(stage.store, stage.cast.organization, "trace-1", Verdict("risky")) is False
    assert stage.read() == ["好话"]


def test_only_owners_and_admins_set_the_policy_and_it_is_written_down(stage: Stage) -> None:
    with pytest.raises(Refused) as caught:
        safety.set_policy(stage.store, Actor(stage.charlie, "moderator"))
    assert caught.value.code is Code.FORBIDDEN
    with pytest.raises(Refused):
        safety.set_policy(stage.store, stage.admin, "sometimes")
    safety.set_policy(stage.store, stage.admin)
    found = safety.policy(stage.store, stage.cast.organization)
    assert (found.text, found.media, found.outage) == ("after", "before", "show")
    last = stage.store.record.read(lambda c: audit.page(c, stage.cast.organization))[-1].act
    assert (last.act, last.before) == ("safety", "{}")


def test_an_author_hears_that_a_verdict_was_bad(stage: Stage) -> None:
    stage.policy(BEFORE)
    stage.say(stage.charlie, "坏话")
    stage.judged("risky")
    row = stage.store.record.read(lambda c: held_rows.in_state(c, held_rows.REJECTED, 1 << 60, 10))[-1]
    assert (row.user, row.by, row.reason) == (stage.charlie.id, "s_steward", safety.REASON)


def test_other_words_for_a_message_are_judged_too(stage: Stage) -> None:
    stage.policy(AFTER)
    said = stage.say(stage.charlie, "好话")
    assert isinstance(said, Said)
    stage.judged("pass")
    edits.edit(stage.store, stage.charlie, stage.hall, said.seq, {"text": "坏话"})
    archive.archive_channel(stage.store, stage.hall)
    stage.judged("risky")
    assert stage.read() == ["-"]
    stage.policy(BEFORE)
    stage.say(stage.charlie, "又一句")
    stage.judged("pass")
    with pytest.raises(Refused) as caught:
        edits.edit(stage.store, stage.charlie, stage.hall, 4, {"text": "坏话"})
    assert caught.value.code is Code.FORBIDDEN
