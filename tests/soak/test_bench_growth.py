"""The bench's measurement of growth works and is whole; it starts many servers, so it is not among the short tests."""

from __future__ import annotations

from bench import growth
from bench.book import SHORT, Book
from bench.fanout import HOUSE


def test_growth_is_measured_step_by_step() -> None:
    book = Book(SHORT)
    growth.run(book)
    assert len(book.figures["growth with history"][HOUSE]) == 2 * len(SHORT.growth_history)
