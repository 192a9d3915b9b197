"""The pictures of people: whose they are, who sees them, what a verdict brings about, and their end."""

from __future__ import annotations

import itertools

import pytest

from rooms import avatars, erasure, identities, media, merging, safety
from rooms.authority import Actor
from rooms.errors import Code, Refused
from rooms.events import Door, Person
from rooms.record import audit, organizations, users
from rooms.record import media as rows
from rooms.record import safety as safety_rows
from rooms.record.media import READY, Media
from rooms.record.safety import Check
from rooms.safety import AFTER, BEFORE, PASS, PEOPLE, REVIEW, RISKY, SHOW, UNKNOWN, Verdict
from rooms.store import Store
from tests.cast import Cast
from tests.refusal import refusal

numbers = itertools.count()


class Stage:
    """Alice and Bob are of one organization, Mallory of another."""

    def __init__(self, store: Store) -> None:
        self.store, self.cast = store, Cast(store)
        self.alice, self.bob = self.cast.person("Alice"), self.cast.person("Bob")
        other = f"o_elsewhere{next(numbers)}"
        store.record.write(lambda c: organizations.add(c, organizations.Organization(other, "Other", 0)))
        self.mallory = Person(f"u_mallory{next(numbers)}", other, "Mallory", Door.MINIPROGRAM)
        store.record.write(lambda c: users.add(c, users.User(self.mallory.id, other, "Mallory", "", 0, 0)))
        self.admin = Actor(self.cast.person("admin"), "owner")

    def picture(self, person: Person) -> Media:
        now = self.store.clock.now() + next(numbers)
        made = Media(f"m_face{next(numbers)}", person.organization, person.id, media.AVATAR, READY, "", 9, 240, 240, 0,
                     "", "face.jpg", 0, 0, 0, "", now)
        media.add(self.store, person, made)
        return made

    def chosen(self, person: Person) -> Media:
        made = self.picture(person)
        avatars.choose(self.store, self.now(person), made)
        return made

    def now(self, person: Person) -> Person:
        who = identities.who(self.store, person.id)
        assert who is not None
        return who.person

    def has(self, person: Person, picture: Media) -> bool:
        return avatars.is_shown(self.now(person).avatar, picture.id)

    def policy(self, *those: str) -> None:
        safety.set_policy(self.store, self.admin, "off", *those)

    def judged(self, word: str) -> int:
        checks = [one for one in safety.take(self.store, 100) if one.organization == self.cast.organization]
        for check in checks:
            safety.settle(self.store, check, Verdict(word))
        return len(checks)

    def kept(self, picture: Media) -> str:
        found = self.store.record.read(lambda c: rows.one(c, picture.id))
        return found.state if found else ""


@pytest.fixture
def stage(store: Store) -> Stage:
    return Stage(store)


def test_who_chose_a_picture_is_seen_with_it_by_their_own_organization_alone(stage: Stage) -> None:
    picture = stage.chosen(stage.alice)
    seen = avatars.seen(stage.store, stage.bob, [stage.alice.id, stage.bob.id, "s_steward", "u_nobody", "{u_bad}"])
    assert {user: (one.name, bool(one.avatar)) for user, one in seen.items()} == {
        stage.alice.id: ("Alice", True), stage.bob.id: ("Bob", False)}
    assert avatars.is_shown(seen[stage.alice.id].avatar, picture.id)
    assert avatars.seen(stage.store, stage.mallory, [stage.alice.id]) == {}
    assert avatars.latest(stage.store, stage.now(stage.alice)) is None


def test_a_new_picture_takes_the_place_of_the_one_before_under_another_address(stage: Stage) -> None:
    first = stage.chosen(stage.alice)
    before = stage.now(stage.alice).avatar
    second = stage.chosen(stage.alice)
    assert stage.has(stage.alice, second)
    assert stage.now(stage.alice).avatar != before
    assert (stage.kept(first), stage.kept(second)) == ("gone", "ready")
    avatars.remove(stage.store, stage.alice.id)
    assert (stage.now(stage.alice).avatar, stage.kept(second)) == ("", "gone")


@pytest.mark.parametrize(("word", "stays"), [(PASS, True), (RISKY, False), (REVIEW, True), (UNKNOWN, True)])
def test_a_picture_that_was_shown_is_taken_back_on_a_bad_verdict(stage: Stage, word: str, stays: bool) -> None:
    stage.policy(AFTER)
    picture = stage.chosen(stage.alice)
    assert stage.has(stage.alice, picture)
    assert stage.judged(word) == 1
    assert stage.has(stage.alice, picture) is stays
    latest = avatars.latest(stage.store, stage.now(stage.alice))
    assert (latest is None) is stays
    assert latest is None or (latest.state, latest.reason) == ("rejected", safety.REASON)
    assert stage.judged(word) == 0, "once is enough"


@pytest.mark.parametrize(("word", "outage", "state"), [
    (PASS, SHOW, ""), (RISKY, SHOW, "rejected"), (REVIEW, SHOW, "held"), (UNKNOWN, SHOW, ""),
    (UNKNOWN, PEOPLE, "held")])
