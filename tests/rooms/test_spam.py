"""Who only spams is found, proposed or muted, and can be let speak again; on both databases."""

from __future__ import annotations

import pytest

from rooms import archive, members, messages, reports, sanctions, seats, spam, standings, white_list
from rooms.authority import Actor
from rooms.drafts import Draft
from rooms.errors import Code, Refused
from rooms.events import Person
from rooms.record import audit, users
from rooms.record import notices as notice_rows
from rooms.store import Store
from tests.cast import Cast
from tests.refusal import refusal
from tests.rooms.test_moderation import dies


class Stage:
    """Sam came a moment ago and sells; Dora has talked here for years; Bob moderates and pastes much."""

    def __init__(self, store: Store) -> None:
        self.store, self.cast = store, Cast(store)
        self.hall = self.cast.channel("hall")
        self.sam, self.dora, self.bob, self.olga = map(self.cast.person, ("sam", "dora", "bob", "olga"))
        for number, person in enumerate((self.sam, self.dora, self.bob)):
            seats.enter(store, person, self.hall, f"p1.{number}")
        members.set_role(store, self.cast.room, self.bob.id, "moderator")
        store.record.write(lambda c: users.change(c, self.dora.id, created_at=1))
        self.admin, self.count = Actor(self.olga, "owner"), 0
        for number in range(12):
            self.say(self.sam, "便宜卖 加微信 13800000000")
            self.say(self.bob, "看 https://example.com")
            self.say(self.dora, f"今天第 {number} 句话")
        for person in (self.dora, self.bob):
            reports.report(store, person, self.hall, 1, "广告")
        archive.archive_channel(store, self.hall)

    def say(self, person: Person, text: str) -> None:
        self.count += 1
        messages.post(self.store, person, self.hall, Draft("text", {"text": text}, f"k{self.count}"))

    def refused(self) -> Code | None:
        try:
            self.say(self.sam, "又来")
        except Refused as refused:
            return refused.code
        return None


@pytest.fixture
def stage(store: Store) -> Stage:
    return Stage(store)


def test_a_spammer_scores_high_an_old_guest_low_and_moderators_not_at_all(stage: Stage) -> None:
    found = spam.scores(stage.store, stage.cast.organization)
    assert set(found) == {stage.sam.id, stage.dora.id}
    assert found[stage.sam.id].score >= 60 > 20 >= found[stage.dora.id].score
    white_list.set_free(stage.store, stage.admin, stage.cast.room, stage.sam.id)
    assert stage.sam.id not in spam.scores(stage.store, stage.cast.organization)


def test_where_the_policy_proposes_people_decide(stage: Stage) -> None:
    spam.set_policy(stage.store, stage.admin, "propose")
    assert [spam.clean(stage.store), spam.clean(stage.store)] == [1, 0]
    (proposed,) = spam.suspected(stage.store, stage.admin)
    assert (proposed.user, proposed.state) == (stage.sam.id, "proposed")
    assert stage.refused() is None
    assert spam.decide(stage.store, stage.admin, proposed.id, True) is True
    assert spam.decide(stage.store, stage.admin, proposed.id, False) is False
    assert stage.refused() is Code.MUTED


def test_where_the_policy_acts_it_can_be_undone_for_a_week(stage: Stage) -> None:
    spam.set_policy(stage.store, stage.admin, "act", 60, 3_600)
    spam.clean(stage.store)
    assert stage.refused() is Code.MUTED
    (acted,) = spam.suspected(stage.store, stage.admin)
    assert (acted.state, acted.by) == ("acted", "s_steward")
    assert spam.undo(stage.store, stage.admin, acted.id) is True
    assert stage.refused() is None
    assert spam.undo(stage.store, stage.admin, acted.id) is False
    assert spam.clean(stage.store) == 0, "nobody is suspected twice in a day"
    acts = [row.act.act for row in stage.store.record.read(lambda c: audit.page(c, stage.cast.organization))]
    assert acts[-3:] == ["spam", "mute", "unmute"]


def test_who_dies_while_deciding_has_decided_all_or_nothing(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    spam.set_policy(stage.store, stage.admin, "propose")
    spam.clean(stage.store)
    (proposed,) = spam.suspected(stage.store, stage.admin)
    with monkeypatch.context() as patch:
        patch.setattr(notice_rows, "add_many", dies)
        with pytest.raises(KeyboardInterrupt):
            spam.decide(stage.store, stage.admin, proposed.id, True)
    assert [one.state for one in spam.suspected(stage.store, stage.admin)] == ["proposed"]
    with monkeypatch.context() as patch:
        patch.setattr(sanctions, "_everywhere", dies)
        with pytest.raises(KeyboardInterrupt):
            spam.decide(stage.store, stage.admin, proposed.id, True)
    assert [one.state for one in spam.suspected(stage.store, stage.admin)] == ["acted"]
    assert stage.refused() is None, "the gate has not heard"
    monkeypatch.setattr(standings, "PATIENCE_MS", -1)
    standings.finish(stage.store)
    assert stage.refused() is Code.MUTED


def test_what_may_not_be_done_is_not_decided(stage: Stage) -> None:
    spam.set_policy(stage.store, stage.admin, "propose")
    spam.clean(stage.store)
    (proposed,) = spam.suspected(stage.store, stage.admin)
    members.set_role(stage.store, stage.cast.room, stage.sam.id, "owner")
    helper = Actor(stage.olga, "moderator")
    assert refusal(spam.decide, stage.store, helper, proposed.id, True) is Code.FORBIDDEN
    assert [one.state for one in spam.suspected(stage.store, stage.admin)] == ["proposed"]


def test_after_a_week_it_stands(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    spam.set_policy(stage.store, stage.admin, "act")
    spam.clean(stage.store)
    (acted,) = spam.suspected(stage.store, stage.admin)
    monkeypatch.setattr(spam, "UNDO_MS", -1)
    assert refusal(spam.undo, stage.store, stage.admin, acted.id) is Code.EXPIRED


def test_a_policy_that_is_off_does_nothing_and_strangers_see_nothing(stage: Stage) -> None:
    assert spam.clean(stage.store) == 0
    spam.set_policy(stage.store, stage.admin, "propose")
    spam.clean(stage.store)
    (proposed,) = spam.suspected(stage.store, stage.admin)
    stranger = Actor(Cast(stage.store).person("mallory"), "owner")
    assert refusal(spam.decide, stage.store, stranger, proposed.id, True) is Code.NOT_FOUND
    assert list(spam.suspected(stage.store, stranger)) == []
    assert refusal(spam.suspected, stage.store, Actor(stage.bob)) is Code.FORBIDDEN
    assert refusal(spam.set_policy, stage.store, Actor(stage.olga, "moderator"), "act") is Code.FORBIDDEN
    assert refusal(spam.set_policy, stage.store, stage.admin, "rage") is Code.BAD_FRAME
