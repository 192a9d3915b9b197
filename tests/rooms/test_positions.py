"""Where a reader goes on, and who is told that what they saw was lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rooms.events import Position
from rooms.positions import Resume, where

FORKS = [("e1", 40), ("e2_abc", 77)]


@pytest.mark.parametrize(("given_", "expected"), [
    (Position("e3_xyz", 80), Resume(80, None)),
    (Position("e3_xyz", 0), Resume(0, None)),
    (Position("e3_xyz", 95), Resume(90, Position("e3_xyz", 90))),
    (Position("e1", 40), Resume(40, None)),
    (Position("e1", 41), Resume(40, Position("e3_xyz", 40))),
    (Position("e2_abc", 77), Resume(77, None)),
    (Position("e2_abc", 78), Resume(77, Position("e3_xyz", 77))),
    (Position("e9_never", 12), Resume(0, Position("e3_xyz", 0))),
])
def test_a_reader_goes_on_after_what_is_true_of_their_place(given_: Position, expected: Resume) -> None:
    assert where(FORKS, "e3_xyz", 90, given_) == expected


@given(ends=st.lists(st.integers(0, 100), max_size=5), tip=st.integers(0, 200), epoch=st.integers(0, 6),
       seq=st.integers(-5, 300))
def test_nobody_goes_on_above_the_tip_or_keeps_what_was_lost(ends: list[int], tip: int, epoch: int, seq: int) -> None:
    forks = [(f"e{number}", end) for number, end in enumerate(ends)]
    now, tip = f"e{len(ends)}", max([tip, *ends])
    after, forked = where(forks, now, tip, Position(f"e{epoch}", seq))
    assert 0 <= after <= tip
    assert all(after <= end for number, end in enumerate(ends) if number >= epoch)
    assert (forked is None) == (seq <= after or (seq < 0 and after == 0))
