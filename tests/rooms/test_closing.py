"""Whom a smaller role or a shorter white list no longer lets be there is put out, and only they."""

from __future__ import annotations

import pytest

from rooms import doors, members, messages, rules, seats, shield, white_list
from rooms.authority import Actor
from rooms.doors import Ways
from rooms.errors import Code
from rooms.events import Person
from rooms.permissions import Role
from rooms.store import Store
from tests.cast import opened
from tests.refusal import refusal
from tests.rooms.test_moderation import Stage


@pytest.fixture(scope="module")
def store(request: pytest.FixtureRequest) -> Store:
    return opened(request)


@pytest.fixture
def stage(store: Store) -> Stage:
    store.live.offset_ms = 0
    return Stage(store)


def inside(stage: Stage, channel: str) -> set[str]:
    everybody = (stage.alice, stage.bob, stage.charlie, stage.dora)
    return {person.name for person in everybody if seats.is_seated(stage.store, person.id, channel)}


def appoint(stage: Stage, person: Person, role: Role) -> None:
    members.appoint(stage.store, Actor(stage.alice), stage.cast.room, person.id, role)


def test_a_smaller_role_puts_out_of_where_it_may_not_be_and_of_nowhere_else(stage: Stage) -> None:
    rules.change(stage.store, Actor(stage.bob), stage.hall, {"enter": Role.MODERATOR.value})
    assert inside(stage, stage.hall) == {"alice", "bob"}
    appoint(stage, stage.bob, Role.MEMBER)
    assert inside(stage, stage.hall) == {"alice"}
    assert inside(stage, stage.chat) == {"alice", "bob", "charlie", "dora"}
    assert refusal(stage.say, stage.bob) is Code.NOT_ENTERED
    assert refusal(seats.enter, stage.store, stage.bob, stage.hall, "p1.1") is Code.FORBIDDEN
    appoint(stage, stage.bob, Role.MODERATOR)
    seats.enter(stage.store, stage.bob, stage.hall, "p1.1")
    assert inside(stage, stage.hall) == {"alice", "bob"}


def test_a_greater_role_puts_nobody_out(stage: Stage) -> None:
    rules.change(stage.store, Actor(stage.bob), stage.hall, {"enter": Role.MEMBER.value})
    before = stage.ops()
    appoint(stage, stage.charlie, Role.MODERATOR)
    assert inside(stage, stage.hall) == {"alice", "bob", "charlie", "dora"}
    assert stage.ops() == before


def test_only_an_owner_appoints_and_only_who_may_belong(stage: Stage) -> None:
    def by(actor: Person) -> object:
        return members.appoint(stage.store, Actor(actor), stage.cast.room, stage.dora.id, Role.MODERATOR)

    assert refusal(by, stage.bob) is Code.FORBIDDEN
    assert refusal(by, stage.charlie) is Code.FORBIDDEN
    assert refusal(by, stage.mallory) is Code.NOT_FOUND
    assert refusal(members.appoint, stage.store, Actor(stage.alice), stage.cast.room, stage.mallory.id,
                   Role.MEMBER) is Code.NOT_FOUND
    assert refusal(members.appoint, stage.store, Actor(stage.alice), stage.cast.room, stage.dora.id,
                   "king") is Code.BAD_FRAME


def test_who_is_taken_off_the_white_list_is_put_out_of_every_channel_of_a_room_for_it(stage: Stage) -> None:
    owner, room = Actor(stage.alice), stage.cast.room
    for person in (stage.charlie, stage.dora):
        white_list.set_free(stage.store, owner, room, person.id)
    doors.change(stage.store, owner, room, Ways(white_only=True))
    assert inside(stage, stage.hall) == {"alice", "bob", "charlie", "dora"}
    white_list.set_free(stage.store, owner, room, stage.charlie.id, on=False)
    assert inside(stage, stage.hall) == inside(stage, stage.chat) == {"alice", "bob", "dora"}
    assert stage.ops()[-1] == "kicked"
    assert refusal(seats.enter, stage.store, stage.charlie, stage.hall, "p1.2") is Code.NOT_FOUND


def test_who_is_taken_off_the_white_list_of_an_open_room_stays(stage: Stage) -> None:
    white_list.set_free(stage.store, Actor(stage.alice), stage.cast.room, stage.charlie.id)
    white_list.set_free(stage.store, Actor(stage.alice), stage.cast.room, stage.charlie.id, on=False)
    assert inside(stage, stage.hall) == {"alice", "bob", "charlie", "dora"}


def test_the_shield_leaves_guests_where_they_are_and_lets_them_speak_again(stage: Stage) -> None:
    appoint(stage, stage.dora, Role.GUEST)
    shield.raise_(stage.store, Actor(stage.bob), stage.cast.room)
    assert inside(stage, stage.hall) == {"alice", "bob", "charlie", "dora"}
    assert refusal(stage.say, stage.dora) is Code.FORBIDDEN
    stage.say(stage.charlie)
    assert refusal(stage.say, stage.charlie, "once more") is Code.SLOW_MODE
    shield.lower(stage.store, Actor(stage.bob), stage.cast.room)
    assert [stage.say(stage.dora).seq, stage.say(stage.charlie).seq] == [
        each.seq for each in messages.after(stage.store, stage.hall, 0, 100)][-2:]
