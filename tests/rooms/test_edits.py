"""Other words for what one said, and how messages stand afterwards."""

from __future__ import annotations

import itertools
from typing import Any

import msgspec
import pytest

from rooms import (
    archive,
    edits,
    members,
    messages,
    overlay,
    pins,
    reactions,
    recalls,
    recovery,
    rules,
    sanctions,
    seats,
    tidy,
    words,
)
from rooms.authority import Actor
from rooms.drafts import Draft
from rooms.errors import Code
from rooms.events import Person
from rooms.live import keys
from rooms.store import Store
from tests.cast import Cast
from tests.refusal import refusal


class Stage:
    """Alice and Bob talk in the hall, Olga owns the room."""

    def __init__(self, store: Store) -> None:
        self.store, self.cast = store, Cast(store)
        self.hall = self.cast.channel("hall")
        self.alice, self.bob, self.olga = (self.cast.person(name) for name in ("Alice", "Bob", "Olga"))
        for person in (self.alice, self.bob, self.olga):
            members.join(store, person, self.cast.room)
            seats.enter(store, person, self.hall, f"p.{person.id}")
        members.set_role(store, self.cast.room, self.olga.id, "owner")
        self.count = itertools.count()

    def say(self, person: Person, text: str = "hello", **given: Any) -> int:
        return messages.post(self.store, person, self.hall, Draft("text", {"text": text}, f"m{next(self.count)}",
                                                                  **given)).seq

    def shown(self, seq: int) -> dict[str, Any]:
        [entry] = messages.after(self.store, self.hall, seq - 1, 1)
        frame: dict[str, Any] = msgspec.json.decode(entry.frame)
        return frame

    def later(self, milliseconds: int) -> None:
        self.store.live.offset_ms += milliseconds

    def forget_redis(self) -> None:
        """As a Redis that lost everything: the archive is all that is left."""
        archive.archive_channel(self.store, self.hall)
        tidy.copy_places(self.store, self.hall)
        reactions.copy(self.store, self.hall)
        name = keys.of_channel(self.store.live.prefix, self.hall)
        every = [key for key in (*name[1:-2], *name.seen) if isinstance(key, str)]
        for key in every:
            self.store.live.delete(key)
        recovery.close(self.store, self.cast.room)
        recovery.make_ready(self.store, self.cast.room)


@pytest.fixture
def stage(store: Store) -> Stage:
    return Stage(store)


def test_what_was_edited_is_shown_with_its_newest_words(stage: Stage) -> None:
    seq = stage.say(stage.alice, "helo")
    edits.edit(stage.store, stage.alice, stage.hall, seq, {"text": "hallo"})
    second = edits.edit(stage.store, stage.alice, stage.hall, seq, {"text": "hello"})
    assert stage.shown(seq)["body"] == {"text": "hello"}
    assert stage.shown(seq)["edited_at"] == second.at
    told = stage.shown(second.seq)
    assert (told["op"], told["of"], told["body"]) == ("edited", seq, {"text": "hello"})


def test_only_ones_own_texts_are_edited_and_only_for_five_minutes(stage: Stage) -> None:
    seq = stage.say(stage.alice)
    edit = edits.edit
    assert refusal(edit, stage.store, stage.bob, stage.hall, seq, {"text": "x"}) is Code.FORBIDDEN
    assert refusal(edit, stage.store, stage.olga, stage.hall, seq, {"text": "x"}) is Code.FORBIDDEN
    assert refusal(edit, stage.store, stage.alice, stage.hall, seq + 1, {"text": "x"}) is Code.NOT_FOUND
    for body in ({"text": " "}, {}, {"text": "x", "more": 1}):
        assert refusal(edit, stage.store, stage.alice, stage.hall, seq, body) is Code.BAD_FRAME
    assert refusal(edit, stage.store, stage.alice, stage.hall, seq, {"text": "x" * 2_001}) is Code.TOO_LONG
    place = {"latitude": 1.0, "longitude": 1.0, "name": "", "address": ""}
    there = messages.post(stage.store, stage.alice, stage.hall, Draft("location", place, "there")).seq
    assert refusal(edit, stage.store, stage.alice, stage.hall, there, {"text": "x"}) is Code.BAD_FRAME
    stage.later(299_000)
    number = edit(stage.store, stage.alice, stage.hall, seq, {"text": "x"}).seq
    assert refusal(edit, stage.store, stage.alice, stage.hall, number, {"text": "x"}) is Code.NOT_FOUND
    stage.later(2_000)
    assert refusal(edit, stage.store, stage.alice, stage.hall, seq, {"text": "y"}) is Code.FORBIDDEN


