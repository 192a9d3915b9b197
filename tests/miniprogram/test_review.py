"""Held messages and reports on a socket, with lists of words that change while the server runs."""

from __future__ import annotations

import time

from rooms import review, words
from rooms.authority import Actor
from tests.miniprogram.test_moderating import Hall
from tests.miniprogram.web import Web, ask, events, say


def _keep(stage: Hall, action: str, word: str) -> None:
    """The list counts in every web process within two seconds; tried until it does."""
    judge = Actor(stage.bob)
    made = words.add_list(stage.web.store, judge, stage.room, action, action)
    words.change_words(stage.web.store, judge, made, add=[word])


def _until(stage: Hall, text: str, op: str) -> dict[str, object]:
    end, count = time.monotonic() + 60, 0
    while True:
        count += 1
        answer = ask(stage.c, say(stage.hall, text, f"try-{count}"))
        if answer["op"] == op:
            return answer
        assert time.monotonic() < end, answer
        time.sleep(0.1)


def test_a_held_message_is_answered_and_comes_when_it_is_let_through_or_is_told_to_be_rejected(web: Web) -> None:
    stage = Hall(web)
    ask(stage.c, say(stage.hall, "早", "first"))
    _keep(stage, "hold", "茅台")
    answer = _until(stage, "卖茅台", "held")
    assert answer == {"op": "held", "id": 77, "channel": stage.hall, "client_id": answer["client_id"]}
    held = {row.client_id: row for row in review.held_messages(web.store, Actor(stage.bob), stage.room)}
    row = held[str(answer["client_id"])]
    published = review.approve(web.store, Actor(stage.bob), row.id)
    assert published is not None
    for reader in (stage.b, stage.c):
        while (entry := events(reader, "message", 1)[0])["seq"] != published.seq:
            pass
        assert (entry["client_id"], entry["from"]["id"]) == (row.client_id, stage.charlie.id)
    assert ask(stage.c, say(stage.hall, "卖茅台", row.client_id))["seq"] == published.seq
    assert ask(stage.c, say(stage.hall, "还卖茅台", "second"))["op"] == "held"
    second = review.held_messages(web.store, Actor(stage.bob), stage.room)[-1]
    review.reject(web.store, Actor(stage.bob), second.id, "广告")
    assert events(stage.c, "rejected", 1)[0] == {
        "op": "rejected", "channel": stage.hall, "client_id": "second", "reason": "广告"}


def test_blocked_words_are_refused_on_the_socket(web: Web) -> None:
    stage = Hall(web)
    _keep(stage, "block", "赌博")
    refused = _until(stage, "來 賭*博", "refused")
    assert (refused["code"], refused["temporary"]) == ("blocked_words", False)


def test_a_message_is_reported_once(web: Web) -> None:
    stage = Hall(web)
    seq = ask(stage.c, say(stage.hall, "骂人的话", "one"))["seq"]
    report = {"op": "report", "channel": stage.hall, "seq": seq, "reason": "骂人"}
    for _ in range(2):
        assert ask(stage.b, report) == {"op": "done", "id": 77}
    assert ask(stage.c, report)["code"] == "bad_frame"
    assert ask(stage.b, {**report, "seq": 99})["code"] == "not_found"
    (case,) = review.reported(web.store, Actor(stage.bob), stage.room)
    assert [one.reason for one in case.reports] == ["骂人"]
