"""Held and reported messages as the console shows them, and what its decisions do."""

from __future__ import annotations

import pytest

from rooms import held, ids, members, messages, reports
from rooms.drafts import Draft
from rooms.events import Person
from tests.cast import Cast
from tests.console.desk import House, Office, code


@pytest.fixture
def office(house: House) -> Office:
    return Office(house.web, Cast(house.store))


def draft(text: str) -> Draft:
    return Draft("text", {"text": text}, ids.new("x"))


def member(office: Office, name: str) -> Person:
    person = office.cast.person(name)
    members.set_role(office.store, office.room, person.id, "member")
    return person


def test_a_held_message_is_shown_with_its_words_and_said_when_it_is_let_through(office: Office) -> None:
    alice = member(office, "Alice")
    messages.post(office.store, alice, office.channel, draft("before"), "member")
    held.keep(office.store, alice, office.channel, draft("加我微信"), "words")
    waiting = office.auditor.get("/review/held")["held"]
    assert [(one["user"], one["body"], one["cause"]) for one in waiting] == [(alice.id, {"text": "加我微信"}, "words")]
    around = office.auditor.get(f"/review/held/{waiting[0]['id']}/around")["messages"]
    assert [one["body"]["text"] for one in around] == ["before"]
    assert office.moderator.post(f"/review/held/{waiting[0]['id']}", {"approve": True})["decided"]
    assert not office.moderator.post(f"/review/held/{waiting[0]['id']}", {"approve": True})["decided"]
    shown = office.auditor.get(f"/channels/{office.channel}/messages")["messages"]
    assert shown[-1]["body"] == {"text": "加我微信"}
    assert office.auditor.get("/review/held") == {"held": [], "cursor": None}


def test_a_reported_message_is_removed_and_its_author_muted_in_one_act(office: Office) -> None:
    alice, bob = member(office, "Alice"), member(office, "Bob")
    seq = messages.post(office.store, alice, office.channel, draft("广告"), "member").seq
    reports.report(office.store, bob, office.channel, seq, "是广告")
    case = office.auditor.get("/review/reported", params={"room": office.room})["cases"][0]
    assert (case["seq"], case["author"], case["message"]["body"]) == (seq, alice.id, {"text": "广告"})
    assert [(one["user"], one["reason"]) for one in case["reports"]] == [(bob.id, "是广告")]
    path = f"/channels/{office.channel}/messages/{seq}/review"
    assert office.moderator.post(path, {"outcome": "muted", "seconds": 600, "reason": "广告"}) == {"told": 1}
    assert office.auditor.get("/review/reported")["cases"] == []
    entry = office.auditor.get(f"/channels/{office.channel}/messages")["messages"][seq - 1]
    assert entry["recalled"]
    assert [one["kind"] for one in office.auditor.get("/sanctions")["sanctions"]] == ["mute"]


def test_all_that_somebody_said_lately_is_taken_back(office: Office) -> None:
    alice, bob = member(office, "Alice"), member(office, "Bob")
    for person in (alice, bob, alice):
        messages.post(office.store, person, office.channel, draft("words"), "member")
    body = {"place": office.room, "hours": 1, "reason": "刷屏"}
    assert office.moderator.post(f"/people/{alice.id}/remove_recent", body) == {"removed": 2}


@pytest.mark.parametrize("cursor", ["x", "1", "1.h_x.3.4", "a.h_x"])
def test_a_cursor_that_is_none_is_refused(office: Office, cursor: str) -> None:
    assert code(office.auditor.ask("GET", "/review/reported", params={"cursor": cursor})) == (400, "bad_frame")
