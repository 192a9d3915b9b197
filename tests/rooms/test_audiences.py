"""Who may see, enter and post in a channel: everyone, a role, or a list of people."""

from __future__ import annotations

import argparse
import json

import pytest

from commands import people
from rooms import audiences, cursors, members, messages, receipts, recovery, rooms, rules, seats
from rooms.authority import Actor
from rooms.drafts import Draft
from rooms.events import Person, Position
from rooms.permissions import AUDIENCES, Right, Role, allows
from rooms.store import Store
from tests.cast import Cast
from tests.refusal import answer


class Stage:
    """Olga owns the room, Bob moderates, Charlie and Dora are members, Gast is a guest, Eve has not joined."""

    def __init__(self, store: Store) -> None:
        self.store, self.cast = store, Cast(store)
        self.hall = self.cast.channel("hall")
        self.people = {name: self.cast.person(name) for name in ("olga", "bob", "charlie", "dora", "gast", "eve")}
        self.roles = {"olga": "owner", "bob": "moderator", "charlie": "member", "dora": "member", "gast": "guest"}
        for name, role in self.roles.items():
            members.set_role(store, self.cast.room, self.people[name].id, role)

    def rule(self, right: str, value: str) -> None:
        rules.change(self.store, Actor(self.people["olga"]), self.hall, {right: value})

    def listed(self, right: str, *those: str) -> None:
        users = [self.people[name].id for name in those]
        audiences.set_list(self.store, Actor(self.people["bob"]), self.hall, right, users)

    def inside(self) -> set[str]:
        sitting = {person.id for person in seats.present(self.store, self.hall).people}
        return {name for name, person in self.people.items() if person.id in sitting}

    def sees(self, person: Person) -> bool:
        return any(one.id == self.hall for room in rooms.visible(self.store, person) for one in room.channels)

    def enter(self, person: Person) -> str:
        return answer(seats.enter, self.store, person, self.hall, f"p1.{person.id}")

    def post(self, person: Person) -> str:
        return answer(messages.post, self.store, person, self.hall, Draft("text", {"text": "hi"}, "once"))


@pytest.fixture
def stage(store: Store) -> Stage:
    return Stage(store)


@pytest.mark.parametrize("rule", AUDIENCES)
def test_the_gate_and_the_core_give_the_same_answers(stage: Stage, rule: str) -> None:
    for right in Right:
        stage.listed(right, "dora")
    for name, role in stage.roles.items():
        person, may = stage.people[name], allows(rule, role, name == "dora")
        stage.rule("see", rule)
        assert stage.sees(person) == may, name
        assert stage.enter(person) == ("yes" if may else "not_found"), name
        assert answer(messages.history, stage.store, person, stage.hall) == ("yes" if may else "not_found"), name
        assert answer(receipts.read, stage.store, person, stage.hall, 0) == ("yes" if may else "not_found"), name
        stage.rule("see", "everyone")
        stage.rule("enter", rule)
        assert stage.enter(person) == ("yes" if may else "forbidden"), name
        stage.rule("enter", "everyone")
        stage.enter(person)
        stage.rule("post", rule)
        assert stage.post(person) == ("yes" if may else "forbidden"), name
        stage.rule("post", "everyone")


def test_who_has_not_joined_sees_what_everyone_may_see(stage: Stage) -> None:
    assert stage.sees(stage.people["eve"])
    stage.rule("see", "member")
    assert not stage.sees(stage.people["eve"])
    assert stage.sees(stage.people["charlie"])
    stage.rule("see", "list")
    stage.listed("see", "eve")
    assert stage.sees(stage.people["eve"])
    assert not stage.sees(stage.people["charlie"])


def test_a_list_outlives_the_loss_of_redis_and_follows_its_changes(stage: Stage) -> None:
    stage.rule("enter", "list")
    stage.listed("enter", "charlie")
    assert (stage.enter(stage.people["charlie"]), stage.enter(stage.people["dora"])) == ("yes", "forbidden")
    recovery.close(stage.store, stage.cast.room)
    assert (stage.enter(stage.people["charlie"]), stage.enter(stage.people["dora"])) == ("yes", "forbidden")
    stage.listed("enter", "dora")
    assert (stage.enter(stage.people["charlie"]), stage.enter(stage.people["dora"])) == ("forbidden", "yes")


def test_only_moderators_of_the_room_keep_its_lists_and_only_with_their_own_people(stage: Stage) -> None:
    mallory = Cast(stage.store).person("mallory")
    users = [stage.people["charlie"].id]
    store, hall = stage.store, stage.hall
    assert answer(audiences.set_list, store, Actor(stage.people["charlie"]), hall, "post", users) == "forbidden"
    assert answer(audiences.set_list, store, Actor(mallory, Role.OWNER), hall, "post", users) == "not_found"
    assert answer(audiences.set_list, store, Actor(stage.people["bob"]), hall, "post", [mallory.id]) == "not_found"
    assert answer(audiences.set_list, store, Actor(stage.people["bob"]), hall, "speak", users) == "bad_frame"
    stage.listed("post", "charlie", "dora")
    found = audiences.listed(store, Actor(stage.people["bob"]), hall)
    assert found == {"see": [], "enter": [], "post": sorted([users[0], stage.people["dora"].id])}


def test_an_operator_sets_and_shows_a_list(store: Store) -> None:
    stage = Stage(store)
    wanted = sorted(stage.people[name].id for name in ("charlie", "dora"))

    def told(*words: str) -> str:
        parser = argparse.ArgumentParser()
        people.add_to(parser.add_subparsers())
        return people.set_list(store, parser.parse_args(["channel", "list", stage.hall, "post", *words]))["users"]

    assert told() == ""
    assert told(*wanted).split() == wanted
    assert told().split() == wanted
    assert told("--nobody") == ""


def test_who_is_inside_when_a_channel_closes_to_them_is_put_out(stage: Stage) -> None:
    people = [stage.people[name] for name in ("bob", "charlie", "dora", "gast")]
    for person in people:
        assert stage.enter(person) == "yes"
    cursors.listen(stage.store, stage.hall, stage.people["gast"].id, Position("e1", 0))
    stage.rule(Right.ENTER, "member")
    assert stage.inside() == {"bob", "charlie", "dora"}
    assert cursors.told(stage.store, stage.hall, stage.people["gast"].id) is None
    stage.listed(Right.SEE, "dora")
    assert stage.inside() == {"bob", "charlie", "dora"}, "the list does not count yet"
    stage.rule(Right.SEE, "list")
    assert stage.inside() == {"bob", "dora"}
    stage.listed(Right.SEE)
    assert stage.inside() == {"bob"}
    kicked = [json.loads(one.frame)["user"] for one in messages.after(stage.store, stage.hall, 0, 100)
              if one.op == "kicked"]
    assert kicked == [stage.people[name].id for name in ("gast", "charlie", "dora")]
    stage.rule(Right.SEE, "everyone")
    assert stage.enter(stage.people["charlie"]) == "yes", "they may come back when they are let in"


def test_nobody_is_told_how_much_there_is_where_they_may_not_see(stage: Stage) -> None:
    """Charlie is a member who never entered: nothing had to be taken from him."""
    charlie, dora = stage.people["charlie"], stage.people["dora"]
    assert stage.enter(dora) == "yes"
    assert set(receipts.unread_of(stage.store, stage.hall, [charlie.id, dora.id])) == {charlie.id, dora.id}
    stage.listed(Right.SEE, "dora")
    stage.rule(Right.SEE, "list")
    assert set(receipts.unread_of(stage.store, stage.hall, [charlie.id, dora.id])) == {dora.id}
