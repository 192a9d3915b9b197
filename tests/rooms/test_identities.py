"""Who somebody is, on both databases."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from rooms import accounts, identities, ids, members, orgs
from rooms.accounts import Account
from rooms.errors import Code, Refused
from rooms.events import Door
from rooms.record import identities as rows
from rooms.store import Store
from tests.cast import Cast


class Doors:
    """An organization with both kinds of account."""

    def __init__(self, store: Store) -> None:
        self.organization = orgs.add(store, "茶馆")
        self.mini, self.official = (self._account(store, kind) for kind in ("mini_program", "official_account"))

    def _account(self, store: Store, kind: str) -> Account:
        appid = f"wx{ids.new('x')[2:]}"
        accounts.add(store, self.organization, appid, kind, "app-secret", "token123")
        account = accounts.of(store, appid)
        assert account is not None
        return account


@pytest.fixture
def doors(store: Store) -> Doors:
    return Doors(store)


def test_alice_is_the_same_at_every_login(store: Store, doors: Doors) -> None:
    alice = identities.sign_in(store, doors.mini, "openid_a")
    assert identities.sign_in(store, doors.mini, "openid_a") == alice
    assert alice.organization == doors.organization
    assert alice.door is Door.MINIPROGRAM
    assert identities.sign_in(store, doors.mini, "OPENID_A").id != alice.id


def test_a_unionid_makes_the_two_doors_one_person(store: Store, doors: Doors) -> None:
    alice = identities.sign_in(store, doors.mini, "mini_a", "union_a")
    follower = identities.follower(store, doors.official, "official_a", "union_a")
    assert follower == alice._replace(door=Door.WECHAT)
    assert identities.follower(store, doors.official, "official_b").id != alice.id


def test_a_unionid_that_is_learnt_later_joins_whoever_comes_then(store: Store, doors: Doors) -> None:
    alice = identities.follower(store, doors.official, "late_a")
    identities.follower(store, doors.official, "late_a", "union_late")
    assert identities.sign_in(store, doors.mini, "late_mini", "union_late").id == alice.id


def test_nothing_joins_people_of_two_organizations(store: Store, doors: Doors) -> None:
    other = Doors(store)
    alice = identities.sign_in(store, doors.mini, "x_a", "union_x")
    assert identities.sign_in(store, other.mini, "x_b", "union_x").id != alice.id


@pytest.mark.parametrize("unionid", ["", "union_race"])
def test_logins_at_the_same_instant_give_one_user(store: Store, doors: Doors, unionid: str) -> None:
    def both(number: int) -> list[str]:
        found: list[str] = []
        barrier = threading.Barrier(4)

        def enter(sign_in: Callable[[], object]) -> None:
            barrier.wait()
            found.append(sign_in().id)  # type: ignore[attr-defined]

        union = unionid and f"{unionid}_{number}"
        logins = [lambda: identities.sign_in(store, doors.mini, f"race_{number}", union)] * (2 if unionid else 4)
        if unionid:
            logins += [lambda: identities.follower(store, doors.official, f"race_{number}", union)] * 2
        threads = [threading.Thread(target=enter, args=(login,)) for login in logins]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return found

    for number in range(10):
        found = both(number)
        assert len(found) == 4
        assert len(set(found)) == 1


def test_a_known_person_costs_no_sql(store: Store, doors: Doors, monkeypatch: pytest.MonkeyPatch) -> None:
    alice = identities.follower(store, doors.official, "cached_a")
    monkeypatch.setattr(type(store.record), "read", lambda *_: pytest.fail("SQL was asked"))
    monkeypatch.setattr(type(store.record), "write", lambda *_: pytest.fail("SQL was asked"))
    assert identities.follower(store, doors.official, "cached_a") == alice
    who = identities.who(store, alice.id)
    assert who is not None
    assert who.person.name == alice.name


def test_a_new_name_and_a_revocation_are_seen_at_once(store: Store, doors: Doors) -> None:
    alice = identities.sign_in(store, doors.mini, "named_a")
    assert identities.who_all(store, [alice.id, "u_nobody"])["u_nobody"] is None
    assert identities.rename(store, alice, "  小 丽  ").name == "小 丽"
    identities.revoke(store, alice.id)
    who = identities.who(store, alice.id)
    assert who is not None
    assert who.person.name == "小 丽"
    assert who.tokens_after > 0
    for name, code in (("\u200b ", Code.BAD_FRAME), ("长" * 21, Code.TOO_LONG)):
        with pytest.raises(Refused) as refused:
            identities.rename(store, alice, name)
        assert refused.value.code is code


def test_who_unfollows_keeps_the_person_and_cannot_be_reached(store: Store, doors: Doors) -> None:
    alice = identities.subscribed(store, doors.official, "leaver")
    assert identities.unsubscribed(store, doors.official, "leaver") == alice.id
    assert identities.unsubscribed(store, doors.official, "unknown") is None
    row = store.record.read(lambda c: rows.one(c, doors.official.appid, "leaver"))
    assert row is not None
    assert not row.subscribed
    assert identities.subscribed(store, doors.official, "leaver") == alice


def test_who_is_forgotten_is_nobody_and_comes_back_as_somebody_else(store: Store, doors: Doors) -> None:
    alice = identities.sign_in(store, doors.mini, "gone_a", "union_gone")
    identities.follower(store, doors.official, "gone_b", "union_gone")
    identities.forget(store, doors.mini, "gone_a")
    assert identities.who(store, alice.id) is not None
    identities.forget(store, doors.official, "gone_b")
    assert identities.who(store, alice.id) is None
    assert identities.forget(store, doors.official, "gone_b") is None
    assert identities.follower(store, doors.official, "gone_b", "union_gone").id != alice.id


def test_what_is_no_openid_is_refused(store: Store, doors: Doors) -> None:
    for openid in ("", "x" * 65, "a b", "a\n", "{x}"):
        with pytest.raises(Refused) as refused:
            identities.sign_in(store, doors.mini, openid)
        assert refused.value.code is Code.BAD_FRAME


def test_members_are_those_who_joined_and_only_they_see_each_other(store: Store) -> None:
    cast = Cast(store)
    alice, bob, charlie = (cast.person(name) for name in ("Alice", "Bob", "Charlie"))
    members.join(store, alice, cast.room)
    members.join(store, alice, cast.room)
    members.join(store, bob, cast.room)
    members.set_role(store, cast.room, bob.id, "moderator")
    members.set_role(store, cast.room, alice.id, "owner")
    shown = members.page(store, alice, cast.room)
    assert {(one.name, one.role) for one in shown.people} == {("Alice", "owner"), ("Bob", "moderator")}
    with pytest.raises(Refused) as refused:
        members.page(store, charlie, cast.room)
    assert refused.value.code is Code.NOT_MEMBER
    members.leave(store, bob, cast.room)
    assert len(members.page(store, alice, cast.room).people) == 1


def test_charlie_of_another_organization_finds_nothing(store: Store) -> None:
    cast, other = Cast(store), Cast(store)
    charlie = other.person("Charlie")
    for act in (members.join, members.leave, members.page):
        with pytest.raises(Refused) as refused:
            act(store, charlie, cast.room)
        assert refused.value.code is Code.NOT_FOUND
    with pytest.raises(Refused):
        members.set_role(store, cast.room, charlie.id, "owner")
