"""That the law laid through points is the one by which they were made."""

from __future__ import annotations

import pytest

from bench.book import FULL, Book
from bench.fanout import HOUSE
from bench.law import NoLaw, fitted, foretold
from bench.seating import at_random, evenly, together
from bench.spread import FARTHEST, LAW, MOST_WEB, Case, Point, law
from bench.targets import targets

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


def _point(web: int, redis: int, hearers: float, members: int, dearer: float) -> Point:
    posts, turns = 1_000.0, 20.0 * redis
    cost = posts * 50 + posts * hearers * 70 + posts * members * 8
    return Point(posts, posts * hearers, posts * members, turns, cost * dearer,
                 (posts * 80 + posts * hearers * 30 + turns * 500) * dearer, posts * 100)


def _book(dearer: float) -> Book:
    """In which a fourth process, and nothing else, costs so many times more than it hears."""
    book = Book(FULL)
    law(book, {Case(web, redis, members, "at random"):
               _point(web, redis, 1 + web / 2, members, dearer if web == 4 else 1)
               for web in (1, 2, 4) for redis in (1, 3) for members in (2, 6, 16)})
    return book


def _missed(book: Book) -> list[str]:
    verdicts = [verdict for target in targets(book) if (verdict := target.judged(book))]
    assert len(verdicts) == 3
    return [verdict["what"] for verdict in verdicts if not verdict["met"]]


def test_costs_that_grow_with_what_is_done_are_within_the_law() -> None:
    book = _book(1)
    assert book.value(LAW, HOUSE, "µs CPU of a hearing: web") == pytest.approx(70)
    assert book.value(LAW, HOUSE, "µs CPU of a turn: Redis") == pytest.approx(500)
    assert book.value(LAW, HOUSE, FARTHEST) == pytest.approx(1)
    assert _missed(book) == []


def test_a_process_that_costs_more_than_it_hears_is_found() -> None:
    book = _book(1.3)
    assert book.value(LAW, HOUSE, MOST_WEB) == pytest.approx(1.3)
    assert "the most web processes, measured / by the law of fewer" in _missed(book)
