"""Leaving a room by another way than the socket: every socket of the person is told, and hears nothing more."""

from __future__ import annotations

import pytest

from rooms import members, merging, rules
from rooms.authority import Actor
from tests.miniprogram.test_moderating import Hall
from tests.miniprogram.web import Web, ask, closes_with, events, say


def test_who_leaves_the_room_hears_nothing_more_of_it_on_any_socket(web: Web) -> None:
    stage = Hall(web)
    second = stage.comes(stage.charlie)
    ask(second, {"op": "enter", "channel": stage.chat})
    token = {"Authorization": f"Bearer {web.token(stage.charlie)}"}
    assert web.post(f"/api/v1/rooms/{stage.room}/leave", headers=token, json={}).status_code == 200
    assert events(stage.c, "parted", 1) == [{"op": "parted", "channel": stage.hall}]
    assert {told["channel"] for told in events(second, "parted", 2)} == {stage.hall, stage.chat}
    assert ask(stage.b, say(stage.hall, "they are gone", "one"))["op"] == "said"
    for socket in (stage.c, second):
        assert ask(socket, say(stage.hall, "am I here?", "two"))["code"] == "not_member"
        assert ask(socket, {"op": "leave", "channel": stage.hall})["code"] == "not_entered"
        with pytest.raises(TimeoutError):
            events(socket, "message", 1, 0.2)
    back = web.greeted(stage.charlie, {stage.hall: {"epoch": "e1", "seq": 0}})
    assert back.welcome["channels"] == [  # type: ignore[attr-defined]
        {"channel": stage.hall, "refused": "not_member"}], "coming back by itself joins nothing"
    entered = ask(back, {"op": "enter", "channel": stage.hall})
    assert [entry["op"] for entry in entered["messages"]] == ["message"]


def test_a_place_in_the_queue_is_given_up_with_the_room(web: Web) -> None:
    stage = Hall(web)
    rules.change(web.store, Actor(stage.bob, "owner"), stage.hall, {"capacity": 2})
    dora = web.cast.person("Dora")
    waits = web.greeted(dora)
    assert ask(waits, {"op": "enter", "channel": stage.hall})["op"] == "queued"
    members.leave(web.store, dora, stage.room)
    assert events(waits, "queue", 1)[0]["place"] == 0


def test_who_turned_out_to_be_somebody_else_is_signed_out_at_once(web: Web) -> None:
    stage = Hall(web)
    kept = merging.merge(web.store, stage.bob.id, stage.charlie.id, merging.UNIONID)
    closes_with(stage.c if kept == stage.bob.id else stage.b, 4003)


def test_where_the_note_was_lost_it_is_made_up_for(web: Web) -> None:
    """The feed is away while somebody leaves: what Redis says of seats counts."""
    stage = Hall(web)
    web.store.live.command("CLIENT", "KILL", "TYPE", "pubsub", key="x")
    members.leave(web.store, stage.charlie, stage.room)
    assert events(stage.c, "parted", 1)
