"""That the law laid through points is the one by which they were made."""

from __future__ import annotations

import pytest

from bench.law import NoLaw, fitted, foretold
from bench.seating import at_random, evenly, together

POINTS = [(800, 800, 4_000), (800, 2_440, 4_000), (500, 500, 12_500), (200, 800, 20_000)]


def test_a_law_is_found_in_what_follows_it() -> None:
    costs = [foretold((120, 40, 7), point) for point in POINTS]
    assert fitted(POINTS, costs) == pytest.approx([120, 40, 7])


def test_a_dear_point_draws_the_law_no_more_than_a_cheap_one() -> None:
    [one] = fitted([(1,), (1_000,)], [1.0, 1_500.0])
    assert one == pytest.approx((1 + 1 / 1.5) / (1 + 1 / 1.5 ** 2))


def test_what_always_comes_together_has_no_law() -> None:
    with pytest.raises(NoLaw):
        fitted([(1, 2), (2, 4), (3, 6)], [1.0, 2.0, 3.0])


def test_people_sit_as_their_seating_says() -> None:
    assert together(8, 5, 4).hearers(5) == 1
    assert evenly(8, 5, 4).hearers(5) == 4
    assert evenly(8, 5, 4).hearers(3) == 3
    assert 1 < at_random(200, 5, 4).hearers(5) < 4
    assert at_random(200, 5, 4) == at_random(200, 5, 4)
