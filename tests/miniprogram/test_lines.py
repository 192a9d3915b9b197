"""Those who wait for a seat, as their process knows them, while it asks Redis where they stand."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest

from miniprogram.counters import Counters
from miniprogram.lines import Lines
from miniprogram.session import Session
from rooms import waiting
from rooms.seats import Queued
from rooms.waiting import Line, Standing

HALL = "c_hall"


class Told:
    """A socket on which Alice waits."""

    def __init__(self) -> None:
        self.events: list[tuple[str, int]] = []
        self.working = False
        self.waiting: dict[str, str] = {}
        self.me = SimpleNamespace(id="alice")

    def tell(self, event: Any) -> None:
        self.events.append((type(event).__name__, getattr(event, "place", -1)))


@pytest.fixture
def alice() -> Told:
    return Told()


@pytest.fixture
def lines(alice: Told) -> Lines:
    store: Any = SimpleNamespace(clock=SimpleNamespace(now=lambda: 0), live=SimpleNamespace(offset_ms=0))
    lines = Lines(store, cast(Any, None), Counters())
    lines.join(cast(Session, alice), Queued(HALL, "ticket", 1, 1))
    return lines


def _while_asked(patch: pytest.MonkeyPatch, answer: Line, happens: Callable[[], None]) -> None:
    def line(*_: Any) -> Line:
        happens()
        return answer

    patch.setattr(waiting, "line", line)


def test_who_is_called_while_we_ask_is_called_once(lines: Lines, alice: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    before = Line({"alice": Standing("ticket", 1, 0)}, 1)
    _while_asked(monkeypatch, before, lambda: lines.seat(HALL, "alice", "ticket", 30))
    lines.look(HALL)
    after = Line({"alice": Standing("ticket", 0, 30_000)}, 0)
    _while_asked(monkeypatch, after, lambda: None)
    lines.look(HALL)
    assert alice.events == [("Seat", -1)]


def test_who_takes_the_seat_while_we_ask_is_not_told_that_the_place_is_gone(
        lines: Lines, alice: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    """They have no ticket any more, and their answer is on its way."""
    gone = Line({}, 0)
    alice.working = True
    _while_asked(monkeypatch, gone, lambda: None)
    lines.look(HALL)
    assert alice.events == []
    alice.working = False
    lines.look(HALL)
    assert alice.events == [("Queue", 0)], "who does nothing has lost it, and hears so"


def test_whose_place_has_moved_hears_it_once(lines: Lines, alice: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    _while_asked(monkeypatch, Line({"alice": Standing("ticket", 3, 0)}, 5), lambda: None)
    lines.look(HALL)
    lines.look(HALL)
    assert alice.events == [("Queue", 3)]
