"""What a person on a socket may expect: the verbs of the protocol, over real sockets, Redis and SQL."""

from __future__ import annotations

import time

import pytest

from rooms import identities, network
from tests.cast import Cast
from tests.miniprogram.web import Web, ask, closes_with, events, say


def test_hello_is_welcomed_with_who_one_is(web: Web) -> None:
    alice = web.cast.person("Alice")
    socket = web.greeted(alice)
    assert socket.welcome["user"] == {"id": alice.id, "name": "Alice", "avatar": ""}  # type: ignore[attr-defined]
    assert socket.welcome["heartbeat_seconds"] == 25  # type: ignore[attr-defined]


def test_what_one_says_is_answered_and_heard_by_all_who_entered(web: Web) -> None:
    hall = web.channel("hall")
    alice, bob = web.cast.person("Alice"), web.cast.person("Bob")
    a, b = web.member(alice, hall), web.member(bob, hall)
    said = ask(a, say(hall, "你好", "one"))
    assert (said["op"], said["seq"], said["client_id"]) == ("said", 1, "one")
    heard = events(b, "message", 1)[0]
    assert heard["body"] == {"text": "你好"}
    assert heard["from"] == {"id": alice.id, "name": "Alice", "door": "miniprogram"}
    assert (heard["epoch"], heard["seq"], heard["at"]) == (said["epoch"], 1, said["at"])


def test_the_author_hears_the_message_like_anybody_else(web: Web) -> None:
    hall = web.channel("author")
    a = web.member(web.cast.person("Alice"), hall)
    a.send({"id": 5, **say(hall, "echo", "one")})
    assert {a.receive()["op"] for _ in range(2)} == {"said", "message"}


def test_the_same_client_id_is_one_message(web: Web) -> None:
    hall = web.channel("twice")
    a = web.member(web.cast.person("Alice"), hall)
    first, second = ask(a, say(hall, "once", "same")), ask(a, say(hall, "once", "same"))
    assert first == second
    assert ask(a, {"op": "history", "channel": hall})["messages"][-1]["seq"] == 1


def test_entering_shows_the_latest_fifty(web: Web) -> None:
    hall = web.channel("latest")
    a = web.member(web.cast.person("Alice"), hall)
    for number in range(60):
        assert ask(a, say(hall, str(number), f"n{number}"))["op"] == "said"
    entered = ask(web.greeted(web.cast.person("Bob")), {"op": "enter", "channel": hall})
    assert [entry["seq"] for entry in entered["messages"]] == list(range(11, 61))
    assert entered["complete"] is True
    assert entered["tip"] == 60
    assert entered["me"]["role"] == "member"


def test_entering_since_a_position_shows_what_came_after(web: Web) -> None:
    hall = web.channel("since")
    a = web.member(web.cast.person("Alice"), hall)
    said = [ask(a, say(hall, str(number), f"n{number}")) for number in range(5)]
    since = {"epoch": said[0]["epoch"], "seq": 2}
    entered = ask(web.greeted(web.cast.person("Bob")), {"op": "enter", "channel": hall, "since": since})
    assert [entry["seq"] for entry in entered["messages"]] == [3, 4, 5]
    assert entered["complete"] is True


def test_a_page_that_is_not_all_says_so(web: Web) -> None:
    hall = web.channel("many")
    a = web.member(web.cast.person("Alice"), hall)
    for number in range(250):
        a.send({"id": number, **say(hall, str(number), f"n{number}")})
    last = events(a, "message", 250)[-1]
    since = {"epoch": last["epoch"], "seq": 10}
    entered = ask(web.greeted(web.cast.person("Bob")), {"op": "enter", "channel": hall, "since": since})
    assert [entry["seq"] for entry in entered["messages"]] == list(range(11, 211))
    assert entered["complete"] is False
    page = ask(a, {"op": "history", "channel": hall, "after": 210, "limit": 200})
    assert [entry["seq"] for entry in page["messages"]] == list(range(211, 251))
    assert page["more"] is False


def test_who_comes_and_goes_is_told_with_names_while_few_are_there(web: Web) -> None:
    hall = web.channel("crowd")
    alice, bob = web.cast.person("Alice"), web.cast.person("Bob")
    a = web.member(alice, hall)
    b = web.member(bob, hall)
    came = events(a, "present", 1)[0]
    assert (came["count"], came["joined"]) == (2, [{"id": bob.id, "name": "Bob"}])
    assert ask(b, {"op": "leave", "channel": hall})["op"] == "left"
    went = events(a, "present", 1)[0]
    assert (went["count"], went["left"]) == (1, [{"id": bob.id}])


