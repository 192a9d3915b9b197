"""Beside talking: watching channels one is not in, showing that one writes, asking for quiet."""

from __future__ import annotations

import pytest

from tests.miniprogram.test_moderating import Hall
from tests.miniprogram.web import Web, ask, events, say


def test_a_watched_channel_tells_how_far_it_is_and_nothing_of_what_was_said(web: Web) -> None:
    stage = Hall(web)
    dora = stage.comes(web.cast.person("Dora"))
    assert ask(dora, {"op": "leave", "channel": stage.hall})["op"] == "left"
    assert ask(dora, {"op": "watch", "channels": [stage.hall]})["op"] == "done"
    for number in range(5):
        ask(stage.c, say(stage.hall, "hello", f"n{number}"))
    told = events(dora, "tip", 1)
    while told[-1]["seq"] < 5:
        told += events(dora, "tip", 1)
    assert told[-1] == {"op": "tip", "channel": stage.hall, "seq": 5, "unread": 5, "mentions": 0}
    assert len(told) <= 3, "at most one a second"
    assert ask(dora, {"op": "watch", "channels": []})["op"] == "done"
    ask(stage.c, say(stage.hall, "more", "m1"))
    with pytest.raises(TimeoutError):
        dora.receive(1.5)


def test_a_watch_is_of_channels_one_may_read_or_of_none(web: Web) -> None:
    stage = Hall(web)
    assert ask(stage.c, {"op": "watch", "channels": [stage.hall, "c_0000000000zzzz"]})["code"] == "not_found"
    assert ask(stage.c, {"op": "watch", "channels": ["no channel"]})["code"] == "not_found"
    outsider = web.greeted(web.cast.person("Eve"))
    assert ask(outsider, {"op": "watch", "channels": [stage.hall]})["code"] == "not_member"
    assert ask(stage.c, {"op": "watch", "channels": [stage.hall] * 101})["code"] == "bad_frame"


def test_who_was_put_out_is_not_told_how_far_the_channel_is(web: Web) -> None:
    stage = Hall(web)
    ask(stage.c, {"op": "watch", "channels": [stage.hall]})
    ask(stage.b, {"op": "kick", "channel": stage.hall, "user": stage.charlie.id})
    ask(stage.b, say(stage.hall, "alone", "one"))
    assert events(stage.c, "kicked", 1)
    with pytest.raises(TimeoutError):
        events(stage.c, "tip", 1, 1.5)


def test_who_writes_is_shown_to_those_present_and_gets_no_answer(web: Web) -> None:
    stage = Hall(web)
    for _ in range(20):
        stage.c.send({"op": "typing", "channel": stage.hall})
    stage.c.send({"op": "typing", "channel": "c_0000000000zzzz"})
    shown = events(stage.b, "typing", 1)[0]
    assert shown == {"op": "typing", "channel": stage.hall, "users": [{"id": stage.charlie.id, "name": "Charlie"}]}
    with pytest.raises(TimeoutError):
        events(stage.b, "typing", 1, 1.2)
    stage.c.send({"op": "ping", "id": 5})
    assert events(stage.c, "pong", 1)
    outsider = web.greeted(web.cast.person("Eve"))
    outsider.send({"op": "typing", "channel": stage.hall})
    assert ask(outsider, {"op": "ping"})["op"] == "pong"


def test_quiet_is_shown_on_entering_until_it_is_ended(web: Web) -> None:
    stage = Hall(web)
    until = web.store.clock.now() + 3_600_000
    assert ask(stage.c, {"op": "quiet", "channel": stage.hall, "on": True, "until": until})["op"] == "done"
    assert ask(stage.c, {"op": "enter", "channel": stage.hall})["me"]["quiet"] == until
    assert ask(stage.c, {"op": "quiet", "room": stage.room, "on": True})["op"] == "done"
    assert ask(stage.c, {"op": "enter", "channel": stage.hall})["me"]["quiet"] == 0, "open-ended"
    for place in ({"channel": stage.hall}, {"room": stage.room}):
        assert ask(stage.c, {"op": "quiet", **place, "on": False})["op"] == "done"
    assert ask(stage.c, {"op": "enter", "channel": stage.hall})["me"]["quiet"] is None
    assert ask(stage.c, {"op": "quiet", "channel": stage.hall, "on": True, "until": 5})["code"] == "bad_frame"
