"""SMS leave once, and what came of it is noted."""

from __future__ import annotations

import itertools

import pytest

from rooms import phones
from rooms.record import sms as rows
from rooms.store import Store
from sms import sending
from sms.provider import Outcome
from tests.cast import Cast, opened

_numbers = itertools.count(15_000_000_000)


class Postman:
    """A provider that keeps what it was given."""

    name = "postman"

    def __init__(self, outcome: Outcome | None = None) -> None:
        self.sent: list[tuple[str, str]] = []
        self.outcome = outcome

    def send(self, number: str, code: str) -> Outcome:
        self.sent.append((number, code))
        if self.outcome is None:
            raise RuntimeError("a mistake")
        return self.outcome


@pytest.fixture(scope="module")
def store(request: pytest.FixtureRequest) -> Store:
    return opened(request)


def asked(store: Store) -> str:
    return phones.ask_code(store, Cast(store).person("Alice"), str(next(_numbers))).sms


def row(store: Store, sms: str) -> rows.Sms:
    found = store.record.read(lambda c: rows.one(c, sms))
    assert found is not None
    return found


@pytest.mark.parametrize("outcome", [Outcome("sent", "ref", "Ok"), Outcome("failed", "", "no"), Outcome("unknown")])
def test_an_sms_leaves_once_and_its_outcome_is_noted(store: Store, outcome: Outcome) -> None:
    sms, postman = asked(store), Postman(outcome)
    assert sending.send(store, postman, sms) == outcome
    assert sending.send(store, postman, sms) is None
    assert len(postman.sent) == 1
    found = row(store, sms)
    assert (found.state, found.provider, found.code) == (outcome.state, "postman", "")


def test_a_mistake_leaves_the_outcome_unknown_and_it_is_not_sent_again(store: Store) -> None:
    sms, postman = asked(store), Postman()
    with pytest.raises(RuntimeError):
        sending.send(store, postman, sms)
    assert row(store, sms).state == "unknown"
    assert sending.send(store, postman, sms) is None


def test_what_was_left_behind_is_sent_by_the_clock(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    sms, postman = asked(store), Postman(Outcome("sent"))
    assert sending.send_waiting(store, postman) == 0, "its own process may still be at it"
    monkeypatch.setattr(sending, "LEFT_BEHIND_MS", 0)
    assert sending.send_waiting(store, None) == 0
    assert sending.send_waiting(store, postman) == 1
    assert row(store, sms).state == "sent"


def test_what_is_too_old_is_of_no_use_to_anybody(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    waiting, under_way = asked(store), asked(store)
    phones.take(store, under_way, "postman")
    later = store.clock.now() + phones.LIVES_MS + 1
    monkeypatch.setattr(type(store.clock), "now", lambda _: later)
    assert sending.send_waiting(store, Postman(Outcome("sent"))) == 0
    assert (row(store, waiting).state, row(store, under_way).state) == ("failed", "unknown")
    assert row(store, waiting).code == ""
