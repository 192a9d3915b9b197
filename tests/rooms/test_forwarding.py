"""What was said in one channel is said again in another, by who may read the one and speak in the other."""

from __future__ import annotations

import itertools
from typing import Any

import msgspec
import pytest

from rooms import (
    announcements,
    blocks,
    direct,
    edits,
    forwarding,
    held,
    members,
    messages,
    recalls,
    review,
    rules,
    sanctions,
    seats,
)
from rooms import media as media_verbs
from rooms.authority import Actor
from rooms.drafts import Draft
from rooms.errors import Code
from rooms.events import Door, Person
from rooms.record import held as held_rows
from rooms.record import media as media_rows
from rooms.record import rooms as room_rows
from rooms.record.media import Media
from rooms.store import Store
from tests.cast import Cast
from tests.refusal import refusal


class Stage:
    """Alice and Bob are in the hall and in the garden of one room, and Alice alone in the den of another."""

    def __init__(self, store: Store) -> None:
        self.store, self.cast, self.count = store, Cast(store), itertools.count()
        self.other = self.cast.add_room()
        self.hall, self.garden = self.cast.channel("hall"), self.cast.channel("garden")
        self.den = self.cast.channel("den", self.other)
        self.alice, self.bob = self.cast.person("Alice"), self.cast.person("Bob")
        for person, channel in ((self.alice, self.hall), (self.alice, self.garden), (self.alice, self.den),
                                (self.bob, self.hall), (self.bob, self.garden)):
            members.join(store, person, self.other if channel == self.den else self.cast.room)
            seats.enter(store, person, channel, f"p.{person.id}")

    def say(self, person: Person, channel: str, text: str = "春眠不觉晓") -> int:
        said = messages.post(self.store, person, channel, Draft("text", {"text": text}, f"m{next(self.count)}"))
        assert isinstance(said, messages.Said)
        return said.seq

    def forward(self, person: Person, channel: str, source: str, seq: int) -> dict[str, Any]:
        said = forwarding.forward(self.store, person, channel, f"m{next(self.count)}", source, seq)
        assert isinstance(said, messages.Said)
        return self.shown(channel, said.seq)

    def refused(self, person: Person, channel: str, source: str, seq: int) -> Code:
        return refusal(forwarding.forward, self.store, person, channel, f"m{next(self.count)}", source, seq)

    def shown(self, channel: str, seq: int) -> dict[str, Any]:
        [entry] = messages.after(self.store, channel, seq - 1, 1)
        told: dict[str, Any] = msgspec.json.decode(entry.frame)
        return told


@pytest.fixture
def stage(store: Store) -> Stage:
    return Stage(store)


def test_it_is_a_message_of_who_forwards_it_marked_with_where_it_stood_in_the_same_room(stage: Stage) -> None:
    seq = stage.say(stage.bob, stage.hall, "春眠不觉晓 @Alice")
    first = stage.shown(stage.hall, seq)
    told = stage.forward(stage.alice, stage.garden, stage.hall, seq)
    assert (told["from"]["id"], told["body"]) == (stage.alice.id, {"text": "春眠不觉晓 @Alice"})
    assert told["forwarded"] == {"at": first["at"], "channel": stage.hall, "seq": seq}
    assert "mentions" not in told, "nobody is named twice by what was said once"
    assert stage.bob.id not in str(told)


def test_into_another_room_the_mark_names_no_place(stage: Stage) -> None:
    seq = stage.say(stage.bob, stage.hall)
    told = stage.forward(stage.alice, stage.den, stage.hall, seq)
    assert told["forwarded"] == {"at": stage.shown(stage.hall, seq)["at"]}
    assert stage.cast.room not in str(told)
    again = stage.forward(stage.alice, stage.garden, stage.den, told["seq"])
    assert again["forwarded"] == told["forwarded"], "when it was first said"


def test_only_what_one_may_read_is_forwarded_and_only_where_one_may_speak(stage: Stage) -> None:
    secret = stage.say(stage.alice, stage.den)
    assert stage.refused(stage.bob, stage.hall, stage.den, secret) is Code.NOT_MEMBER
    said = stage.say(stage.bob, stage.hall)
    assert stage.refused(stage.bob, stage.den, stage.hall, said) is Code.NOT_MEMBER
    stranger = Cast(stage.store).person("Mallory")
    for channel, source in ((stage.hall, stage.garden), (stage.garden, stage.hall)):
        assert stage.refused(stranger, channel, source, 1) is Code.NOT_FOUND
    assert stage.refused(stage.bob, stage.garden, stage.hall, said + 1) is Code.NOT_FOUND
    assert stage.refused(stage.bob, stage.garden, "c_nowhere", 1) is Code.NOT_FOUND
    steward = Actor(Person("s_1", stage.cast.organization, "Steward", Door.CONSOLE), "owner")
    sanctions.mute(stage.store, steward, stage.garden, stage.bob.id)
    assert stage.refused(stage.bob, stage.garden, stage.hall, said) is Code.MUTED


