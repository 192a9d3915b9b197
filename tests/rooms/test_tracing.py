"""The id of a message is the same wherever it is made, and decides alike everywhere whether it is told of."""

from __future__ import annotations

import msgspec
import pytest

from rooms import tracing
from rooms.errors import Code, Refused
from rooms.events import Entry, Logged
from rooms.messages import Said
from rooms.tracing import Step

FRAME = msgspec.json.encode({
    "op": "message", "channel": "c_x", "epoch": "e1", "seq": 7, "at": 1_700_000_000_000,
    "from": {"id": "u_a", "name": "Alice", "door": "miniprogram"}, "type": "text", "body": {"text": "茶"},
    "client_id": "c-1"})
MESSAGE = tracing.of_message("u_a", "c-1")


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[Step]:
    steps: list[Step] = []
    monkeypatch.setattr(tracing, "tell", steps.append)
    return steps


def test_everybody_who_has_the_entry_makes_the_same_id(told: list[Step]) -> None:
    assert tracing.of_entries([Entry.parse(FRAME)]) == [MESSAGE]
    tracing.handed_over([Logged(7, "e1", "message", FRAME), Logged(8, "e1", "rules", b"{}"),
                          Logged(9, "e1", "message", b"{}")], 3)
    step, = told
    assert (step.trace, step.parent, step.began) == (MESSAGE.id, MESSAGE.step, 1_700_000_000_000_000_000)
    assert step.facts == {"channel": "c_x", "seq": 7, "readers": 3, "together": 3}


def test_another_client_id_another_user_and_words_that_are_no_unicode_are_others() -> None:
    several = {tracing.of_message(user, once).id for user, once in (
        ("u_a", "c-1"), ("u_a", "c-2"), ("u_b", "c-1"), ("u_a", "\ud800"))}
    assert len(several) == 4


def test_a_message_that_is_said_again_is_a_step_inside_the_first(told: list[Step]) -> None:
    for repeated in (False, True):
        tracing.until("say", MESSAGE, lambda _: None)(Said("c_x", "c-1", "e1", 7, 1, repeated))
    first, again = told
    assert (first.step, first.parent) == (MESSAGE.step, 0)
    assert (again.trace, again.parent) == (MESSAGE.id, MESSAGE.step)
    assert again.step != first.step


def test_a_refusal_is_told_by_its_code(told: list[Step]) -> None:
    tracing.until("say", MESSAGE, lambda _: None)(Refused(Code.MUTED))
    with pytest.raises(Refused), tracing.about(MESSAGE), tracing.first("enter"):
        raise Refused(Code.FULL)
    assert [step.facts for step in told] == [{"refused": "muted"}, {"refused": "full"}]


def test_what_carries_several_is_told_in_the_trace_of_each_and_goes_on_in_one(
        told: list[Step], monkeypatch: pytest.MonkeyPatch) -> None:
    several = [tracing.of_message("u_a", f"c-{number}") for number in range(40)]
    monkeypatch.setattr(tracing, "share", 0.5)
    main = next(one for one in several if tracing.is_told(one.id))
    with tracing.carrying("deliver", several), tracing.step("call WeChat"):
        pass
    call, *delivered = told
    assert [step.trace for step in delivered] == [one.id for one in several[:tracing.MOST_TOGETHER]]
    assert call.trace == main.id
    assert call.parent == next(step.step for step in delivered if step.trace == main.id)
    assert all(link.id == main.id for step in delivered if step.trace != main.id for link in step.links)


def test_a_share_of_the_ids_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    ids = [tracing.of_message("u_a", str(number)).id for number in range(4_000)]
    for share, least, most in ((0.0, 0, 0), (0.25, 800, 1_200), (1.0, 4_000, 4_000)):
        monkeypatch.setattr(tracing, "share", share)
        assert least <= sum(map(tracing.is_told, ids)) <= most


def test_nothing_is_told_where_nobody_wants_to_know() -> None:
    assert tracing.tell is None
    tracing.become(None)
    with tracing.about(MESSAGE), tracing.step("post"):
        assert tracing.now() == MESSAGE
    assert tracing.now() is None
