"""Acts of authority on a socket: the answer to who acts, and what everybody reads of it."""

from __future__ import annotations

import pytest

from rooms import authority, members, sanctions
from rooms.events import Door, Person
from tests.miniprogram.web import Web, ask, closes_with, events, say
from tests.socket_client import Socket


class Hall:
    """Bob moderates, Charlie talks, both are in; two channels of one room."""

    def __init__(self, web: Web) -> None:
        self.web = web
        self.room = web.cast.add_room()
        self.hall, self.chat = web.cast.channel("hall", self.room), web.cast.channel("chat", self.room)
        self.bob, self.charlie = web.cast.person("Bob"), web.cast.person("Charlie")
        self.b, self.c = self.comes(self.bob), self.comes(self.charlie)
        members.set_role(web.store, self.room, self.bob.id, "moderator")

    def comes(self, person: Person) -> Socket:
        return self.web.member(person, self.hall)


def test_a_mute_is_told_to_everybody_and_says_until_when(web: Web) -> None:
    stage = Hall(web)
    mute = {"op": "mute", "channel": stage.hall, "user": stage.charlie.id, "seconds": 600, "reason": "刷屏"}
    assert ask(stage.b, mute) == {"op": "done", "id": 77}
    told = events(stage.c, "muted", 1)[0]
    assert (told["user"], told["reason"], told["by"]["id"]) == (stage.charlie.id, "刷屏", stage.bob.id)
    assert 599_000 < told["until"] - told["at"] <= 600_000
    refused = ask(stage.c, say(stage.hall, "but", "one"))
    assert (refused["code"], refused["temporary"]) == ("muted", True)
    assert 590 < refused["retry_after_seconds"] <= 600
    again = ask(stage.c, {"op": "enter", "channel": stage.hall})
    assert abs(again["me"]["muted_until"] - told["until"]) < 1_000
    assert ask(stage.b, {"op": "unmute", "channel": stage.hall, "user": stage.charlie.id})["op"] == "done"
    assert ask(stage.c, say(stage.hall, "thanks", "two"))["op"] == "said"
    assert ask(stage.c, {"op": "enter", "channel": stage.hall})["me"]["muted_until"] is None


def test_an_act_on_a_room_is_an_entry_in_each_of_its_channels(web: Web) -> None:
    stage = Hall(web)
    ask(stage.c, {"op": "enter", "channel": stage.chat})
    ask(stage.b, {"op": "mute", "room": stage.room, "user": stage.charlie.id})
    told = events(stage.c, "muted", 2)
    assert {entry["channel"] for entry in told} == {stage.hall, stage.chat}
    assert "until" not in told[0], "there is no end"
    assert ask(stage.c, {"op": "enter", "channel": stage.hall})["me"]["muted_until"] == 0


def test_words_are_taken_back_by_their_author_and_by_moderators(web: Web) -> None:
    stage = Hall(web)
    seq = ask(stage.c, say(stage.hall, "a secret", "one"))["seq"]
    assert ask(stage.c, {"op": "recall", "channel": stage.hall, "seq": seq})["op"] == "done"
    assert events(stage.b, "recalled", 1)[0]["of"] == seq
    entry = ask(stage.b, {"op": "history", "channel": stage.hall})["messages"][seq - 1]
    assert entry["recalled"] is True
    assert "body" not in entry
    assert ask(stage.c, {"op": "recall", "channel": stage.hall, "seq": 99})["code"] == "not_found"


def test_pins_announcements_and_rules_are_entries(web: Web) -> None:
    stage = Hall(web)
    seq = ask(stage.c, say(stage.hall, "worth keeping", "one"))["seq"]
    assert ask(stage.b, {"op": "pin", "channel": stage.hall, "seq": seq, "on": True})["op"] == "done"
    assert ask(stage.b, {"op": "announce", "channel": stage.hall, "text": "今晚八点"})["op"] == "done"
    assert ask(stage.b, {"op": "rules", "channel": stage.hall, "muted_all": True, "slow_seconds": 9})["op"] == "done"
    assert events(stage.c, "pinned", 1)[0]["of"] == seq
    assert events(stage.c, "announced", 1)[0]["text"] == "今晚八点"
    rules = events(stage.c, "rules", 1)[0]
    assert (rules["muted_all"], rules["slow_seconds"]) == (True, 9)
    assert ask(stage.c, say(stage.hall, "hello?", "two"))["code"] == "muted_all"
    entered = ask(stage.c, {"op": "enter", "channel": stage.hall})
    assert (entered["rules"]["muted_all"], entered["rules"]["slow_seconds"]) == (True, 9)


