"""Whom somebody does not want to read is hidden from them, at every door, and from nobody else."""

from __future__ import annotations

import itertools
import time
from typing import Any

import pytest
import requests

from rooms import blocks, identities, members, merging, messages, owed
from rooms.drafts import Draft
from rooms.errors import Code, Refused
from rooms.events import Logged, Person
from tests.miniprogram.web import Web, ask, events, say

numbers = itertools.count()


class Hall:
    def __init__(self, web: Web) -> None:
        self.web, self.store = web, web.store
        self.hall = web.channel(f"blocks {next(numbers)}")
        self.alice, self.bob, self.charlie = (web.cast.person(name) for name in ("Alice", "Bob", "Charlie"))
        for person in (self.alice, self.bob, self.charlie):
            members.join(self.store, person, web.cast.room)

    def ask(self, method: str, path: str, person: Person) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.web.token(person)}"}
        return requests.request(method, f"http://127.0.0.1:{self.web.port}/api/v1{path}", headers=headers, timeout=60)

    def block(self, person: Person, user: Person) -> None:
        assert self.ask("PUT", f"/me/blocked/{user.id}", person).status_code == 200


@pytest.fixture
def hall(web: Web) -> Hall:
    return Hall(web)


def words(entry: dict[str, Any]) -> Any:
    return entry.get("body", {}).get("text", "hidden" if entry.get("hidden") else None)


def test_ones_own_list_is_kept_and_told_to_nobody_else(hall: Hall) -> None:
    hall.block(hall.alice, hall.bob)
    hall.block(hall.alice, hall.bob)
    assert hall.ask("GET", "/me/blocked", hall.alice).json() == {"blocked": [{"id": hall.bob.id, "name": "Bob"}]}
    assert hall.ask("GET", "/me/blocked", hall.bob).json() == {"blocked": []}
    assert hall.ask("PUT", f"/me/blocked/{hall.alice.id}", hall.alice).status_code == 403
    assert hall.ask("PUT", "/me/blocked/u_nobody", hall.alice).status_code == 404
    assert hall.ask("DELETE", f"/me/blocked/{hall.bob.id}", hall.alice).status_code == 200
    assert hall.ask("GET", "/me/blocked", hall.alice).json() == {"blocked": []}


def test_what_the_blocked_say_is_hidden_live_in_history_and_on_coming_in(hall: Hall) -> None:
    hall.block(hall.alice, hall.bob)
    reader, other = hall.web.member(hall.alice, hall.hall), hall.web.member(hall.charlie, hall.hall)
    speaker = hall.web.member(hall.bob, hall.hall)
    assert ask(speaker, say(hall.hall, "rude", "b1"))["op"] == "said"
    assert ask(other, say(hall.hall, 'I quote "from":{"id":"' + hall.bob.id + '"', "c1"))["op"] == "said"
    live = events(reader, "message", 2)
    assert words(live[0]) == "hidden"
    assert words(live[1]).startswith("I quote")
    assert live[0]["seq"] + 1 == live[1]["seq"], "nothing is missing in the numbers"
    assert "rude" not in str(live)
    page = ask(reader, {"op": "history", "channel": hall.hall})["messages"]
    assert next(words(entry) for entry in page if entry["op"] == "message") == "hidden"
    entered = ask(reader, {"op": "enter", "channel": hall.hall})["messages"]
    assert "rude" not in str(entered)
    listed = hall.ask("GET", f"/channels/{hall.hall}/messages", hall.alice).json()["messages"]
    assert "rude" not in str(listed)
    assert "rude" in str(hall.ask("GET", f"/channels/{hall.hall}/messages", hall.charlie).json())


def test_open_sockets_learn_of_it_within_seconds(hall: Hall) -> None:
    reader, speaker = hall.web.member(hall.alice, hall.hall), hall.web.member(hall.bob, hall.hall)
    hall.block(hall.alice, hall.bob)
    end = time.monotonic() + 60
    for number in itertools.count():
        ask(speaker, say(hall.hall, "rude", f"n{number}"))
        if words(events(reader, "message", 1)[0]) == "hidden":
            break
        assert time.monotonic() < end
        time.sleep(0.2)


def test_followers_are_not_told_either(hall: Hall) -> None:
    hall.web.member(hall.bob, hall.hall)
    seq = messages.post(hall.store, hall.bob, hall.hall, Draft("text", {"text": "rude"}, "f1")).seq
    blocks.block(hall.store, hall.alice, hall.bob.id)
    [entry] = owed.since(hall.store, hall.alice.id, hall.hall, seq - 1, 10)
    assert entry.op == "hidden"
    assert b"rude" not in entry.frame
    blocks.unblock(hall.store, hall.alice, hall.bob.id)
    assert owed.since(hall.store, hall.alice.id, hall.hall, seq - 1, 10)[0].op == "message"


def test_who_turns_out_to_be_one_with_somebody_blocked_stays_blocked(hall: Hall) -> None:
    other = hall.web.cast.person("Bob again")
    blocks.block(hall.store, hall.alice, other.id)
    kept = merging.merge(hall.store, hall.bob.id, other.id, "phone")
    hall.store.live.delete(hall.store.live.name("blocked", hall.alice.id))
    assert kept in blocks.of(hall.store, hall.alice.id)
    assert identities.whole(hall.store, other.id) == kept


def test_nobody_is_recognized_by_words_that_look_like_an_entry() -> None:
    frame = b'{"op":"message","from":{"id":"u_a","name":"x\\",\\"from\\":{\\"id\\":\\"u_b"},"body":{"text":"y"}}'
    assert blocks.is_by(Logged(1, "e1", "message", frame), {"u_a"})
    assert not blocks.is_by(Logged(1, "e1", "message", frame), {"u_b"})
    assert not blocks.is_by(Logged(1, "e1", "message", b"{}"), {"u_a", ""})
    assert not blocks.is_by(Logged(1, "e1", "announced", frame), {"u_a"}), "announcements are for everybody"


def test_a_list_has_an_end(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "MOST", 1)
    blocks.block(hall.store, hall.alice, hall.bob.id)
    with pytest.raises(Refused) as refused:
        blocks.block(hall.store, hall.alice, hall.charlie.id)
    assert refused.value.code is Code.FULL
