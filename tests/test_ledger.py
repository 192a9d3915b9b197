"""The ledger by which a soak is judged finds what it is there to find."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from tests.ledger import Judgement, Ledger, Place
from tests.oracle import Entry


@dataclass
class Reader:
    name: str
    seq: int
    runs: list[Place]
    forks: list[int] = field(default_factory=list)


def log(*entries: tuple[str, int, str]) -> list[Entry]:
    return [Entry(seq, epoch, "message", client_id, b"") for epoch, seq, client_id in entries]


GOOD = log(("e1", 1, "ann.1"), ("e1", 2, "bob.1"), ("e1", 3, "ann.2"))


@pytest.fixture
def ledger() -> Ledger:
    """Ann and Bob were promised, and shown, what is in the good log."""
    ledger = Ledger()
    for entry in GOOD:
        assert not ledger.said("hall", entry.client_id, (entry.epoch, entry.seq))
        assert not ledger.shown("hall", entry.client_id, (entry.epoch, entry.seq))
    return ledger


def both(*runs: Place, seq: int = 3, forks: tuple[int, ...] = ()) -> list[Reader]:
    return [Reader(name, seq, list(runs), list(forks)) for name in ("ann", "bob")]


def test_a_house_that_keeps_its_word_is_clean(ledger: Ledger) -> None:
    judgement = ledger.judge("hall", GOOD, both(("e1", 1)))
    assert judgement == Judgement(acked=3)
    assert judgement.clean


@pytest.mark.parametrize(("entries", "wrong"), [
    (log(("e1", 1, "ann.1"), ("e1", 2, "bob.1"), ("e1", 3, "eve.1")), "lost"),
    (log(("e1", 1, "ann.1"), ("e1", 2, "ann.1"), ("e1", 3, "ann.2")), "duplicated"),
    (log(("e1", 1, "ann.2"), ("e1", 2, "bob.1"), ("e1", 3, "ann.1")), "reordered"),
    (log(("e1", 1, "ann.1"), ("e1", 3, "ann.2")), "holes"),
    (log(("e1", 1, "ann.1"), ("e2", 2, "bob.1"), ("e2", 3, "ann.2")), "differing"),
    (log(*((e.epoch, e.seq, e.client_id) for e in GOOD), ("e1", 4, "eve.1")), "behind"),
])
def test_what_the_log_has_otherwise_is_found(ledger: Ledger, entries: list[Entry], wrong: str) -> None:
    judgement = ledger.judge("hall", entries, both(("e1", 1)))
    assert getattr(judgement, wrong) > 0
    assert not judgement.clean


def test_what_is_lost_counts_where_its_author_was_not_told(ledger: Ledger) -> None:
    forked = log(("e1", 1, "ann.1"), ("e1", 2, "bob.1"), ("e2", 3, "bob.2"))
    told = ledger.judge("hall", forked, both(("e1", 1), ("e2", 3), forks=(2,)))
    assert (told.lost, told.lost_and_told, told.clean) == (0, 1, True)
    untold = ledger.judge("hall", forked, both(("e1", 1), ("e2", 3)))
    assert (untold.lost, untold.lost_and_told) == (1, 0)


def test_what_was_told_before_says_nothing_of_what_is_lost_later() -> None:
    ledger = Ledger()
    ledger.said("hall", "ann.1", ("e2", 2), forks=1)
    told = ledger.judge("hall", log(("e3", 2, "bob.1")), both(("e3", 1), seq=2, forks=(1,)))
    assert (told.lost, told.lost_and_told) == (1, 0)


def test_two_who_are_shown_different_things_are_noticed_at_once(ledger: Ledger) -> None:
    assert "was shown as bob.1 and as eve.1" in ledger.shown("hall", "eve.1", ("e1", 2))
    assert "was said as" in ledger.said("hall", "bob.1", ("e1", 4))