def test_who_does_not_moderate_is_refused_and_nothing_is_told(web: Web) -> None:
    stage = Hall(web)
    at = {"channel": stage.hall}
    for request in ({"op": "mute", **at, "user": stage.bob.id}, {"op": "kick", **at, "user": stage.bob.id},
                    {"op": "rules", **at, "muted_all": True}, {"op": "announce", **at, "text": "mine"}):
        assert ask(stage.c, request)["code"] == "forbidden", request
    assert ask(stage.c, {"op": "rules", **at, "slow_seconds": -1})["code"] in ("bad_frame", "forbidden")
    assert ask(stage.c, {"op": "history", "channel": stage.hall})["messages"] == []


def test_who_is_kicked_hears_that_and_nothing_more_until_they_enter_again(web: Web) -> None:
    stage = Hall(web)
    second = stage.comes(stage.charlie)
    ask(stage.b, {"op": "kick", "channel": stage.hall, "user": stage.charlie.id, "reason": "请冷静一下"})
    ask(stage.b, say(stage.hall, "now we are alone", "one"))
    for socket in (stage.c, second):
        kicked = events(socket, "kicked", 1, 5)[0]
        assert (kicked["user"], kicked["reason"]) == (stage.charlie.id, "请冷静一下")
        assert ask(socket, say(stage.hall, "why", "two"))["code"] == "not_entered"
        shown = ask(socket, {"op": "history", "channel": stage.hall})["messages"]
        assert [entry["op"] for entry in shown] == ["kicked"]
        with pytest.raises(TimeoutError):
            events(socket, "message", 1, 0.3)
    back = web.greeted(stage.charlie, {stage.hall: {"epoch": kicked["epoch"], "seq": 0}})
    assert back.welcome["channels"] == [  # type: ignore[attr-defined]
        {"channel": stage.hall, "refused": "not_entered"}]
    assert [entry["op"] for entry in ask(back, {"op": "enter", "channel": stage.hall})["messages"]] == [
        "kicked", "message"]
    assert ask(back, say(stage.hall, "sorry", "three"))["op"] == "said"


def test_who_is_kicked_out_of_the_room_belongs_to_it_no_more(web: Web) -> None:
    stage = Hall(web)
    ask(stage.b, {"op": "kick", "room": stage.room, "user": stage.charlie.id})
    assert events(stage.c, "kicked", 1, 5)
    assert ask(stage.c, {"op": "history", "channel": stage.hall})["code"] == "not_member"
    back = web.greeted(stage.charlie, {stage.hall: {"epoch": "e1", "seq": 0}})
    assert back.welcome["channels"][0]["refused"] == "not_member"  # type: ignore[attr-defined]
    assert ask(back, {"op": "enter", "channel": stage.hall})["op"] == "entered", "it is an open room"


def test_who_is_banned_stays_out_until_pardoned(web: Web) -> None:
    stage = Hall(web)
    ask(stage.b, {"op": "ban", "room": stage.room, "user": stage.charlie.id, "seconds": 3600})
    assert events(stage.c, "banned", 1, 5)[0]["until"]
    refused = ask(stage.c, {"op": "enter", "channel": stage.chat})
    assert (refused["code"], refused["retry_after_seconds"] > 3590) == ("banned", True)
    ask(stage.b, {"op": "pardon", "room": stage.room, "user": stage.charlie.id})
    assert ask(stage.c, {"op": "enter", "channel": stage.hall})["op"] == "entered"


def test_a_ban_from_the_organization_closes_every_socket_with_4003(web: Web) -> None:
    stage = Hall(web)
    staff = authority.Actor(Person("s_steward", web.cast.organization, "Steward", Door.CONSOLE), "owner")
    sanctions.ban(web.store, staff, web.cast.organization, stage.charlie.id, reason="广告")
    assert events(stage.b, "banned", 1)[0]["reason"] == "广告"
    closes_with(stage.c, 4003)  # that may be before the log has told them, as this is first written in the record


def test_slow_mode_repeats_and_floods_of_the_same_words_say_what_to_do(web: Web) -> None:
    stage = Hall(web)
    ask(stage.b, {"op": "rules", "channel": stage.hall, "fold_seconds": 60, "guard_count": 3, "guard_seconds": 60})
    first = ask(stage.c, say(stage.hall, "在吗", "one"))["seq"]
    ask(stage.c, say(stage.hall, "在吗", "two"))
    folded = events(stage.b, "message", 2)[1]
    assert folded["repeat_of"] == first
    assert "body" not in folded
    ask(stage.c, say(stage.hall, "在吗", "three"))
    refused = ask(stage.c, say(stage.hall, "在吗", "four"))
    assert refused["code"] == "duplicate"
    assert 0 < refused["retry_after_seconds"] <= 60
    ask(stage.b, {"op": "rules", "channel": stage.hall, "slow_seconds": 30})
    ask(stage.c, say(stage.hall, "now slowly", "five"))
    refused = ask(stage.c, say(stage.hall, "again", "six"))
    assert (refused["code"], refused["temporary"], 28 <= refused["retry_after_seconds"] <= 30) == (
        "slow_mode", True, True)