def test_nothing_is_heard_after_leaving(web: Web) -> None:
    hall = web.channel("left")
    a, b = web.member(web.cast.person("Alice"), hall), web.member(web.cast.person("Bob"), hall)
    assert ask(b, {"op": "leave", "channel": hall})["op"] == "left"
    assert ask(b, {"op": "leave", "channel": hall})["code"] == "not_entered"
    assert ask(a, say(hall, "secret", "one"))["op"] == "said"
    assert ask(b, {"op": "ping"})["op"] == "pong"
    with pytest.raises(TimeoutError):
        events(b, "message", 1, 0.5)


def test_reading_is_told_and_lowers_what_is_unread(web: Web) -> None:
    hall = web.channel("reading")
    alice, bob = web.cast.person("Alice"), web.cast.person("Bob")
    a, b = web.member(alice, hall), web.member(bob, hall)
    for number in range(3):
        ask(a, say(hall, str(number), f"n{number}"))
    events(b, "message", 3)
    assert ask(b, {"op": "read", "channel": hall, "seq": 2})["op"] == "done"
    assert events(a, "read", 1)[0] == {"op": "read", "channel": hall, "user": bob.id, "seq": 2}
    again = ask(b, {"op": "enter", "channel": hall})
    assert (again["read"], again["unread"]) == (2, 1)


def test_one_says_only_where_one_has_entered(web: Web) -> None:
    hall = web.channel("closed to outsiders")
    socket = web.greeted(web.cast.person("Charlie"))
    assert ask(socket, say(hall, "hi", "one"))["op"] == "refused"


def test_a_say_behind_an_enter_waits_for_it(web: Web) -> None:
    hall = web.channel("at once")
    socket = web.greeted(web.cast.person("Alice"))
    socket.send({"id": 1, "op": "enter", "channel": hall})
    socket.send({"id": 2, **say(hall, "first words", "one")})
    answers = {message["id"]: message["op"] for message in (socket.receive() for _ in range(3)) if "id" in message}
    assert answers == {1: "entered", 2: "said"}


# ---- coming back


def test_resume_brings_what_was_missed_before_what_is_new(web: Web) -> None:
    hall = web.channel("resume")
    alice, bob = web.cast.person("Alice"), web.cast.person("Bob")
    a, b = web.member(alice, hall), web.member(bob, hall)
    epoch = ask(a, say(hall, "0", "n0"))["epoch"]
    events(b, "message", 1)
    b.vanish()
    for number in range(1, 20):
        ask(a, say(hall, str(number), f"n{number}"))
    b = web.greeted(bob, {hall: {"epoch": epoch, "seq": 1}})
    state = b.welcome["channels"][0]  # type: ignore[attr-defined]
    assert (state["channel"], state["entered"], state["tip"], state["unread"]) == (hall, True, 20, 20)
    ask(a, say(hall, "new", "new"))
    assert [entry["seq"] for entry in events(b, "message", 20)] == list(range(2, 22))


def test_too_much_missed_is_a_gap(web: Web) -> None:
    hall = web.channel("gap")
    a = web.member(web.cast.person("Alice"), hall)
    for number in range(230):
        a.send({"id": number, **say(hall, str(number), f"n{number}")})
    epoch = events(a, "message", 230)[-1]["epoch"]
    b = web.again(web.cast.person("Bob"), {hall: {"epoch": epoch, "seq": 5}})
    assert b.receive() == {"op": "gap", "channel": hall, "after": {"epoch": epoch, "seq": 5}}
    ask(a, say(hall, "new", "new"))
    assert events(b, "message", 1)[0]["seq"] == 231


def test_an_unknown_epoch_is_told_to_forget(web: Web) -> None:
    hall = web.channel("fork")
    a = web.member(web.cast.person("Alice"), hall)
    ask(a, say(hall, "0", "n0"))
    b = web.again(web.cast.person("Bob"), {hall: {"epoch": "e_other", "seq": 40}})
    forked = b.receive()
    assert (forked["op"], forked["seq"]) == ("forked", 0)
    assert b.receive()["seq"] == 1


