"""Names that are left to people: they stay until somebody of the staff has seen them, on both databases."""

from __future__ import annotations

import dataclasses

import pytest

from rooms import doubtful_names, identities, nicknames, notices, review, safety
from rooms.authority import Actor
from rooms.errors import Code
from rooms.events import Door
from rooms.record import audit
from rooms.safety import AFTER, Verdict
from rooms.store import Store
from tests.cast import Cast, StandingClock
from tests.refusal import refusal


class Stage:
    """Olga owns the organization, Bob keeps order in it; Charlie has just taken a name."""

    def __init__(self, store: Store, name: str = "很难说") -> None:
        self.store, self.cast = store, Cast(store)
        self.olga, self.bob, self.charlie = map(self.cast.person, ("olga", "bob", "charlie"))
        self.admin, self.judge = Actor(self.olga, "owner"), Actor(self.bob, "moderator")
        safety.set_policy(store, self.admin, AFTER, "off")
        self.takes(name)

    def takes(self, name: str, word: str = "review") -> None:
        nicknames.rename(self.store, self.charlie, name)
        for check in safety.take(self.store, 100):
            safety.settle(self.store, check, Verdict(word, "20001"))

    def called(self) -> str:
        return identities.names_of(self.store, [self.charlie.id])[self.charlie.id]

    def waiting(self) -> list[str]:
        return [one.name for one in doubtful_names.waiting(self.store, self.judge)]

    def settle(self, keep: bool) -> bool:
        (one,) = doubtful_names.waiting(self.store, self.judge)
        return doubtful_names.settle(self.store, self.judge, one.id, keep, "看过了")

    def acts(self) -> list[tuple[str, str, str]]:
        found = self.store.record.read(lambda c: audit.page(c, self.cast.organization))
        return [(one.act.act, one.act.target, one.act.actor) for one in found if one.act.act != "safety"]


@pytest.fixture
def stage(store: Store) -> Stage:
    return Stage(store)


def test_such_a_name_stays_until_somebody_has_seen_it(stage: Stage) -> None:
    assert (stage.called(), stage.waiting()) == ("很难说", ["很难说"])
    assert review.statistics(stage.store, stage.judge).waiting == 1
    assert safety.take(stage.store, 100) == [], "nobody is asked again"
    assert stage.settle(keep=True)
    assert (stage.called(), stage.waiting()) == ("很难说", [])
    assert stage.acts() == [("name_kept", stage.charlie.id, stage.bob.id)]
    assert review.statistics(stage.store, stage.judge).waiting == 0


def test_it_can_be_taken_back_and_its_bearer_is_told(stage: Stage) -> None:
    (one,) = doubtful_names.waiting(stage.store, stage.judge)
    assert stage.settle(keep=False)
    assert stage.called().startswith("茶客")
    assert stage.acts() == [("name", stage.charlie.id, stage.bob.id)]
    assert [(told.kind, notices.facts(told)) for told in notices.waiting(stage.store, stage.charlie.id)] == [
        ("name", {"reason": "看过了"})]
    assert doubtful_names.settle(stage.store, stage.judge, one.id, False) is False, "decided already"


def test_of_somebody_who_took_another_name_nothing_waits(stage: Stage) -> None:
    stage.takes("好名字", "pass")
    assert (stage.called(), stage.waiting()) == ("好名字", [])
    stage.takes("又很难说", "unknown")
    assert stage.waiting() == [], "where there is no verdict, the policy shows it"
    safety.set_policy(stage.store, stage.admin, AFTER, "off", "people")
    stage.takes("再很难说", "unknown")
    assert stage.waiting() == ["再很难说"]
    nicknames.rename(stage.store, stage.charlie._replace(door=Door.WECHAT), "阿查")
    assert stage.waiting() == [], "also where nobody judges the new one"


def test_a_bad_verdict_takes_a_name_back_that_is_theirs_still(stage: Stage) -> None:
    nicknames.rename(stage.store, stage.charlie, "坏话")
    (check,) = safety.take(stage.store, 100)
    identities.rename(stage.store, stage.charlie, "查理")
    safety.settle(stage.store, check, Verdict("risky"))
    assert stage.called() == "查理"
    stage.takes("坏话", "risky")
    assert stage.called().startswith("茶客")
    assert [told.kind for told in notices.waiting(stage.store, stage.charlie.id)] == ["name"]


def test_nobody_changes_their_name_all_the_time(stage: Stage) -> None:
    store = dataclasses.replace(stage.store, clock=StandingClock(stage.store.clock.now() + 60_000))
    for number in range(nicknames.PER_MINUTE):
        nicknames.rename(store, stage.charlie, f"名字{number}")
    assert refusal(nicknames.rename, store, stage.charlie, "又一个") is Code.RATE_LIMITED


def test_only_the_organizations_own_staff_decides(stage: Stage) -> None:
    (one,) = doubtful_names.waiting(stage.store, stage.judge)
    stranger = Actor(Cast(stage.store).person("mallory"), "owner")
    assert refusal(doubtful_names.settle, stage.store, stranger, one.id, False) is Code.NOT_FOUND
    assert refusal(doubtful_names.settle, stage.store, stage.judge, one.id, False, "x" * 201) is Code.TOO_LONG
    for actor in (Actor(stage.charlie), Actor(stage.bob, "member")):
        assert refusal(doubtful_names.waiting, stage.store, actor) is Code.FORBIDDEN
        assert refusal(doubtful_names.settle, stage.store, actor, one.id, True) is Code.FORBIDDEN
    assert list(doubtful_names.waiting(stage.store, stranger)) == []
    assert stage.waiting() == ["很难说"]