def test_a_held_picture_comes_with_a_good_verdict_only(stage: Stage, word: str, outage: str, state: str) -> None:
    before = stage.chosen(stage.alice)
    stage.policy(BEFORE, outage)
    picture = stage.chosen(stage.alice)
    assert stage.has(stage.alice, before), "nobody sees the new one before its verdict"
    held = avatars.latest(stage.store, stage.now(stage.alice))
    assert held is not None
    assert held.state == "held"
    stage.judged(word)
    assert (stage.has(stage.alice, picture), stage.has(stage.alice, before)) == (not state, bool(state))
    latest = avatars.latest(stage.store, stage.now(stage.alice))
    assert (latest.state if latest else "") == state


def test_a_verdict_on_a_picture_that_was_replaced_meanwhile_changes_nothing(stage: Stage) -> None:
    stage.policy(BEFORE)
    stage.chosen(stage.alice)
    second = stage.picture(stage.alice)
    checks = safety.take(stage.store, 100)
    avatars.choose(stage.store, stage.now(stage.alice), second)
    for check in checks:
        safety.settle(stage.store, check, Verdict(PASS))
    assert stage.now(stage.alice).avatar == ""
    assert stage.judged(PASS) == 1
    assert stage.has(stage.alice, second)


def test_the_sweep_leaves_the_picture_somebody_has_and_takes_what_wechat_took_back(
        stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    picture = stage.chosen(stage.alice)
    monkeypatch.setattr(media, "UNSAID_MS", -10 * media.DAY_MS)
    media.sweep(stage.store)
    assert stage.kept(picture) == "ready"
    stage.store.record.write(lambda c: users.change(c, stage.alice.id, avatar=""))
    media.sweep(stage.store)
    assert stage.kept(picture) == "gone"


def test_a_picture_goes_with_its_person(stage: Stage) -> None:
    picture = stage.chosen(stage.alice)
    erasure.begin(stage.store, stage.alice.id, stage.alice.id, "asked")
    assert stage.kept(picture) == "gone"
    assert avatars.seen(stage.store, stage.bob, [stage.alice.id]) == {}
    with pytest.raises(Refused) as refused:
        avatars.show(stage.store, picture)
    assert refused.value.code is Code.NOT_FOUND


def test_who_is_found_to_be_somebody_else_keeps_the_picture_and_is_found_under_both_ids(stage: Stage) -> None:
    picture = stage.chosen(stage.bob)
    kept = merging.merge(stage.store, stage.alice.id, stage.bob.id, merging.PHONE)
    seen = avatars.seen(stage.store, stage.admin.person, [stage.alice.id, stage.bob.id])
    assert {one.id for one in seen.values()} == {kept}
    assert [avatars.is_shown(one.avatar, picture.id) for one in seen.values()] == [True, True]


def test_what_somebody_waits_for_is_judged_before_what_was_shown(stage: Stage) -> None:
    stage.policy(BEFORE)
    shown = [f"k_shown{next(numbers)}" for _ in range(3)]
    now = stage.store.clock.now() - 60_000
    stage.store.record.write(lambda c: safety_rows.add_many(c, [Check(
        id_, stage.cast.organization, "c_x", 1, "", stage.bob.id, "text", "好", "waiting", "", "", "", "", 0, now, now)
        for id_ in shown]))
    stage.chosen(stage.alice)
    (first,) = safety.take(stage.store, 1)
    assert (first.kind, first.user) == ("avatar", stage.alice.id)
    assert {one.id for one in safety.take(stage.store, 100)} >= set(shown)


def test_staff_takes_a_picture_away_and_whose_it_was_hears_why(stage: Stage) -> None:
    picture = stage.chosen(stage.alice)
    avatars.take_away(stage.store, stage.admin, stage.alice.id, "不合适")
    assert (stage.now(stage.alice).avatar, stage.kept(picture)) == ("", "failed")
    assert avatars.latest(stage.store, stage.now(stage.alice)) == ("rejected", "不合适")
    (act,) = [one.act for one in stage.store.record.read(lambda c: audit.page(c, stage.cast.organization))]
    assert (act.act, act.target, act.actor, act.reason) == ("avatar", stage.alice.id, stage.admin.person.id, "不合适")
    assert refusal(avatars.take_away, stage.store, stage.admin, stage.alice.id) is Code.NOT_FOUND, "there is none now"


def test_nobody_else_takes_a_picture_away(stage: Stage) -> None:
    picture = stage.chosen(stage.alice)
    for actor, code in ((Actor(stage.mallory, "owner"), Code.NOT_FOUND), (Actor(stage.bob), Code.FORBIDDEN)):
        assert refusal(avatars.take_away, stage.store, actor, stage.alice.id) is code
    assert stage.has(stage.alice, picture)


def test_nobody_changes_their_picture_all_the_time(stage: Stage) -> None:
    for _ in range(avatars.PER_MINUTE):
        avatars.count(stage.store, stage.alice)
    assert refusal(avatars.count, stage.store, stage.alice) is Code.RATE_LIMITED
    avatars.count(stage.store, stage.bob)