def test_who_may_not_speak_may_not_edit(stage: Stage) -> None:
    seq = stage.say(stage.alice)
    actor = Actor(stage.olga)
    for act, undo, code in ((sanctions.mute, sanctions.unmute, Code.MUTED),
                            (sanctions.ban, sanctions.pardon, Code.BANNED)):
        act(stage.store, actor, stage.hall, stage.alice.id)
        assert refusal(edits.edit, stage.store, stage.alice, stage.hall, seq, {"text": "x"}) is code
        undo(stage.store, actor, stage.hall, stage.alice.id)
    rules.change(stage.store, actor, stage.hall, {"muted_all": True})
    assert refusal(edits.edit, stage.store, stage.alice, stage.hall, seq, {"text": "x"}) is Code.MUTED_ALL
    rules.change(stage.store, actor, stage.hall, {"muted_all": False, "post": "moderator"})
    assert refusal(edits.edit, stage.store, stage.alice, stage.hall, seq, {"text": "x"}) is Code.FORBIDDEN


def test_edits_are_no_way_to_fill_the_log(stage: Stage) -> None:
    seq = stage.say(stage.alice)

    def edit_on_and_on() -> None:
        for _ in range(2 * edits.PER_MINUTE + 1):  # a minute may begin in between
            edits.edit(stage.store, stage.alice, stage.hall, seq, {"text": "x"})

    assert refusal(edit_on_and_on) is Code.RATE_LIMITED


def test_the_lists_of_words_judge_an_edit_too(stage: Stage) -> None:
    admin = Actor(stage.cast.person("admin"), "owner")
    for action, word in (("mask", "coffee"), ("block", "gin")):
        made = words.add_list(stage.store, admin, stage.cast.organization, action, action)
        words.change_words(stage.store, admin, made, add=[word])
    stage.store.shelf.refresh(stage.store)
    seq = stage.say(stage.alice)
    edits.edit(stage.store, stage.alice, stage.hall, seq, {"text": "no coffee"})
    assert "coffee" not in stage.shown(seq)["body"]["text"]
    assert refusal(edits.edit, stage.store, stage.alice, stage.hall, seq, {"text": "some gin"}) is Code.BLOCKED_WORDS


def test_taking_back_is_stronger_than_editing(stage: Stage) -> None:
    seq = stage.say(stage.alice)
    edits.edit(stage.store, stage.alice, stage.hall, seq, {"text": "x"})
    recalls.recall(stage.store, Actor(stage.alice), stage.hall, seq)
    assert "body" not in stage.shown(seq)
    assert refusal(edits.edit, stage.store, stage.alice, stage.hall, seq, {"text": "y"}) is Code.NOT_FOUND
    assert refusal(reactions.react, stage.store, stage.bob, stage.hall, seq, "👍") is Code.NOT_FOUND


def test_an_edit_leaves_unread_as_it_was(stage: Stage) -> None:
    seq = stage.say(stage.alice)
    before = seats.enter(stage.store, stage.bob, stage.hall, f"p.{stage.bob.id}").unread
    edits.edit(stage.store, stage.alice, stage.hall, seq, {"text": "x"})
    assert seats.enter(stage.store, stage.bob, stage.hall, f"p.{stage.bob.id}").unread == before


def test_a_reply_is_to_a_message_that_is_there(stage: Stage) -> None:
    seq = stage.say(stage.alice)
    answer = stage.say(stage.bob, reply_to=seq)
    assert stage.shown(answer)["reply_to"] == seq
    edited = edits.edit(stage.store, stage.alice, stage.hall, seq, {"text": "x"}).seq
    for nothing in (edited, edited + 50):
        assert refusal(lambda nothing=nothing: stage.say(stage.bob, reply_to=nothing)) is Code.NOT_FOUND
    recalls.recall(stage.store, Actor(stage.alice), stage.hall, seq)
    assert refusal(lambda: stage.say(stage.bob, reply_to=seq)) is Code.NOT_FOUND


@pytest.mark.parametrize("emoji", ["👍", "❤️", "👨‍👩‍👧‍👦", "🇨🇳", "👍🏽", "1️⃣", "🍵"])
def test_one_emoji_of_any_kind_is_one(emoji: str) -> None:
    assert reactions.is_emoji(emoji)


@pytest.mark.parametrize("emoji", ["", "a", "1", "好", "👍" * 9, "<b>", "\u200d", "\ufe0f", "👍a", " ", "\0", "`",
                                   "^"])
def test_anything_else_is_none(emoji: str) -> None:
    assert not reactions.is_emoji(emoji)


def test_everybody_counts_once_under_a_message(stage: Stage) -> None:
    seq, react = stage.say(stage.alice), reactions.react
    for _ in range(2):
        assert react(stage.store, stage.alice, stage.hall, seq, "👍") == {"👍": 1}
    assert react(stage.store, stage.bob, stage.hall, seq, "👍") == {"👍": 2}
    assert react(stage.store, stage.bob, stage.hall, seq, "❤️") == {"👍": 2, "❤️": 1}
    assert stage.shown(seq)["reactions"] == {"👍": 2, "❤️": 1}
    assert react(stage.store, stage.bob, stage.hall, seq, "👍", False) == {"👍": 1, "❤️": 1}
    react(stage.store, stage.bob, stage.hall, seq, "❤️", False)
    assert react(stage.store, stage.alice, stage.hall, seq, "👍", False) == {}
    assert "reactions" not in stage.shown(seq)


