"""The ways into a room, on both databases: who comes in, who does not, and what they hear."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from rooms import doors, invitations, members, messages, phones, recovery, requests, rooms, sanctions, seats, white_list
from rooms.authority import Actor
from rooms.doors import Ways
from rooms.drafts import Draft
from rooms.errors import Code, Refused
from rooms.events import Person
from rooms.record import audit
from rooms.store import Store
from tests.cast import Cast
from tests.refusal import refusal


class Stage:
    """Alice owns the room, Bob helps her; Charlie and Dora stand at the door, Mallory is of another organization."""

    def __init__(self, store: Store) -> None:
        self.store, self.cast = store, Cast(store)
        self.room, self.hall = self.cast.room, self.cast.channel("hall")
        self.alice, self.bob, self.charlie, self.dora = map(self.cast.person, ("Alice", "Bob", "Charlie", "Dora"))
        self.mallory = Cast(store).person("Mallory")
        members.set_role(store, self.room, self.alice.id, "owner")
        members.set_role(store, self.room, self.bob.id, "moderator")
        self.owner, self.helper = Actor(self.alice), Actor(self.bob)

    def ways(self, **ways: Any) -> None:
        doors.change(self.store, self.owner, self.room, Ways(**ways))

    def enter(self, person: Person, password: str | None = None) -> str:
        return seats.enter(self.store, person, self.hall, "p1.1", password).role

    def invite(self, **given: int) -> str:
        return invitations.make(self.store, self.helper, self.room, **given).code

    def shown_to(self, person: Person) -> bool:
        return self.room in {view.id for view in rooms.visible(self.store, person)}


@pytest.fixture
def stage(store: Store) -> Stage:
    return Stage(store)


def test_an_open_room_lets_everybody_of_its_organization_in(stage: Stage) -> None:
    assert stage.enter(stage.charlie) == "member"
    assert refusal(stage.enter, stage.mallory) is Code.NOT_FOUND


def test_a_room_that_is_not_listed_is_found_by_who_knows_its_name(stage: Stage) -> None:
    stage.ways(listed=False)
    assert not stage.shown_to(stage.charlie)
    assert stage.shown_to(stage.bob)
    assert rooms.find(stage.store, stage.charlie, stage.room).id == stage.room
    stage.enter(stage.charlie)
    assert stage.shown_to(stage.charlie)
    assert refusal(rooms.find, stage.store, stage.mallory, stage.room) is Code.NOT_FOUND


def test_a_password_that_is_set_later_is_asked_at_once(stage: Stage) -> None:
    stage.enter(stage.charlie)
    stage.ways(password="oolong")
    assert refusal(stage.enter, stage.dora) is Code.PASSWORD_NEEDED
    assert refusal(stage.enter, stage.dora, "sencha") is Code.PASSWORD_WRONG
    assert stage.enter(stage.dora, "oolong") == "member"
    stage.ways(password="")
    assert stage.enter(stage.cast.person("Eve")) == "member"


def test_a_private_room_lets_in_by_invitation_only(stage: Stage) -> None:
    stage.ways(private=True)
    assert refusal(stage.enter, stage.charlie) is Code.NOT_FOUND
    assert refusal(requests.ask, stage.store, stage.charlie, stage.room) is Code.NOT_FOUND
    code = stage.invite()
    assert invitations.use(stage.store, stage.charlie, f" {code.upper()} ", stage.room) == stage.room
    assert stage.enter(stage.charlie) == "member"
    assert refusal(invitations.use, stage.store, stage.dora, code) is Code.NOT_FOUND


def test_an_invitation_of_one_organization_is_nothing_in_another(stage: Stage) -> None:
    code = stage.invite(uses=5)
    assert refusal(invitations.use, stage.store, stage.mallory, code) is Code.NOT_FOUND
    assert refusal(invitations.use, stage.store, stage.charlie, code, stage.cast.add_room()) is Code.NOT_FOUND
    assert invitations.of_room(stage.store, stage.helper, stage.room)[0].used == 0


def test_an_invitation_ends_with_its_time_its_uses_or_when_it_is_revoked(stage: Stage,
                                                                         monkeypatch: pytest.MonkeyPatch) -> None:
    made = invitations.make(stage.store, stage.helper, stage.room, uses=2)
    for _ in range(3):
        invitations.use(stage.store, stage.charlie, made.code)
    assert [(one.name, one.used) for one in invitations.of_room(stage.store, stage.owner, stage.room)] == [
        (made.name, 1)]
    invitations.revoke(stage.store, stage.owner, stage.room, made.name)
    assert refusal(invitations.use, stage.store, stage.dora, made.code) is Code.NOT_FOUND
    assert refusal(invitations.revoke, stage.store, stage.owner, stage.room, made.name) is Code.NOT_FOUND
    short = stage.invite(seconds=1)
    later = stage.store.clock.now() + 1_001
    monkeypatch.setattr(type(stage.store.clock), "now", lambda _: later)
    assert refusal(invitations.use, stage.store, stage.dora, short) is Code.NOT_FOUND


def test_an_invitation_for_three_lets_in_three_of_twenty_at_once(stage: Stage) -> None:
    stage.ways(private=True)
    code, people, inside = stage.invite(uses=3), [stage.cast.person("Guest") for _ in range(20)], []
    barrier = threading.Barrier(20)

    def use(person: Person) -> None:
        barrier.wait()
        try:
            inside.append(invitations.use(stage.store, person, code))
        except Refused:
            return

    threads = [threading.Thread(target=use, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(inside) == 3
    assert len(members.page(stage.store, stage.alice, stage.room).people) == 5


def test_guessing_invitations_is_slow(stage: Stage) -> None:
    seen = {refusal(invitations.use, stage.store, stage.charlie, f"{number:016}") for number in range(12)}
    assert seen == {Code.NOT_FOUND, Code.RATE_LIMITED}


def test_only_moderators_invite(stage: Stage) -> None:
    stage.enter(stage.charlie)
    assert refusal(invitations.make, stage.store, Actor(stage.charlie), stage.room) is Code.FORBIDDEN
    assert refusal(invitations.make, stage.store, Actor(stage.dora), stage.room) is Code.NOT_MEMBER
    assert refusal(invitations.make, stage.store, Actor(stage.mallory), stage.room) is Code.NOT_FOUND
    for wrong in ({"uses": 0}, {"seconds": 0}, {"uses": 10_001}, {"seconds": 1 << 40}):
        assert refusal(invitations.make, stage.store, stage.helper, stage.room, **wrong) is Code.BAD_FRAME


def test_a_banned_person_comes_in_on_no_way(stage: Stage) -> None:
    stage.ways(private=True, by_request=True)
    sanctions.ban(stage.store, stage.owner, stage.room, stage.charlie.id)
    assert refusal(invitations.use, stage.store, stage.charlie, stage.invite()) is Code.BANNED
    stage.ways(private=False)
    assert refusal(requests.ask, stage.store, stage.charlie, stage.room) is Code.BANNED
    stage.ways(by_request=False)
    assert refusal(members.join, stage.store, stage.charlie, stage.room) is Code.BANNED
    assert refusal(stage.enter, stage.charlie) is Code.BANNED


def test_who_asks_is_let_in_by_a_moderators_yes(stage: Stage) -> None:
    stage.ways(by_request=True)
    assert refusal(stage.enter, stage.charlie) is Code.FORBIDDEN
    asked = requests.ask(stage.store, stage.charlie, stage.room, "我是小查")
    assert asked.state == "waiting"
    assert requests.ask(stage.store, stage.charlie, stage.room, "again") == asked
    assert [(one.name, one.request.text) for one in requests.waiting(stage.store, stage.helper, stage.room)] == [
        ("Charlie", "我是小查")]
    requests.answer(stage.store, stage.helper, stage.room, stage.charlie.id, yes=True)
    assert stage.enter(stage.charlie) == "member"
    assert [one.state for one in requests.of(stage.store, stage.charlie)] == ["approved"]
    assert refusal(requests.answer, stage.store, stage.helper, stage.room, stage.charlie.id, False) is Code.NOT_FOUND
    acts = stage.store.record.read(lambda c: audit.page(c, stage.cast.organization))
    assert [row.act.act for row in acts if row.act.act != "role"] == ["doors", "approve"]


def test_who_is_declined_hears_why_and_may_ask_again_later(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.ways(by_request=True)
    requests.ask(stage.store, stage.charlie, stage.room)
    requests.answer(stage.store, stage.helper, stage.room, stage.charlie.id, yes=False, reason="not yet")
    told = requests.of(stage.store, stage.charlie)[0]
    assert (told.state, told.reason, told.by) == ("declined", "not yet", stage.bob.id)
    assert refusal(stage.enter, stage.charlie) is Code.FORBIDDEN
    assert refusal(requests.ask, stage.store, stage.charlie, stage.room) is Code.RATE_LIMITED
    later = stage.store.clock.now() + requests.AGAIN_MS
    monkeypatch.setattr(type(stage.store.clock), "now", lambda _: later)
    assert requests.ask(stage.store, stage.charlie, stage.room).state == "waiting"


def test_only_moderators_answer(stage: Stage) -> None:
    stage.ways(by_request=True)
    requests.ask(stage.store, stage.charlie, stage.room)
    members.set_role(stage.store, stage.room, stage.dora.id, "member")
    for verb in (lambda actor: requests.answer(stage.store, actor, stage.room, stage.charlie.id, True),
                 lambda actor: requests.waiting(stage.store, actor, stage.room)):
        assert refusal(verb, Actor(stage.dora)) is Code.FORBIDDEN
        assert refusal(verb, Actor(stage.charlie)) is Code.NOT_MEMBER
        assert refusal(verb, Actor(stage.mallory)) is Code.NOT_FOUND
    assert refusal(requests.ask, stage.store, stage.mallory, stage.room) is Code.NOT_FOUND


def test_a_room_may_want_a_verified_phone(stage: Stage) -> None:
    stage.ways(verified=True)
    assert refusal(stage.enter, stage.charlie) is Code.VERIFY_PHONE
    assert refusal(invitations.use, stage.store, stage.charlie, stage.invite()) is Code.VERIFY_PHONE
    phones.bind(stage.store, stage.charlie, "+8613812345678")
    assert stage.enter(stage.charlie) == "member"
    assert stage.enter(stage.bob) == "moderator", "who was in before stays in"


def test_a_room_for_its_white_list_is_nothing_to_others(stage: Stage) -> None:
    stage.enter(stage.charlie)
    stage.ways(white_only=True)
    white_list.set_free(stage.store, stage.owner, stage.room, stage.dora.id)
    assert refusal(stage.enter, stage.charlie) is Code.NOT_FOUND
    assert stage.enter(stage.dora) == "member"
    assert stage.enter(stage.bob) == "moderator"
    assert refusal(invitations.use, stage.store, stage.cast.person("Eve"), stage.invite()) is Code.NOT_FOUND
    recovery.close(stage.store, stage.room)
    assert refusal(stage.enter, stage.charlie) is Code.NOT_FOUND
    assert stage.enter(stage.dora) == "member"


def test_only_owners_set_the_ways(stage: Stage) -> None:
    def change(actor: Actor) -> object:
        return doors.change(stage.store, actor, stage.room, Ways(private=True))

    assert refusal(change, stage.helper) is Code.FORBIDDEN
    assert refusal(change, Actor(stage.charlie)) is Code.NOT_MEMBER
    assert refusal(change, Actor(stage.mallory)) is Code.NOT_FOUND
    assert refusal(doors.change, stage.store, stage.owner, stage.room, Ways()) is Code.BAD_FRAME
    change(Actor(stage.charlie._replace(id="s_steward"), "owner"))
    assert not stage.shown_to(stage.charlie)


def test_the_channels_go_on_while_the_ways_change(stage: Stage) -> None:
    stage.enter(stage.charlie)
    stage.ways(verified=True)
    said = messages.post(stage.store, stage.charlie, stage.hall, Draft("text", {"text": "still here"}, "m1"))
    assert said.seq == 1
