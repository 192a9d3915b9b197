"""What a mini-program asks outside its socket."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from rooms import accounts, archive, identities, indexing, members, phones, templates
from rooms.authority import Actor
from rooms.events import Door, Person
from rooms.record import consents
from tests.cast import Cast
from tests.miniprogram.web import Web, ask, say


def call(web: Web, method: str, path: str, token: str = "", **given: Any) -> requests.Response:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return requests.request(method, f"http://127.0.0.1:{web.port}/api/v1{path}", headers=headers, timeout=60, **given)


def code(answer: requests.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


@pytest.mark.parametrize(("method", "path"), [
    ("GET", "/me"), ("PATCH", "/me"), ("GET", "/rooms"), ("POST", "/rooms/r_0123456789/join"),
    ("POST", "/rooms/r_0123456789/leave"), ("GET", "/channels/c_0123456789abcd/messages"),
    ("GET", "/channels/c_0123456789abcd/present"), ("POST", "/me/phone"), ("POST", "/me/sms"),
    ("POST", "/me/sms/verify"), ("GET", "/me/requests"), ("GET", "/rooms/r_0123456789/members"),
    ("GET", "/rooms/r_0123456789/invitations"), ("POST", "/rooms/r_0123456789/invitations"),
    ("DELETE", "/rooms/r_0123456789/invitations/x"), ("GET", "/rooms/r_0123456789/requests"),
    ("POST", "/rooms/r_0123456789/requests"), ("POST", "/rooms/r_0123456789/requests/u_x"), ("GET", "/search"),
    ("GET", "/me/subscriptions"), ("POST", "/me/subscriptions"), ("GET", "/people"), ("POST", "/me/avatar"),
    ("DELETE", "/me/avatar"),
])
def test_nothing_is_told_without_a_good_token(web: Web, method: str, path: str) -> None:
    alice = web.cast.person("Alice")
    assert code(call(web, method, path)) == (401, "unauthenticated")
    assert code(call(web, method, path, "nonsense")) == (401, "unauthenticated")
    assert code(call(web, method, path, web.token(alice, -1))) == (401, "expired")
    old = web.tokens.issue(alice.id, alice.organization, web.store.clock.now() - 1_000)
    identities.revoke(web.store, alice.id)
    assert code(call(web, method, path, old)) == (401, "unauthenticated")


def test_a_token_in_the_address_counts_for_nothing(web: Web) -> None:
    assert call(web, "GET", f"/me?token={web.token(web.cast.person('Alice'))}").status_code == 401


def test_the_profile_is_shown_and_renamed(web: Web) -> None:
    alice = web.cast.person("Alice")
    token = web.token(alice)
    assert call(web, "GET", "/me", token).json() == {"id": alice.id, "name": "Alice", "avatar": ""}
    renamed = call(web, "PATCH", "/me", token, json={"name": "爱丽丝"})
    assert renamed.json()["name"] == "爱丽丝"
    assert call(web, "GET", "/me", token).json()["name"] == "爱丽丝"
    assert renamed.headers["Cache-Control"] == "no-store"
    assert "Access-Control-Allow-Origin" not in renamed.headers


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"name":1}', b'{"name":"x","is_admin":true}',
                                  b"[" * 9000, b'{"name":""}', b'{"name":"\\ud800"}', b"\xff"])
def test_a_wrong_body_is_refused(web: Web, body: bytes) -> None:
    token = web.token(web.cast.person("Alice"))
    answer = requests.patch(f"http://127.0.0.1:{web.port}/api/v1/me", data=body, timeout=60, headers={
        "Authorization": f"Bearer {token}", "Content-Type": "application/json"})
    assert code(answer) == (400, "bad_frame")


def test_a_body_above_the_limit_is_refused(web: Web) -> None:
    assert code(call(web, "POST", "/login", json={"appid": "x" * 100_000})) == (413, "request_entity_too_large")


def test_rooms_are_listed_with_what_is_unread(web: Web) -> None:
    hall = web.channel("listed")
    alice, bob = web.cast.person("Alice"), web.cast.person("Bob")
    a = web.member(alice, hall)
    web.member(bob, hall).vanish()
    ask(a, say(hall, "one", "one"))
    rooms = call(web, "GET", "/rooms", web.token(bob)).json()["rooms"]
    listed = next(channel for room in rooms for channel in room["channels"] if channel["id"] == hall)
    assert (listed["name"], listed["tip"], listed["unread"]) == ("listed", 1, 1)
    assert [room["member"] for room in rooms if room["id"] == web.cast.room] == [True]


def test_joining_and_leaving_a_room(web: Web) -> None:
    token = web.token(web.cast.person("Alice"))
    room = web.cast.room
    hall = web.channel("joined")
    assert code(call(web, "GET", f"/channels/{hall}/messages", token))[1] == "not_member"
    assert call(web, "POST", f"/rooms/{room}/join", token, json={}).status_code == 200
    assert call(web, "GET", f"/channels/{hall}/messages", token).json() == {"messages": [], "more": False}
    assert call(web, "POST", f"/rooms/{room}/leave", token).status_code == 200
    assert code(call(web, "GET", f"/channels/{hall}/messages", token))[1] == "not_member"


def test_messages_come_in_pages(web: Web) -> None:
    hall = web.channel("paged")
    alice = web.cast.person("Alice")
    a = web.member(alice, hall)
    for number in range(10):
        ask(a, say(hall, str(number), f"n{number}"))
    token = web.token(alice)

    def seqs(query: str) -> list[int]:
        page = call(web, "GET", f"/channels/{hall}/messages{query}", token).json()
        return [entry["seq"] for entry in page["messages"]]

    assert seqs("") == list(range(1, 11))
    assert seqs("?limit=3") == [8, 9, 10]
    assert seqs("?before=4&limit=2") == [2, 3]
    assert seqs("?after=4&limit=2") == [5, 6]
    for wrong in ("?limit=-1", "?before=x", "?after=1e9", "?limit=99999999999999999999", "?before=1&after=2"):
        assert code(call(web, "GET", f"/channels/{hall}/messages{wrong}", token)) == (400, "bad_frame")


def test_who_is_present_is_told_to_members_only(web: Web) -> None:
    hall = web.channel("present")
    alice = web.cast.person("Alice")
    web.member(alice, hall)
    there = call(web, "GET", f"/channels/{hall}/present", web.token(alice)).json()
    assert there == {"count": 1, "people": [{"id": alice.id, "name": "Alice"}], "cursor": None}
    assert code(call(web, "GET", f"/channels/{hall}/present", web.token(web.cast.person("Bob"))))[1] == "not_member"


def test_another_organization_sees_nothing(web: Web) -> None:
    other = Cast(web.store)
    charlie = web.token(other.person("Charlie"))
    hall = web.channel("ours")
    room = web.cast.room
    for method, path in (("GET", f"/channels/{hall}/messages"), ("GET", f"/channels/{hall}/present"),
                         ("GET", f"/rooms/{room}/members"), ("GET", f"/rooms/{room}/invitations"),
                         ("POST", f"/rooms/{room}/invitations"), ("DELETE", f"/rooms/{room}/invitations/x"),
                         ("GET", f"/rooms/{room}/requests"), ("POST", f"/rooms/{room}/requests"),
                         ("POST", f"/rooms/{web.cast.room}/join"), ("POST", f"/rooms/{web.cast.room}/leave")):
        assert code(call(web, method, path, charlie)) == (404, "not_found")
    rooms = call(web, "GET", "/rooms", charlie).json()["rooms"]
    assert web.cast.room not in {room["id"] for room in rooms}


def test_logging_in_to_an_account_that_is_not_ours_is_not_found(web: Web) -> None:
    assert code(call(web, "POST", "/login", json={"appid": "wx0000000000000000", "code": "x"})) == (404, "not_found")
    assert code(call(web, "POST", "/login", json={"appid": "*", "code": "x"})) == (404, "not_found")
    assert code(call(web, "POST", "/login", json={"appid": ["x"], "code": "x"})) == (400, "bad_frame")


def test_a_moderator_invites_and_the_invited_come_in(web: Web) -> None:
    alice, bob, room = web.cast.person("Alice"), web.cast.person("Bob"), web.cast.add_room(private=True)
    members.set_role(web.store, room, alice.id, "moderator")
    a, b = web.token(alice), web.token(bob)
    assert code(call(web, "POST", f"/rooms/{room}/join", b, json={})) == (404, "not_found")
    made = call(web, "POST", f"/rooms/{room}/invitations", a, json={"uses": 2, "seconds": 60}).json()
    assert code(call(web, "POST", f"/rooms/{web.cast.room}/join", b,
                     json={"invitation": made["invitation"]})) == (404, "not_found")
    joined = call(web, "POST", f"/rooms/{room}/join", b, json={"invitation": made["invitation"]})
    assert joined.status_code == 200, joined.text
    people = call(web, "GET", f"/rooms/{room}/members", b).json()["people"]
    assert {(one["name"], one["role"]) for one in people} == {("Alice", "moderator"), ("Bob", "member")}
    listed = call(web, "GET", f"/rooms/{room}/invitations", a).json()["invitations"]
    assert [(one["name"], one["used"], one["uses"]) for one in listed] == [(made["name"], 1, 2)]
    assert made["invitation"] not in str(listed)
    assert code(call(web, "POST", f"/rooms/{room}/invitations", b, json={})) == (403, "forbidden")
    assert call(web, "DELETE", f"/rooms/{room}/invitations/{made['name']}", a).status_code == 200
    carol = web.token(web.cast.person("Carol"))
    assert code(call(web, "POST", f"/rooms/{room}/join", carol,
                     json={"invitation": made["invitation"]})) == (404, "not_found")


def test_who_asks_for_a_room_is_answered(web: Web) -> None:
    alice, bob, room = web.cast.person("Alice"), web.cast.person("Bob"), web.cast.add_room(by_request=True)
    members.set_role(web.store, room, alice.id, "moderator")
    a, b = web.token(alice), web.token(bob)
    assert code(call(web, "POST", f"/rooms/{room}/join", b, json={})) == (403, "forbidden")
    assert call(web, "POST", f"/rooms/{room}/requests", b, json={"text": "我是 Bob"}).json()["state"] == "waiting"
    waiting = call(web, "GET", f"/rooms/{room}/requests", a).json()["requests"]
    assert [(one["name"], one["text"], one["user"]) for one in waiting] == [("Bob", "我是 Bob", bob.id)]
    assert code(call(web, "GET", f"/rooms/{room}/requests", b))[1] == "not_member"
    call(web, "POST", f"/rooms/{room}/requests/{bob.id}", a, json={"approve": True, "reason": "欢迎"})
    told = call(web, "GET", "/me/requests", b).json()["requests"][0]
    assert (told["state"], told["reason"]) == ("approved", "欢迎")
    assert call(web, "POST", f"/rooms/{room}/join", b, json={}).status_code == 200


def test_a_code_is_judged_and_no_sms_leaves_where_none_can(web: Web) -> None:
    alice = web.cast.person("Alice")
    token = web.token(alice)
    assert code(call(web, "POST", "/me/sms", token, json={"phone": "13812345678"})) == (503, "unavailable")
    assert code(call(web, "POST", "/me/sms/verify", token, json={"code": "123456"})) == (403, "bad_code")
    asked = phones.ask_code(web.store, alice, "13812345678")
    outgoing = phones.take(web.store, asked.sms, "test")
    assert outgoing is not None
    wrong = f"{(int(outgoing.code) + 1) % 1_000_000:06}"
    assert code(call(web, "POST", "/me/sms/verify", token, json={"code": wrong})) == (403, "bad_code")
    done = call(web, "POST", "/me/sms/verify", token, json={"code": outgoing.code}).json()
    assert done == {"phone": "138****5678", "merged": False, "user": {"id": alice.id, "name": "Alice", "avatar": ""}}
    for body in ({}, {"code": 1}, {"code": "12345"}, {"code": "123456", "user": "u_x"}):
        assert code(call(web, "POST", "/me/sms/verify", token, json=body)) == (400, "bad_frame")


def test_what_was_said_is_searched_for(web: Web) -> None:
    hall, (alice, bob) = web.channel("search"), (web.cast.person(name) for name in ("Alice", "Bob"))
    for person in (alice, bob):
        members.join(web.store, person, web.cast.room)
    assert ask(web.member(alice, hall), say(hall, "去<b>茶馆</b>吧", "s1"))["op"] == "said"
    archive.archive_channel(web.store, hall)
    indexing.index(web.store)
    found = call(web, "GET", "/search", web.token(bob), params={"q": "茶馆", "channel": hall}).json()
    assert found["after"] is None
    (result,) = found["results"]
    assert (result["room"], result["channel"], result["entry"]["from"]["id"]) == (web.cast.room, hall, alice.id)
    assert result["excerpt"] == [{"text": "去<b>"}, {"text": "茶馆", "hit": True}, {"text": "</b>吧"}]
    stranger = Cast(web.store).person("Charlie")
    assert code(call(web, "GET", "/search", web.token(stranger), params={"q": "茶馆", "channel": hall})) == (
        404, "not_found")
    for wrong in ({"q": "茶"}, {"q": "茶馆", "from": "soon"}, {"q": "茶馆", "everything": "1"}):
        assert code(call(web, "GET", "/search", web.token(bob), params=wrong)) == (400, "bad_frame")


def test_a_yes_to_a_template_counts_once_however_often_it_is_told(web: Web) -> None:
    """In an organization of its own: with a mini-program, the others' pictures would wait for a verdict."""
    store, organization = web.store, Cast(web.store).organization
    appid = accounts.add(store, organization, "wxsubscriptions", "mini_program", "secret", "token123")
    account = accounts.of(store, appid)
    assert account is not None
    alice = identities.sign_in(store, account, "o_alice")
    staff = Actor(Person("s_1", organization, "Steward", Door.CONSOLE), "owner")
    templates.set_template(store, staff, appid, "subscribe", "seat", "tmpl_seat", {"thing1": "{channel}"})
    token = web.token(alice)
    assert call(web, "GET", "/me/subscriptions", token).json() == {
        "templates": [{"appid": appid, "kind": "seat", "template_id": "tmpl_seat"}]}
    for _ in range(2):
        answer = call(web, "POST", "/me/subscriptions", token, json={"answers": {"tmpl_seat": "accept"}})
        assert answer.json() == {}
    assert store.record.read(lambda c: consents.left(c, appid, "o_alice")) == {"tmpl_seat": 1}
    call(web, "POST", "/me/subscriptions", token, json={"answers": {"tmpl_seat": "reject"}})
    assert store.record.read(lambda c: consents.left(c, appid, "o_alice")) == {"tmpl_seat": 0}
    assert code(call(web, "POST", "/me/subscriptions", token, json={"answers": {"other": "accept"}})) == (
        404, "not_found")