def test_reactions_are_bounded_and_for_those_who_may_speak(stage: Stage) -> None:
    seq = stage.say(stage.alice)
    for emoji in "👍👎😀😁😂":
        reactions.react(stage.store, stage.bob, stage.hall, seq, emoji)
    assert refusal(reactions.react, stage.store, stage.bob, stage.hall, seq, "🍵") is Code.FULL
    assert refusal(reactions.react, stage.store, stage.cast.person("X"), stage.hall, seq, "🍵") is Code.NOT_MEMBER
    sanctions.mute(stage.store, Actor(stage.olga), stage.hall, stage.bob.id)
    assert refusal(reactions.react, stage.store, stage.bob, stage.hall, seq, "👍", False) is Code.MUTED
    for _ in range(reactions.PER_MINUTE):
        reactions.react(stage.store, stage.alice, stage.hall, seq, "👍")
    assert refusal(reactions.react, stage.store, stage.alice, stage.hall, seq, "👍") is Code.RATE_LIMITED


def test_who_may_not_see_a_channel_does_not_react_in_it(stage: Stage) -> None:
    seq = stage.say(stage.alice)
    rules.change(stage.store, Actor(stage.olga), stage.hall, {"see": "moderator"})
    assert refusal(reactions.react, stage.store, stage.bob, stage.hall, seq, "👍") is Code.NOT_FOUND
    assert refusal(edits.edit, stage.store, stage.alice, stage.hall, seq, {"text": "x"}) is Code.NOT_FOUND
    assert reactions.react(stage.store, stage.olga, stage.hall, seq, "👍") == {"👍": 1}


def test_how_messages_stand_survives_the_loss_of_redis(stage: Stage) -> None:
    edited, pinned, recalled = (stage.say(stage.alice, text) for text in ("one", "two", "three"))
    edits.edit(stage.store, stage.alice, stage.hall, edited, {"text": "uno"})
    pins.pin(stage.store, Actor(stage.olga), stage.hall, pinned)
    recalls.recall(stage.store, Actor(stage.alice), stage.hall, recalled)
    for person in (stage.alice, stage.bob):
        reactions.react(stage.store, person, stage.hall, pinned, "🍵")
    before = [stage.shown(seq) for seq in (edited, pinned, recalled)]
    assert before[0]["body"] == {"text": "uno"}
    assert before[1]["pinned"]
    assert before[1]["reactions"] == {"🍵": 2}
    stage.forget_redis()
    assert [stage.shown(seq) for seq in (edited, pinned, recalled)] == before
    assert reactions.react(stage.store, stage.bob, stage.hall, pinned, "🍵", False) == {"🍵": 1}


def test_an_edit_that_was_lost_with_the_end_of_the_log_is_none(stage: Stage) -> None:
    seq = stage.say(stage.alice, "kept")
    archive.archive_channel(stage.store, stage.hall)
    edits.edit(stage.store, stage.alice, stage.hall, seq, {"text": "lost"})
    name = keys.of_channel(stage.store.live.prefix, stage.hall)
    stage.store.live.delete(name.head)
    stage.store.live.delete(name.log)
    recovery.close(stage.store, stage.cast.room)
    recovery.make_ready(stage.store, stage.cast.room)
    assert stage.shown(seq)["body"] == {"text": "kept"}
    seats.enter(stage.store, stage.bob, stage.hall, "p.new")
    other = stage.say(stage.bob, "another entry with the number of the edit")
    assert other == seq + 1
    assert stage.shown(seq)["body"] == {"text": "kept"}


def test_reactions_to_old_messages_are_known_from_the_record(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    seq = stage.say(stage.alice)
    reactions.react(stage.store, stage.bob, stage.hall, seq, "🍵")
    for _ in range(5):
        stage.say(stage.alice)
    monkeypatch.setattr(reactions, "REACTABLE", 3)
    reactions.copy(stage.store, stage.hall)
    key = keys.of_channel(stage.store.live.prefix, stage.hall).reactions
    assert stage.store.live.command("HLEN", key, key=key) == 0
    assert stage.shown(seq)["reactions"] == {"🍵": 1}
    assert refusal(reactions.react, stage.store, stage.bob, stage.hall, seq, "👍") is Code.FORBIDDEN


def test_what_nothing_happened_to_is_given_as_it_was_posted(stage: Stage) -> None:
    stage.say(stage.alice)
    entries = messages.after(stage.store, stage.hall, 0, 10)
    assert overlay.as_they_stand(stage.store, stage.hall, entries) == entries


def test_ones_own_words_are_taken_back_where_redis_has_them_no_more(stage: Stage) -> None:
    """The record knows when they were said."""
    seq = stage.say(stage.alice)
    stage.forget_redis()
    seats.enter(stage.store, stage.alice, stage.hall, f"p.{stage.alice.id}")
    recalls.recall(stage.store, Actor(stage.alice), stage.hall, seq)
    assert stage.shown(seq)["recalled"]
