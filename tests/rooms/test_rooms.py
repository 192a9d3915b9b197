"""Organizations, rooms, channels and accounts, on both databases."""

from __future__ import annotations

import dataclasses
import json

import pytest

from rooms import accounts, channels, demo, ids, members, messages, orgs, seats
from rooms import rooms as tearooms
from rooms.errors import Code, Refused
from rooms.events import Door, Person
from rooms.record import Record, users
from rooms.record import accounts as account_rows
from rooms.record.users import User
from rooms.store import Store
from tests.cast import StandingClock


def person(store: Store, organization: str, name: str = "Alice") -> Person:
    user = User(ids.new("u"), organization, name, "", 0, 1)
    store.record.write(lambda c: users.add(c, user))
    return Person(user.id, organization, name, Door.MINIPROGRAM)


def code_of(act: object, *given: object, **named: object) -> Code:
    with pytest.raises(Refused) as refused:
        act(*given, **named)  # type: ignore[operator]
    return refused.value.code


@pytest.fixture
def organization(store: Store) -> str:
    return orgs.add(store, "一家茶馆")


def test_alice_finds_rooms_by_any_spelling_and_charlie_none(store: Store, organization: str) -> None:
    room = tearooms.add(store, organization, "  Green   Tea ")
    hall = channels.add(store, room, "大厅")
    alice = person(store, organization)
    view = tearooms.find(store, alice, "ｇｒｅｅｎ tea")
    assert (view.id, view.name, view.locked, view.member) == (room, "Green Tea", False, False)
    assert [c.id for c in view.channels] == [hall]
    assert tearooms.visible(store, alice) == [view]
    charlie = person(store, orgs.add(store, "别家"), "Charlie")
    assert tearooms.visible(store, charlie) == []
    assert code_of(tearooms.find, store, charlie, "Green Tea") is Code.NOT_FOUND


def test_a_name_is_taken_once(store: Store, organization: str) -> None:
    room = tearooms.add(store, organization, "茶 馆")
    assert code_of(tearooms.add, store, organization, "茶馆") is Code.DUPLICATE
    tearooms.add(store, orgs.add(store, "别家"), "茶馆")
    channels.add(store, room, "大厅")
    assert code_of(channels.add, store, room, "大 厅") is Code.DUPLICATE


def test_what_is_no_name_or_no_number_is_refused(store: Store, organization: str) -> None:
    room = tearooms.add(store, organization, "茶馆")
    assert code_of(tearooms.add, store, organization, " \u200b\n") is Code.BAD_FRAME
    assert code_of(tearooms.add, store, organization, "茶" * 33) is Code.TOO_LONG
    assert code_of(tearooms.add, store, organization, "ﷺ" * 10) is Code.TOO_LONG
    assert code_of(tearooms.add, store, organization, "x", capacity=-1) is Code.BAD_FRAME
    assert code_of(channels.add, store, room, "x", slow_seconds=86_401) is Code.BAD_FRAME
    assert code_of(tearooms.add, store, "o_none", "x") is Code.NOT_FOUND
    assert code_of(channels.add, store, "r_none", "x") is Code.NOT_FOUND


def test_there_is_an_end_to_rooms_and_channels(
        store: Store, organization: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tearooms, "MOST_IN_AN_ORGANIZATION", 1)
    monkeypatch.setattr(channels, "MOST_IN_A_ROOM", 1)
    room = tearooms.add(store, organization, "茶馆")
    channels.add(store, room, "大厅")
    assert code_of(tearooms.add, store, organization, "二") is Code.FULL
    assert code_of(channels.add, store, room, "二") is Code.FULL


def test_a_locked_room_opens_to_the_password_and_not_to_guesses(store: Store, organization: str) -> None:
    store = dataclasses.replace(store, clock=StandingClock(store.clock.now()))
    room = tearooms.add(store, organization, "后院", password="芝麻开门")
    alice, bob = person(store, organization), person(store, organization, "Bob")
    assert code_of(members.join, store, alice, room) is Code.PASSWORD_NEEDED
    members.join(store, alice, room, "芝麻开门")
    assert tearooms.visible(store, alice)[0].member
    codes = [code_of(members.join, store, bob, room, f"guess {number}") for number in range(6)]
    assert codes == [Code.PASSWORD_WRONG] * 5 + [Code.RATE_LIMITED]
    assert code_of(members.join, store, bob, room, "芝麻开门") is Code.RATE_LIMITED