def test_what_was_taken_back_or_is_hidden_or_is_no_message_is_not_forwarded(stage: Stage) -> None:
    steward = Actor(Person("s_1", stage.cast.organization, "Steward", Door.CONSOLE), "owner")
    gone, by_bob = stage.say(stage.alice, stage.hall), stage.say(stage.bob, stage.hall)
    recalls.recall(stage.store, Actor(stage.alice), stage.hall, gone)
    assert stage.refused(stage.bob, stage.garden, stage.hall, gone) is Code.NOT_FOUND
    blocks.block(stage.store, stage.alice, stage.bob.id)
    assert stage.refused(stage.alice, stage.garden, stage.hall, by_bob) is Code.NOT_FOUND
    [announced] = announcements.announce(stage.store, steward, stage.hall, "关门").seqs.values()
    assert stage.refused(stage.bob, stage.garden, stage.hall, announced) is Code.NOT_FOUND


def test_an_edited_message_goes_with_its_newest_words_and_what_was_forwarded_is_not_edited(stage: Stage) -> None:
    seq = stage.say(stage.alice, stage.hall)
    edits.edit(stage.store, stage.alice, stage.hall, seq, {"text": "处处闻啼鸟"})
    told = stage.forward(stage.alice, stage.garden, stage.hall, seq)
    assert told["body"] == {"text": "处处闻啼鸟"}
    assert refusal(edits.edit, stage.store, stage.alice, stage.garden, told["seq"], {"text": "x"}) is Code.BAD_FRAME


def test_a_folded_repeat_goes_with_the_words_that_it_repeats(stage: Stage) -> None:
    steward = Actor(Person("s_1", stage.cast.organization, "Steward", Door.CONSOLE), "owner")
    rules.change(stage.store, steward, stage.hall, {"fold_seconds": 600})
    stage.say(stage.alice, stage.hall)
    repeat = stage.say(stage.alice, stage.hall)
    assert "body" not in stage.shown(stage.hall, repeat)
    assert stage.forward(stage.bob, stage.garden, stage.hall, repeat)["body"] == {"text": "春眠不觉晓"}


def test_what_was_said_between_two_is_forwarded_by_who_said_it(stage: Stage) -> None:
    stage.store.record.write(lambda c: room_rows.change(c, stage.cast.room, direct=True))
    two = direct.begin(stage.store, stage.alice, stage.cast.room, stage.bob.id).channel
    for person in (stage.alice, stage.bob):
        seats.enter(stage.store, person, two, f"p.{person.id}")
    seq = stage.say(stage.alice, two)
    assert stage.refused(stage.bob, stage.hall, two, seq) is Code.FORBIDDEN
    assert stage.forward(stage.alice, stage.hall, two, seq)["body"] == {"text": "春眠不觉晓"}


def test_a_picture_is_seen_where_it_was_forwarded_to(stage: Stage) -> None:
    name, owner = f"m_{stage.cast.organization[2:]}", stage.cast.organization
    picture = Media(name, owner, stage.alice.id, "image", "ready", "", 1, 640, 480, 0, "", "full", 100, 0, 0, "", 1)
    stage.store.record.write(lambda c: media_rows.add(c, picture))
    said = messages.post(stage.store, stage.alice, stage.hall, Draft("image", {"media": picture.id}, "p1"))
    assert isinstance(said, messages.Said)
    carol = stage.cast.person("Carol")
    members.join(stage.store, carol, stage.other)
    assert refusal(media_verbs.one, stage.store, carol, picture.id) is Code.NOT_FOUND
    told = stage.forward(stage.alice, stage.den, stage.hall, said.seq)
    assert told["body"]["media"] == picture.id
    assert media_verbs.one(stage.store, carol, picture.id).id == picture.id


def test_what_waits_for_a_review_keeps_its_mark(stage: Stage) -> None:
    seq, steward = stage.say(stage.bob, stage.hall), Person("s_1", stage.cast.organization, "Steward", Door.CONSOLE)
    mark = {"at": stage.shown(stage.hall, seq)["at"], "channel": stage.hall, "seq": seq}
    draft = Draft("text", {"text": "春眠不觉晓"}, "h1", forwarded=mark)
    held.keep(stage.store, stage.alice, stage.garden, draft, held.SAFETY)
    [row] = stage.store.record.read(lambda c: held_rows.waiting(c, stage.cast.organization, "", (0, ""), 10))
    passed = review.approve(stage.store, Actor(steward, "owner"), row.id)
    assert passed is not None
    assert stage.shown(stage.garden, passed.seq)["forwarded"] == mark
