"""Words between two, as the mini-program finds them: over HTTP, and live at the socket."""

from __future__ import annotations

from typing import Any

import requests

from rooms import doors, members
from rooms.authority import Actor
from rooms.doors import Ways
from rooms.events import Door, Person
from tests.miniprogram.web import Web, ask, events, say


def test_two_members_talk_alone_and_a_third_finds_nothing(web: Web) -> None:
    store, room = web.store, web.cast.room
    ana, ben, cid = (web.cast.person(name) for name in ("Ana", "Ben", "Cid"))
    for person in (ana, ben, cid):
        members.join(store, person, room)

    def api(method: str, path: str, person: Person, **given: Any) -> requests.Response:
        return requests.request(method, f"http://127.0.0.1:{web.port}/api/v1{path}", timeout=30, **given,
                                headers={"Authorization": f"Bearer {web.token(person)}"})

    owner = Actor(Person("s_o", web.cast.organization, "O", Door.CONSOLE), "owner")
    assert api("POST", f"/rooms/{room}/direct", ana, json={"user": ben.id}).status_code == 403, "not allowed yet"
    doors.change(store, owner, room, Ways(direct=True))
    made = api("POST", f"/rooms/{room}/direct", ana, json={"user": ben.id}).json()["channel"]
    assert made["name"] == "Ben"
    assert made["direct"] == {"id": ben.id, "name": "Ben"}

    two = made["id"]
    speaker, listener = web.member(ana, two), web.greeted(ben)
    assert ask(speaker, say(two, "psst", "d1"))["op"] == "said"
    listed = api("GET", "/rooms", ben).json()["rooms"]
    assert [(one["name"], one["unread"]) for each in listed for one in each["channels"] if one["id"] == two] == [
        ("Ana", 1)]
    assert ask(listener, {"op": "enter", "channel": two})["messages"][0]["body"]["text"] == "psst"
    assert ask(speaker, say(two, "still there?", "d2"))["op"] == "said"
    assert events(listener, "message", 1)[0]["body"]["text"] == "still there?"

    stranger = web.greeted(cid)
    assert ask(stranger, {"op": "enter", "channel": two})["code"] == "not_found"
    assert ask(stranger, {"op": "history", "channel": two})["code"] == "not_found"
    assert two not in api("GET", "/rooms", cid).text
    assert api("GET", f"/channels/{two}/messages", cid).status_code == 404
    assert api("POST", f"/rooms/{room}/direct", ana, json={"user": "u_nobody"}).status_code == 404
    doors.change(store, owner, room, Ways(direct=False))
    assert ask(speaker, say(two, "closed", "d3"))["code"] == "closed"