def test_a_private_room_is_not_there_for_others(store: Store, organization: str) -> None:
    room = tearooms.add(store, organization, "密室", private=True)
    alice, bob = person(store, organization), person(store, organization, "Bob")
    members.set_role(store, room, alice.id, "owner")
    assert [view.id for view in tearooms.visible(store, alice)] == [room]
    assert tearooms.visible(store, bob) == []
    assert code_of(members.join, store, bob, room) is Code.NOT_FOUND


def test_a_channel_that_is_added_later_can_be_entered_at_once(store: Store, organization: str) -> None:
    room = tearooms.add(store, organization, "茶馆")
    first = channels.add(store, room, "大厅")
    alice = person(store, organization)
    seats.enter(store, alice, first, "p1.1")
    second = channels.add(store, room, "闲聊")
    assert seats.enter(store, alice, second, "p1.1").tip == 0
    said = messages.post(store, alice, first, messages.Draft("text", {"text": "你好"}, "k1"))
    assert said.seq == 1


def test_who_leaves_has_no_seat_and_says_nothing_more(store: Store, organization: str) -> None:
    room = tearooms.add(store, organization, "茶馆")
    hall = channels.add(store, room, "大厅")
    alice = person(store, organization)
    for holder in ("p1.1", "p2.7"):
        seats.enter(store, alice, hall, holder)
    members.leave(store, alice, room)
    assert not seats.is_present(store, alice.id, hall)
    assert seats.present(store, hall).count == 0
    assert code_of(messages.post, store, alice, hall, messages.Draft("text", {"text": "?"}, "k")) is Code.NOT_MEMBER


def test_staff_have_one_address_and_a_role(store: Store, organization: str) -> None:
    orgs.add_staff(store, organization, " Alice@Example.com ", "owner", "long enough")
    assert code_of(orgs.add_staff, store, organization, "alice@example.com", "admin", "long enough") is Code.DUPLICATE
    assert code_of(orgs.add_staff, store, organization, "b@example.com", "king", "long enough") is Code.BAD_FRAME
    assert code_of(orgs.add_staff, store, organization, "b@example.com", "admin", "short") is Code.BAD_FRAME
    assert code_of(orgs.add_staff, store, organization, "not an address", "admin", "long enough") is Code.BAD_FRAME
    assert code_of(orgs.add_staff, store, "o_none", "b@example.com", "admin", "long enough") is Code.NOT_FOUND


def test_an_account_s_secrets_lie_encrypted_and_come_back(store: Store, organization: str) -> None:
    appid, key = f"wx{ids.new('x')[2:]}", "k" * 43
    accounts.add(store, organization, appid, "official_account", "app-secret", "token123", key, "safe")
    account = accounts.of(store, appid)
    assert account is not None
    assert (account.secret, account.token, account.aes_key) == ("app-secret", "token123", key)
    row = store.record.read(lambda c: account_rows.one(c, appid))
    assert not {"app-secret", "token123", key} & set(map(str, row or ()))
    assert "app-secret" not in repr(account)
    assert code_of(accounts.add, store, organization, appid, "mini_program", "s") is Code.DUPLICATE
    assert accounts.of(store, "wxunknown") is None
    assert accounts.of(store, "not an appid") is None
    assert account in accounts.every(store)


@pytest.mark.parametrize("wrong", [
    {"appid": "a b"}, {"kind": "bank"}, {"secret": ""}, {"mode": "loud"}, {"mode": "safe", "token": ""},
    {"mode": "safe", "token": "abc", "aes_key": "short"}, {"data_format": "yaml"}, {"gh_id": "x" * 65}])
def test_an_account_with_something_wrong_says_what(store: Store, organization: str, wrong: dict[str, str]) -> None:
    fields = {"appid": "wx1234", "kind": "official_account", "secret": "s", **wrong}
    assert code_of(accounts.add, store, organization, **fields) is Code.BAD_FRAME


def test_the_demo_is_set_up_once_and_answers_the_same(store: Store) -> None:
    first = demo.init(store.record, 1)
    second = demo.init(store.record, 2)
    assert first["staff"][0]["password"]
    first["staff"][0]["password"] = None
    assert first == second
    assert [room["name"] for room in first["rooms"]] == ["茶馆"]
    assert [channel["name"] for channel in first["rooms"][0]["channels"]] == ["大厅", "闲聊"]
    assert set(first["official_account"]) == {"appid", "token", "encoding_aes_key", "mode"}
    json.dumps(first)


def test_the_demo_needs_the_key_that_sealed_it(store: Store, database_url: str) -> None:
    demo.init(store.record, 1)
    other = Record.open(database_url, "another key")
    with pytest.raises(Exception, match="TEAHOUSE_SECRET_KEY"):
        demo.init(other, 2)
    other.close()