def test_a_channel_that_cannot_be_resumed_is_named_with_its_reason(web: Web) -> None:
    resume = {"c_nonsense": {"epoch": "e1", "seq": 1}, "c_" + "0" * 14: {"epoch": "e1", "seq": 1}}
    channels = web.greeted(web.cast.person("Alice"), resume).welcome["channels"]  # type: ignore[attr-defined]
    assert channels == [{"channel": channel, "refused": "not_found"} for channel in resume]


# ---- who may speak


def test_a_forged_token_is_refused_and_the_socket_closed_with_4001(web: Web) -> None:
    token = web.token(web.cast.person("Alice"))
    for wrong in ("", "x", token[:-2] + "zz", token + "x", "é" * 10, "." + token.partition(".")[2]):
        socket = web.socket()
        socket.send({"op": "hello", "id": 1, "token": wrong})
        assert socket.receive()["code"] == "unauthenticated"
        closes_with(socket, 4001)


def test_who_is_known_but_cannot_come_in_now_is_closed_too_with_4001(web: Web) -> None:
    """On a socket that stays open after a refused hello a client would wait for ever."""
    alice = web.cast.person("Alice")
    whom_she_blocks = web.store.live.name("blocked", alice.id)
    web.store.live.command("LPUSH", whom_she_blocks, "no text", key=whom_she_blocks)  # so that Redis refuses the look
    socket = web.socket()
    socket.send({"op": "hello", "id": 1, "token": web.token(alice)})
    assert socket.receive()["code"] == "unavailable"
    closes_with(socket, 4001)
    web.store.live.delete(whom_she_blocks)
    assert web.greeted(alice)


def test_a_token_that_is_over_closes_with_4002(web: Web) -> None:
    socket = web.socket()
    socket.send({"op": "hello", "id": 1, "token": web.token(web.cast.person("Alice"), -1)})
    assert socket.receive()["code"] == "expired"
    closes_with(socket, 4002)


def test_a_token_that_ends_while_connected_closes_with_4002(web: Web) -> None:
    socket = web.socket()
    socket.send({"op": "hello", "id": 1, "token": web.token(web.cast.person("Alice"), 2)})
    assert socket.receive()["op"] == "welcome"
    closes_with(socket, 4002)


def test_signing_out_closes_open_sockets_within_five_seconds(web: Web) -> None:
    alice = web.cast.person("Alice")
    socket = web.greeted(alice)
    identities.revoke(web.store, alice.id)
    began = time.monotonic()
    closes_with(socket, 4003)
    assert time.monotonic() - began < 5
    again = web.socket()
    old = web.tokens.issue(alice.id, alice.organization, web.store.clock.now() - 60_000)
    again.send({"op": "hello", "id": 1, "token": old})
    assert again.receive()["op"] == "refused"
    closes_with(again, 4003)


def test_nobody_reaches_a_channel_of_another_organization(web: Web) -> None:
    other = Cast(web.store)
    socket = web.greeted(web.cast.person("Alice"))
    theirs = other.channel("theirs")
    for request in ({"op": "enter", "channel": theirs}, {"op": "history", "channel": theirs},
                    {"op": "read", "channel": theirs, "seq": 1}, say(theirs, "hi", "one")):
        assert ask(socket, request)["code"] == "not_found"


def test_a_sixth_socket_takes_the_place_of_the_oldest(web: Web) -> None:
    alice = web.cast.person("Alice")
    sockets = [web.greeted(alice) for _ in range(6)]
    closes_with(sockets[0], 4009)
    assert all(ask(socket, {"op": "ping"})["op"] == "pong" for socket in sockets[1:])


def test_closing_with_1000_gives_the_seat_up_and_any_other_end_keeps_it(web: Web) -> None:
    hall = web.channel("seats")
    watcher = web.member(web.cast.person("Watcher"), hall)
    polite = web.member(web.cast.person("Polite"), hall)
    assert events(watcher, "present", 1)[0]["count"] == 2
    polite.close(1000)
    assert events(watcher, "present", 1)[0]["count"] == 1
    lost = web.member(web.cast.person("Lost"), hall)
    assert events(watcher, "present", 1)[0]["count"] == 2
    lost.vanish()
    with pytest.raises(TimeoutError):
        watcher.receive(2.5)


def test_the_network_log_notes_from_where_a_socket_came(web: Web) -> None:
    person = web.cast.person("Noted")
    web.greeted(person)
    network.sweep(web.store)
    found = network.of(web.store, person.organization, person.id)
    assert [(one.what, one.address, one.times) for one in found] == [("socket", "127.0.0.1", 1)]
