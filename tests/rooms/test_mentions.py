"""Being named, and counting it; and unread counts against the bugs that others had."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from rooms import announcements, members, mentions, messages, recalls, receipts, seats
from rooms.authority import Actor
from rooms.drafts import Draft
from rooms.events import Person
from rooms.live import keys
from rooms.receipts import Reader, Readers
from rooms.store import Store
from tests.patience import patiently
from tests.rooms.test_edits import Stage


@pytest.fixture
def stage(store: Store) -> Stage:
    return Stage(store)


def state(stage: Stage, person: Person) -> tuple[int, int]:
    """(unread, mentions), as both ways of asking say it."""
    listed = receipts.unread(stage.store, person, [stage.hall])[stage.hall]
    entered = seats.enter(stage.store, person, stage.hall, f"p.{person.id}")
    assert (entered.unread, entered.mentions) == (listed.unread, listed.mentions)
    return listed.unread, listed.mentions


@pytest.mark.parametrize(("text", "named"), [
    ("@Bob hi", {"Bob"}), ("hi ＠Bob", {"Bob"}), ("@Bobby", set()), ("@Bob,@Olga!", {"Bob", "Olga"}), ("@bob", set()),
    ("a@Bob.com", {"Bob"}), ("@ Bob", set()), ("@Alice", set()), ("@小王你好", {"小王"}), ("@小王二", {"小王二"}),
    ("@all", set()), ("@所有人", set()), ("@", set()), ("@" * 500, set()),
])
def test_a_name_behind_an_at_is_somebody(stage: Stage, text: str, named: set[str]) -> None:
    people = {person.name: person for person in (stage.alice, stage.bob, stage.olga)}
    for name in ("小王", "小王二"):
        people[name] = stage.cast.person(name)
        members.join(stage.store, people[name], stage.cast.room)
    found = mentions.named(stage.store, stage.alice, stage.hall, text)
    assert set(found) == {people[name].id for name in named}


def test_who_is_named_counts_it_apart_until_it_is_read(stage: Stage) -> None:
    stage.say(stage.alice, "hello")
    seq = stage.say(stage.alice, "@Bob look")
    assert stage.shown(seq)["mentions"] == [stage.bob.id]
    assert state(stage, stage.bob) == (2, 1)
    assert state(stage, stage.olga) == (2, 0)
    receipts.read(stage.store, stage.bob, stage.hall, seq)
    assert state(stage, stage.bob) == (0, 0)


def test_all_is_for_moderators_and_does_not_name_oneself(stage: Stage) -> None:
    stage.say(stage.alice, "@all listen")
    assert state(stage, stage.bob) == (1, 0)
    stage.say(stage.olga, "@所有人 listen")
    assert state(stage, stage.bob) == (2, 1)
    assert state(stage, stage.olga)[1] == 0


def test_however_often_all_are_named_they_can_enter_and_the_newest_count(stage: Stage) -> None:
    for _ in range(100):
        stage.say(stage.olga, "@all listen")
        stage.later(1_000)
        name = keys.of_channel(stage.store.live.prefix, stage.hall)
        kept = stage.store.live.command("HGET", name.mentioned, "*", key=name.mentioned).decode().split()
        assert all(word.endswith(f"/{stage.olga.id}") and word[0].isdigit() for word in kept), "only whole words"
    unread, named = state(stage, stage.bob)
    assert (unread, named) == (100, len(kept))
    assert 60 < len(kept) < 100


def test_a_mention_that_was_recalled_is_none(stage: Stage) -> None:
    seq = stage.say(stage.alice, "@Bob look")
    recalls.recall(stage.store, Actor(stage.alice), stage.hall, seq)
    assert state(stage, stage.bob) == (0, 0)


def test_mentions_survive_the_loss_of_redis(stage: Stage) -> None:
    stage.say(stage.alice, "@Bob look")
    stage.say(stage.olga, "@all look")
    stage.forget_redis()
    assert state(stage, stage.bob) == (2, 2)
    assert state(stage, stage.alice)[1] == 1


def test_people_of_other_rooms_are_not_named(stage: Stage) -> None:
    stranger = stage.cast.person("Stranger")
    assert mentions.named(stage.store, stage.alice, stage.hall, "@Stranger") == []
    assert stranger.organization == stage.alice.organization


def test_a_receipt_is_a_number_and_in_a_small_channel_names(stage: Stage) -> None:
    """The author is neither among those who read nor among those who did not."""
    seq = stage.say(stage.alice)
    assert receipts.readers(stage.store, stage.alice, stage.hall, seq) == Readers(0, 2, [])
    receipts.read(stage.store, stage.bob, stage.hall, seq)
    assert receipts.readers(stage.store, stage.alice, stage.hall, seq) == Readers(1, 2, [Reader(stage.bob.id, "Bob")])
    receipts.read(stage.store, stage.olga, stage.hall, seq)
    assert receipts.readers(stage.store, stage.bob, stage.hall, seq).count == 2


def test_own_words_that_redis_has_no_more_are_not_unread_to_who_reads_from_before_them(stage: Stage) -> None:
    news = announcements.announce(stage.store, Actor(stage.olga), stage.hall, "news").seqs[stage.hall]
    stage.say(stage.alice)
    stage.forget_redis()
    for person in (stage.alice, stage.olga):
        seats.enter(stage.store, person, stage.hall, f"p.{person.id}")
    stage.say(stage.alice)
    announcements.announce(stage.store, Actor(stage.olga), stage.hall, "more news")
    receipts.read(stage.store, stage.alice, stage.hall, news)
    assert state(stage, stage.alice) == (1, 0)


class Model:
    """What ought to be unread, kept beside the real thing."""

    def __init__(self, store: Store) -> None:
        self.stage = Stage(store)
        self.people = [self.stage.alice, self.stage.bob, self.stage.olga]
        self.said: dict[int, tuple[int, int]] = {}
        """seq → who said it, and who is named in it (-1 nobody)."""
        self.recalled: set[int] = set()
        self.read = [0, 0, 0]

    def say(self, who: int, _: int) -> None:
        self._said(self.stage.say(self.people[who], "hi"), who)

    def name(self, who: int, _: int) -> None:
        other = (who + 1) % 3
        self._said(self.stage.say(self.people[who], f"@{self.people[other].name} hi"), who, other)

    def announce(self, _: int, __: int) -> None:
        done = announcements.announce(self.stage.store, Actor(self.people[2]), self.stage.hall, "news")
        self._said(done.seqs[self.stage.hall], 2)

    def recall(self, who: int, seq: int) -> None:
        if seq in self.said and (self.said[seq][0] == who or who == 2):
            recalls.recall(self.stage.store, Actor(self.people[who]), self.stage.hall, seq)
            self.recalled.add(seq)

    def read_on(self, who: int, seq: int) -> None:
        position = receipts.read(self.stage.store, self.people[who], self.stage.hall, seq if seq < 12 else 1 << 50)
        assert position >= self.read[who], "never backwards"
        self.read[who] = position

    def lose_redis(self, _: int, __: int) -> None:
        self.stage.forget_redis()
        for person in self.people:
            patiently(lambda: seats.enter(self.stage.store, person, self.stage.hall, f"p.{person.id}"))  # noqa: B023

    def leave(self, who: int, _: int) -> None:
        seats.step_out(self.stage.store, self.people[who], self.stage.hall, f"p.{self.people[who].id}")
        self.check(who)

    def check(self, who: int) -> None:
        there = receipts.unread(self.stage.store, self.people[who], [self.stage.hall])[self.stage.hall]
        above = [seq for seq, (author, _) in self.said.items()
                 if seq > there.read and author != who and seq not in self.recalled]
        assert there.read >= self.read[who]
        assert state(self.stage, self.people[who]) == (
            len(above), sum(self.said[seq][1] == who for seq in above))

    def _said(self, seq: int, who: int, named: int = -1) -> None:
        self.said[seq] = (who, named)


STEPS = st.lists(st.tuples(
    st.sampled_from([
        Model.say, Model.name, Model.announce, Model.recall, Model.read_on, Model.lose_redis, Model.leave]),
    st.integers(0, 2), st.integers(1, 12)), max_size=15)


@settings(max_examples=12, deadline=None, phases=[Phase.explicit, Phase.generate],
          suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_unread_is_what_is_above_the_position_not_ones_own_and_not_recalled(store: Store, steps: list[Any]) -> None:
    """Nobody's own words are unread to them, however they come back; what one reads changes nothing for another; who
    had read everything and speaks has still read everything; and both ways of asking agree at every step."""
    model = Model(store)
    for step, who, seq in steps:
        step(model, who, seq)
        model.check(who)
    for who in range(3):
        model.check(who)


def test_what_the_console_says_is_in_history_and_unread_like_anything_else(stage: Stage) -> None:
    """Others lost what their server's own API had said."""
    steward = Person("s_steward", stage.cast.organization, "Steward", stage.alice.door)
    seq = messages.post(stage.store, steward, stage.hall, Draft("text", {"text": "hi"}, "api"), role="owner").seq
    assert messages.history(stage.store, stage.bob, stage.hall).entries[-1].seq == seq
    assert state(stage, stage.bob) == (1, 0)
