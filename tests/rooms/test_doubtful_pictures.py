"""Pictures of people that are left to people, on both databases."""

from __future__ import annotations

import itertools

import pytest

from rooms import avatars, doubtful_pictures, identities, media, review, safety
from rooms.authority import Actor
from rooms.errors import Code
from rooms.events import Person
from rooms.record import audit
from rooms.record import media as rows
from rooms.record.media import READY, Media
from rooms.safety import AFTER, BEFORE, Verdict
from rooms.store import Store
from tests.cast import Cast
from tests.refusal import refusal

numbers = itertools.count()


class Stage:
    """Olga owns the organization, Bob keeps order in it; WeChat cannot decide about the picture that Charlie chose."""

    def __init__(self, store: Store, policy: str) -> None:
        self.store, self.cast = store, Cast(store)
        self.olga, self.bob, self.charlie = map(self.cast.person, ("olga", "bob", "charlie"))
        self.judge = Actor(self.bob, "moderator")
        safety.set_policy(store, Actor(self.olga, "owner"), "off", policy)
        self.picture = self.chooses("review")

    def chooses(self, word: str) -> Media:
        made = Media(f"m_doubt{next(numbers)}", self.cast.organization, self.charlie.id, media.AVATAR, READY, "", 9,
                     240, 240, 0, "", "face.jpg", 0, 0, 0, "", self.store.clock.now() + next(numbers))
        media.add(self.store, self.charlie, made)
        avatars.choose(self.store, self.now(), made)
        for check in safety.take(self.store, 100):
            safety.settle(self.store, check, Verdict(word, "20001"))
        return made

    def now(self) -> Person:
        who = identities.who(self.store, self.charlie.id)
        assert who is not None
        return who.person

    def is_seen(self, picture: Media) -> bool:
        return avatars.is_shown(self.now().avatar, picture.id)

    def waiting(self) -> list[doubtful_pictures.Doubtful]:
        return list(doubtful_pictures.waiting(self.store, self.judge))

    def settle(self, keep: bool) -> bool:
        (one,) = self.waiting()
        return doubtful_pictures.settle(self.store, self.judge, one.id, keep, "看过了")

    def acts(self) -> list[tuple[str, str, str]]:
        found = self.store.record.read(lambda c: audit.page(c, self.cast.organization))
        return [(one.act.act, one.act.target, one.act.actor) for one in found if one.act.act != "safety"]


@pytest.fixture(params=[BEFORE, AFTER])
def stage(store: Store, request: pytest.FixtureRequest) -> Stage:
    return Stage(store, request.param)


def test_such_a_picture_waits_as_it_is_until_somebody_has_seen_it(stage: Stage) -> None:
    before = stage.is_seen(stage.picture)
    (one,) = stage.waiting()
    assert (one.user, one.name, one.shown) == (stage.charlie.id, "charlie", before)
    assert doubtful_pictures.picture(stage.store, stage.judge, one.id).id == stage.picture.id
    assert review.statistics(stage.store, stage.judge).waiting == 1
    assert safety.take(stage.store, 100) == [], "nobody is asked again"
    assert stage.settle(keep=True)
    assert (stage.is_seen(stage.picture), stage.waiting()) == (True, [])
    assert stage.acts() == [("avatar_kept", stage.charlie.id, stage.bob.id)]
    assert doubtful_pictures.settle(stage.store, stage.judge, one.id, False) is False, "decided already"


def test_it_can_be_taken_away_and_its_bearer_finds_why(stage: Stage) -> None:
    assert stage.settle(keep=False)
    assert stage.now().avatar == ""
    assert avatars.latest(stage.store, stage.now()) == ("rejected", "看过了")
    assert stage.acts() == [("avatar", stage.charlie.id, stage.bob.id)]
    assert stage.waiting() == []


def test_of_somebody_who_chose_another_one_or_none_nothing_waits(stage: Stage) -> None:
    (one,) = stage.waiting()
    good = stage.chooses("pass")
    assert (stage.is_seen(good), stage.waiting()) == (True, [])
    assert doubtful_pictures.settle(stage.store, stage.judge, one.id, False) is False
    assert stage.is_seen(good)
    stage.chooses("review")
    avatars.remove(stage.store, stage.charlie.id)
    assert (stage.now().avatar, stage.waiting()) == ("", [])


def test_what_nobody_has_looked_at_yet_is_kept_by_the_sweep(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media, "UNSAID_MS", -10 * media.DAY_MS)
    media.sweep(stage.store)
    (found,) = stage.store.record.read(lambda c: rows.of_user(c, stage.charlie.id))
    assert (found.id, found.state) == (stage.picture.id, READY)


def test_only_the_organizations_own_staff_decides_and_looks(stage: Stage) -> None:
    (one,) = stage.waiting()
    stranger = Actor(Cast(stage.store).person("mallory"), "owner")
    assert refusal(doubtful_pictures.settle, stage.store, stranger, one.id, False) is Code.NOT_FOUND
    assert refusal(doubtful_pictures.picture, stage.store, stranger, one.id) is Code.NOT_FOUND
    assert refusal(doubtful_pictures.settle, stage.store, stage.judge, one.id, False, "x" * 201) is Code.TOO_LONG
    for actor in (Actor(stage.charlie), Actor(stage.bob, "member")):
        assert refusal(doubtful_pictures.waiting, stage.store, actor) is Code.FORBIDDEN
        assert refusal(doubtful_pictures.picture, stage.store, actor, one.id) is Code.FORBIDDEN
        assert refusal(doubtful_pictures.settle, stage.store, actor, one.id, True) is Code.FORBIDDEN
    assert list(doubtful_pictures.waiting(stage.store, stranger)) == []
    assert len(stage.waiting()) == 1
