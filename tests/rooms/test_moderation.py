"""Acts of authority: what they change at once, what everybody reads of them, and who may not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rooms import (
    announcements,
    authority,
    invitations,
    members,
    messages,
    pins,
    recalls,
    receipts,
    recovery,
    review,
    rules,
    sanctions,
    seats,
    white_list,
)
from rooms.authority import Actor
from rooms.drafts import Draft
from rooms.errors import Code, Refused
from rooms.events import Person
from rooms.live import keys
from rooms.record import audit
from rooms.store import Store
from tests.cast import Cast, opened
from tests.refusal import refusal


class Stage:
    """Alice owns the room, Bob helps her, Charlie and Dora talk; Mallory is of another organization."""

    def __init__(self, store: Store) -> None:
        self.store, self.cast = store, Cast(store)
        self.hall, self.chat = self.cast.channel("hall"), self.cast.channel("chat")
        self.alice, self.bob, self.charlie, self.dora = map(self.cast.person, ("alice", "bob", "charlie", "dora"))
        self.mallory = Cast(store).person("mallory")
        for number, person in enumerate((self.alice, self.bob, self.charlie, self.dora)):
            for channel in (self.hall, self.chat):
                seats.enter(store, person, channel, f"p1.{number}")
        members.set_role(store, self.cast.room, self.alice.id, "owner")
        members.set_role(store, self.cast.room, self.bob.id, "moderator")
        self.count = 0

    def say(self, person: Person, words: str = "hello", channel: str = "") -> messages.Said:
        self.count += 1
        draft = Draft("text", {"text": words}, f"m{self.count}")
        said = messages.post(self.store, person, channel or self.hall, draft)
        assert isinstance(said, messages.Said)
        return said

    def ops(self, channel: str = "") -> list[str]:
        return [entry.op for entry in messages.after(self.store, channel or self.hall, 0, 100)]

    def wait(self, seconds: int) -> None:
        for step in range(0, seconds, 10):
            self.store.live.offset_ms += min(10, seconds - step) * 1000
            seats.keep_alive(self.store, "p1", [self.hall, self.chat])


@pytest.fixture(scope="module")
def store(request: pytest.FixtureRequest) -> Store:
    return opened(request)


@pytest.fixture
def stage(store: Store) -> Stage:
    store.live.offset_ms = 0
    return Stage(store)


def test_who_is_muted_is_not_heard_until_the_time_is_over(stage: Stage) -> None:
    sanctions.mute(stage.store, Actor(stage.bob), stage.hall, stage.charlie.id, seconds=10, reason="too loud")
    assert refusal(stage.say, stage.charlie) is Code.MUTED
    assert stage.say(stage.charlie, channel=stage.chat).seq == 1, "the other channel is not concerned"
    stage.wait(10)
    assert stage.say(stage.charlie).seq == 2
    assert stage.ops() == ["muted", "message"]


def test_a_mute_in_the_room_holds_in_every_channel_and_each_tells_of_it(stage: Stage) -> None:
    done = sanctions.mute(stage.store, Actor(stage.alice), stage.cast.room, stage.charlie.id)
    assert done.seqs == {stage.hall: 1, stage.chat: 1}
    assert {refusal(stage.say, stage.charlie, channel=channel) for channel in (stage.hall, stage.chat)} == {Code.MUTED}
    sanctions.unmute(stage.store, Actor(stage.alice), stage.cast.room, stage.charlie.id)
    assert stage.say(stage.charlie).seq == 3


def test_sanctions_outlive_the_loss_of_redis(stage: Stage) -> None:
    sanctions.mute(stage.store, Actor(stage.bob), stage.hall, stage.charlie.id)
    sanctions.ban(stage.store, Actor(stage.bob), stage.cast.room, stage.dora.id)
    pattern = f"{stage.store.live.prefix}:{{{stage.cast.room}}}*"
    for key in stage.store.live.command("KEYS", pattern, key=stage.cast.gate):
        stage.store.live.delete(key.decode())
    seats.enter(stage.store, stage.charlie, stage.hall, "p1.2")
    assert refusal(stage.say, stage.charlie) is Code.MUTED
    assert refusal(seats.enter, stage.store, stage.dora, stage.hall, "p1.3") is Code.BANNED


def test_the_kicked_lose_their_seat_and_may_come_back(stage: Stage) -> None:
    sanctions.kick(stage.store, Actor(stage.bob), stage.hall, stage.charlie.id, "cool down")
    assert refusal(stage.say, stage.charlie) is Code.NOT_ENTERED
    assert seats.present(stage.store, stage.hall).count == 3
    seats.enter(stage.store, stage.charlie, stage.hall, "p1.2")
    assert stage.say(stage.charlie).seq == 2


def test_the_banned_stay_out_until_pardoned(stage: Stage) -> None:
    sanctions.ban(stage.store, Actor(stage.alice), stage.cast.room, stage.charlie.id, seconds=60)
    assert refusal(seats.enter, stage.store, stage.charlie, stage.chat, "p1.2") is Code.BANNED
    assert refusal(stage.say, stage.charlie, channel=stage.chat) is Code.BANNED
    sanctions.pardon(stage.store, Actor(stage.alice), stage.cast.room, stage.charlie.id)
    assert seats.enter(stage.store, stage.charlie, stage.chat, "p1.2").role == "member"
    assert stage.ops() == ["banned", "pardoned"]


def test_when_all_are_muted_moderators_and_the_white_list_speak(stage: Stage) -> None:
    rules.change(stage.store, Actor(stage.bob), stage.hall, {"muted_all": True})
    assert refusal(stage.say, stage.charlie) is Code.MUTED_ALL
    stage.say(stage.bob)
    white_list.set_free(stage.store, Actor(stage.alice), stage.cast.room, stage.charlie.id)
    stage.say(stage.charlie)
    recovery.close(stage.store, stage.cast.room)
    stage.say(stage.charlie)
    assert refusal(stage.say, stage.dora) is Code.MUTED_ALL


def test_slow_mode_says_how_long_to_wait(stage: Stage) -> None:
    rules.change(stage.store, Actor(stage.bob), stage.hall, {"slow_seconds": 10})
    stage.say(stage.charlie)
    with pytest.raises(Refused) as caught:
        stage.say(stage.charlie)
    assert caught.value.code is Code.SLOW_MODE
    assert caught.value.retry_after_seconds in (9, 10)
    stage.wait(10)
    stage.say(stage.charlie)


def test_repeats_are_folded_where_the_channel_folds(stage: Stage) -> None:
    rules.change(stage.store, Actor(stage.bob), stage.hall, {"fold_seconds": 60})
    first = stage.say(stage.charlie, "在吗").seq
    stage.say(stage.charlie, "在 吗")
    stage.say(stage.dora, "在吗")
    entries = messages.after(stage.store, stage.hall, first, 10)
    assert b'"repeat_of":%d}' % first in entries[0].frame
    assert b'"body"' not in entries[0].frame
    assert b"repeat_of" not in entries[1].frame, "somebody else's words are their own"


def test_too_many_of_the_same_words_are_refused(stage: Stage) -> None:
    rules.change(stage.store, Actor(stage.bob), stage.hall, {"guard_count": 2, "guard_seconds": 60})
    stage.say(stage.charlie, "buy tea")
    stage.say(stage.dora, "BUY \u200b TEA")
    assert refusal(stage.say, stage.charlie, "buy tea") is Code.DUPLICATE
    stage.wait(60)
    stage.say(stage.charlie, "buy tea")


def test_what_was_said_lately_is_forgotten_though_people_go_on_talking(stage: Stage) -> None:
    rules.change(stage.store, Actor(stage.bob), stage.hall, {"guard_count": 2, "fold_seconds": 60})
    stage.say(stage.charlie, "tea")
    echo = keys.of_channel(stage.store.live.prefix, stage.hall).echo
    assert stage.store.live.command("PEXPIRE", echo, "60000", key=echo) == 1
    stage.say(stage.charlie, "more tea")
    assert 0 < stage.store.live.command("PTTL", echo, key=echo) <= 60_000


def test_an_act_with_too_long_a_reason_is_none(stage: Stage) -> None:
    said = stage.say(stage.charlie, "tea")
    assert refusal(recalls.recall, stage.store, Actor(stage.bob), stage.hall, said.seq, "x" * 201) is Code.TOO_LONG
    assert b"tea" in messages.after(stage.store, stage.hall, said.seq - 1, 1)[0].frame


def test_only_those_who_may_post_do(stage: Stage) -> None:
    rules.change(stage.store, Actor(stage.bob), stage.hall, {"post": "moderator"})
    assert refusal(stage.say, stage.charlie) is Code.FORBIDDEN
    stage.say(stage.bob)


def test_ones_own_words_can_be_taken_back_for_two_minutes(stage: Stage) -> None:
    said = stage.say(stage.charlie, "a secret")
    assert refusal(recalls.recall, stage.store, Actor(stage.dora), stage.hall, said.seq) is Code.FORBIDDEN
    recalls.recall(stage.store, Actor(stage.charlie), stage.hall, said.seq)
    entries = messages.after(stage.store, stage.hall, 0, 10)
    assert b"secret" not in entries[0].frame
    assert b'"recalled":true' in entries[0].frame
    late = stage.say(stage.charlie, "another")
    stage.wait(121)
    assert refusal(recalls.recall, stage.store, Actor(stage.charlie), stage.hall, late.seq) is Code.FORBIDDEN
    recalls.recall(stage.store, Actor(stage.bob), stage.hall, late.seq, "rude")
    recalls.recall(stage.store, Actor(stage.bob), stage.hall, late.seq)
    acts = [row.act for row in stage.store.record.read(lambda c: audit.page(c, stage.cast.organization))]
    assert [(one.target, one.reason) for one in acts if one.act == "recall"] == [(stage.charlie.id, "rude")], (
        "another's words, once, with whose they were, though no archive has them yet")


def test_what_was_taken_back_is_not_unread(stage: Stage) -> None:
    said = [stage.say(stage.charlie, f"words {number}").seq for number in range(3)]
    recalls.recall(stage.store, Actor(stage.bob), stage.hall, said[1])
    announcements.announce(stage.store, Actor(stage.bob), stage.hall, "quiet please")

    def unread(person: Person) -> int:
        return receipts.unread(stage.store, person, [stage.hall])[stage.hall].unread

    assert (unread(stage.dora), unread(stage.charlie), unread(stage.bob)) == (3, 1, 2)
    receipts.read(stage.store, stage.dora, stage.hall, said[0])
    assert unread(stage.dora) == 2


def test_pins_are_ten_at_most(stage: Stage) -> None:
    said = [stage.say(stage.charlie, f"words {number}").seq for number in range(11)]
    for seq in said[:10]:
        pins.pin(stage.store, Actor(stage.bob), stage.hall, seq)
    assert refusal(pins.pin, stage.store, Actor(stage.bob), stage.hall, said[10]) is Code.FULL
    pins.pin(stage.store, Actor(stage.bob), stage.hall, said[0], on=False)
    pins.pin(stage.store, Actor(stage.bob), stage.hall, said[10])


def test_a_moderator_who_is_banned_acts_on_nobody(stage: Stage) -> None:
    bob, room = Actor(stage.bob), stage.cast.room
    sanctions.ban(stage.store, Actor(stage.alice), room, stage.bob.id, seconds=60)
    for verb in (sanctions.mute, sanctions.unmute, sanctions.kick, sanctions.ban, sanctions.pardon):
        assert refusal(verb, stage.store, bob, stage.hall, stage.dora.id) is Code.BANNED
        assert refusal(verb, stage.store, bob, room, stage.bob.id) is Code.BANNED, "not on themselves either"
    said = stage.say(stage.dora).seq
    assert refusal(recalls.recall, stage.store, bob, stage.hall, said) is Code.BANNED
    assert refusal(pins.pin, stage.store, bob, stage.hall, said) is Code.BANNED
    assert refusal(announcements.announce, stage.store, bob, room, "listen") is Code.BANNED
    assert refusal(rules.change, stage.store, bob, stage.hall, {"muted_all": True}) is Code.BANNED
    assert refusal(white_list.set_free, stage.store, bob, room, stage.dora.id) is Code.BANNED
    assert refusal(invitations.make, stage.store, bob, room) is Code.BANNED
    assert refusal(review.held_messages, stage.store, bob, room) is Code.BANNED
    assert stage.ops() == ["banned", "message"]
    stage.wait(61)
    pins.pin(stage.store, bob, stage.hall, said)


def test_the_gate_says_the_same_of_who_is_banned_or_muted_at_this_moment(
        stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(authority, "refuse_banned", lambda *_: None)
    monkeypatch.setattr(authority, "refuse_muted", lambda *_: None)
    bob = Actor(stage.bob)
    sanctions.mute(stage.store, Actor(stage.alice), stage.hall, stage.bob.id)
    assert refusal(announcements.announce, stage.store, bob, stage.hall, "listen") is Code.MUTED
    sanctions.ban(stage.store, Actor(stage.alice), stage.hall, stage.bob.id)
    assert refusal(announcements.announce, stage.store, bob, stage.hall, "listen") is Code.BANNED
    assert refusal(sanctions.kick, stage.store, bob, stage.hall, stage.dora.id) is Code.BANNED


def test_a_moderator_who_is_muted_moderates_and_does_not_announce(stage: Stage) -> None:
    sanctions.mute(stage.store, Actor(stage.alice), stage.hall, stage.bob.id)
    assert refusal(announcements.announce, stage.store, Actor(stage.bob), stage.hall, "listen") is Code.MUTED
    assert refusal(sanctions.unmute, stage.store, Actor(stage.bob), stage.hall, stage.bob.id) is Code.FORBIDDEN
    sanctions.mute(stage.store, Actor(stage.bob), stage.hall, stage.dora.id)
    assert stage.ops() == ["muted", "muted"]


@pytest.mark.parametrize("verb", [
    sanctions.mute, sanctions.kick, sanctions.ban, sanctions.unmute, sanctions.pardon])
def test_nobody_acts_on_their_equals_or_from_outside(stage: Stage, verb: Callable[..., object]) -> None:
    everyone = stage.store, stage.hall, stage.dora.id
    assert refusal(verb, everyone[0], Actor(stage.charlie), *everyone[1:]) is Code.FORBIDDEN
    assert refusal(verb, everyone[0], Actor(stage.mallory), *everyone[1:]) is Code.NOT_FOUND
    assert refusal(verb, everyone[0], Actor(stage.bob), stage.hall, stage.alice.id) is Code.FORBIDDEN
    assert refusal(verb, everyone[0], Actor(stage.bob), stage.hall, stage.mallory.id) is Code.NOT_FOUND
    assert stage.ops() == []


@pytest.mark.parametrize("place", ["hall", "room"])
def test_an_end_that_did_not_reach_the_gate_can_be_asked_for_again(
        stage: Stage, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    where = stage.hall if place == "hall" else stage.cast.room
    sanctions.mute(stage.store, Actor(stage.bob), where, stage.charlie.id)
    with monkeypatch.context() as patch:
        patch.setattr(authority, "tell", dies)
        patch.setattr(sanctions, "_at_the_gate", dies)
        with pytest.raises(KeyboardInterrupt):
            sanctions.unmute(stage.store, Actor(stage.bob), where, stage.charlie.id)
    assert refusal(stage.say, stage.charlie) is Code.MUTED
    assert sanctions.unmute(stage.store, Actor(stage.bob), where, stage.charlie.id).seqs[stage.hall] == 2
    stage.say(stage.charlie)
    assert not any(sanctions.unmute(stage.store, Actor(stage.bob), where, stage.charlie.id).seqs.values())


def dies(*_: object, **__: object) -> None:
    """As a process does that is killed here."""
    raise KeyboardInterrupt


def test_every_act_is_in_the_audit_and_the_chain_holds(stage: Stage) -> None:
    actor = Actor(stage.bob)
    sanctions.mute(stage.store, actor, stage.hall, stage.charlie.id, seconds=60, reason="spam")
    sanctions.kick(stage.store, actor, stage.cast.room, stage.dora.id)
    rules.change(stage.store, actor, stage.hall, {"slow_seconds": 5})
    said = stage.say(stage.bob).seq
    pins.pin(stage.store, actor, stage.hall, said)
    pins.pin(stage.store, actor, stage.hall, said)
    pins.pin(stage.store, actor, stage.hall, said, on=False)
    found = stage.store.record.read(lambda c: audit.page(c, stage.cast.organization))
    assert [(row.act.act, row.act.target, row.act.reason) for row in found] == [
        ("role", stage.alice.id, ""), ("role", stage.bob.id, ""), ("mute", stage.charlie.id, "spam"),
        ("kick", stage.dora.id, ""), ("rules", "", ""), ("pin", "", ""), ("unpin", "", "")]
    assert stage.store.record.read(lambda c: audit.first_broken(c, stage.cast.organization)) is None
