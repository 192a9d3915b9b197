"""What happened is told once, signed, and again until it was heard."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import replace

import pytest

from rooms import announcements, archive, ids, messages, sanctions, webhooks
from rooms.authority import Actor
from rooms.drafts import Draft
from rooms.errors import Code, Refused
from rooms.events import Door, Person
from rooms.record import webhooks as rows
from rooms.store import Store
from rooms.webhooks import BACK_OFF_SECONDS, CALL_MS, FAILURES_UNTIL_STOPPED, Outgoing
from tests.cast import Cast

HOOK = "https://example.com/hook"


@pytest.fixture
def cast(store: Store) -> Cast:
    return Cast(store)


def staff(cast: Cast) -> Actor:
    return Actor(Person(ids.new("s"), cast.organization, "Tea", Door.CONSOLE), "owner")


def say(cast: Cast, channel: str, text: str) -> None:
    messages.post(cast.store, cast.person("Alice"), channel, Draft("text", {"text": text}, ids.new("x")), "member")


def follow(cast: Cast, rounds: int = 2) -> None:
    while archive.archive(cast.store).rows:
        pass
    for _ in range(rounds):
        webhooks.follow(cast.store)


def later(store: Store, by_ms: int) -> Store:
    class Later:
        def now(self) -> int:
            return store.clock.now() + by_ms

    return replace(store, clock=Later())


def ours(cast: Cast, taken: list[Outgoing]) -> list[Outgoing]:
    return [one for one in taken if one.call.organization == cast.organization]


def test_each_entry_that_was_asked_for_is_one_call(cast: Cast) -> None:
    hall = cast.channel("hall")
    say(cast, hall, "before anybody listened")
    follow(cast)
    made = webhooks.add(cast.store, staff(cast), HOOK, ["message", "moderation"])
    say(cast, hall, "茶来了")
    announcements.announce(cast.store, staff(cast), hall, "nobody asked for these")
    sanctions.mute(cast.store, staff(cast), hall, cast.person("Bob").id, 60)
    follow(cast, rounds=3)
    taken = ours(cast, webhooks.take(cast.store))
    told = sorted((json.loads(one.body) for one in taken), key=lambda one: one["entry"]["seq"])
    assert [(one["event"], one["entry"]["op"]) for one in told] == [("message", "message"), ("moderation", "muted")]
    assert told[0]["entry"]["body"] == {"text": "茶来了"}
    assert {one.call.webhook for one in taken} == {made.id}
    assert ours(cast, webhooks.take(cast.store)) == []


def test_a_call_is_signed_with_the_secret_that_was_shown(cast: Cast) -> None:
    made = webhooks.add(cast.store, staff(cast), HOOK, ["message"])
    webhooks.test(cast.store, staff(cast), made.id)
    one = ours(cast, webhooks.take(cast.store))[0]
    at, _, digest = one.headers["X-Teahouse-Signature"].partition(",v1=")
    assert digest == hmac.new(made.secret.encode(), at[2:].encode() + b"." + one.body, hashlib.sha256).hexdigest()
    assert made.secret not in str(webhooks.of(cast.store, cast.organization))
    row = cast.store.record.read(lambda c: rows.calls_of(c, made.id, 1 << 53, 1))[0]
    assert cast.organization not in row.body  # sealed, as it may hold somebody's words


def test_who_does_not_answer_is_called_again_later_and_in_the_end_no_more(cast: Cast) -> None:
    made = webhooks.add(cast.store, staff(cast), HOOK, ["message"])
    webhooks.test(cast.store, staff(cast), made.id)
    waited = 0
    for seconds in (*BACK_OFF_SECONDS, None):
        one = ours(cast, webhooks.take(later(cast.store, waited)))[0]
        webhooks.settle(later(cast.store, waited), one.call, 500, "answered 500")
        assert ours(cast, webhooks.take(later(cast.store, waited))) == []
        waited += (seconds or 0) * 1_000
    call = webhooks.calls(cast.store, staff(cast), made.id, 1 << 53, 10)[0]
    assert (call.state, call.tries, call.status) == ("failed", len(BACK_OFF_SECONDS) + 1, 500)


def test_a_process_that_died_over_a_call_leaves_it_to_others(cast: Cast) -> None:
    made = webhooks.add(cast.store, staff(cast), HOOK, ["message"])
    webhooks.test(cast.store, staff(cast), made.id)
    assert len(ours(cast, webhooks.take(cast.store))) == 1
    again = ours(cast, webhooks.take(later(cast.store, CALL_MS + 1)))
    assert [one.call.tries for one in again] == [2]


def test_a_call_that_nobody_can_read_stops_neither_the_others_nor_an_erasure(cast: Cast) -> None:
    hall = cast.channel("hall")
    hook = webhooks.add(cast.store, staff(cast), HOOK, ["message"]).id
    say(cast, hall, "one")
    say(cast, hall, "two")
    follow(cast)
    first = webhooks.calls(cast.store, staff(cast), hook, 1 << 60, 10)[-1]
    cast.store.record.write(lambda c: rows.settle(c, first.id, body="sealed under a key that is gone"))
    assert [call.body == "" for call in webhooks.calls(cast.store, staff(cast), hook, 1 << 60, 10)].count(True) == 1
    assert len(ours(cast, webhooks.take(cast.store))) == 1
    states = {call.id: call.state for call in webhooks.calls(cast.store, staff(cast), hook, 1 << 60, 10)}
    assert states[first.id] == "failed"
    assert webhooks.erase(cast.store, cast.organization, [cast.person("Alice").id]) >= 1
    told = [json.loads(call.body) for call in webhooks.calls(cast.store, staff(cast), hook, 1 << 60, 10)]
    assert {"erased": True}.items() <= next(one for one in told if "id" not in one)["entry"].items()


def test_a_hundred_failures_in_a_row_stop_it(cast: Cast) -> None:
    made = webhooks.add(cast.store, staff(cast), HOOK, ["message"])
    cast.store.record.write(lambda c: rows.change(c, made.id, failures=FAILURES_UNTIL_STOPPED - 1))
    webhooks.test(cast.store, staff(cast), made.id)
    webhooks.settle(cast.store, ours(cast, webhooks.take(cast.store))[0].call, None, "TimeoutError")
    assert webhooks.of(cast.store, cast.organization)[0].stopped_at is not None
    webhooks.edit(cast.store, staff(cast), made.id, on=True)
    assert webhooks.of(cast.store, cast.organization)[0].failures == 0


@pytest.mark.parametrize("url", ["ftp://example.com", "//example.com", "https://", "https://u:p@example.com", "x" * 600,
                                 "https://茶.example", "https://example.com:port/", "javascript:alert(1)"])
def test_what_is_no_address_is_refused(cast: Cast, url: str) -> None:
    with pytest.raises(Refused) as refused:
        webhooks.add(cast.store, staff(cast), url, ["message"])
    assert refused.value.code is Code.BAD_FRAME


def test_another_organization_s_webhook_is_not_there(cast: Cast) -> None:
    made = webhooks.add(cast.store, staff(cast), HOOK, ["message"])
    stranger = staff(Cast(cast.store))
    for act in (lambda: webhooks.remove(cast.store, stranger, made.id), lambda: webhooks.test(
            cast.store, stranger, made.id), lambda: webhooks.calls(cast.store, stranger, made.id, 1, 1)):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.code is Code.NOT_FOUND
