"""The corpus of evasions: what is caught, what is not, and how often honest text is taken for an evasion."""

from __future__ import annotations

from pathlib import Path

import pytest

from rooms.matching import Matcher
from tests.rooms.words import corpus

SCORE = corpus.score()
PAGE = Path(__file__).parents[3] / "docs" / "moderation.md"


def test_nearly_all_that_is_meant_to_be_caught_is() -> None:
    for kind, (caught, many) in SCORE.caught.items():
        if kind not in corpus.NOT_MEANT:
            assert caught >= 0.8 * many, (kind, SCORE.missed)
    meant = [counts for kind, counts in SCORE.caught.items() if kind not in corpus.NOT_MEANT]
    assert sum(caught for caught, _ in meant) >= 0.95 * sum(many for _, many in meant), SCORE.missed


def test_honest_sentences_are_let_be() -> None:
    assert len(SCORE.alarms) <= 0.02 * SCORE.honest, SCORE.alarms


def test_the_figures_in_the_documents_are_these() -> None:
    assert corpus.table(SCORE) in PAGE.read_text(encoding="utf-8"), "python -m tests.rooms.words.corpus prints them"


@pytest.mark.parametrize(("word", "text", "found"), [
    ("赌博", "来賭*博吧", "賭*博"), ("casino", "xx ｃａｓｉｎｏ xx", "ｃａｓｉｎｏ"), ("ffi", "oﬃce", None),
    ("*ffi*", "oﬃce", "ﬃ"),
    ("ß", "a ß b", "ß"), ("buy now", "please b u y now!", "b u y now"), ("shit*", "shitty", "shit"),
    ("shit", "shitty", None), ("64", "我有 64 块", "64"), ("64", "1640", None), ("q群", "加Q群", "Q群")])
def test_a_match_is_where_it_stands_in_the_text(word: str, text: str, found: str | None) -> None:
    spans = [text[one.start:one.end] for one in Matcher([(0, [word])]).find(text)]
    assert spans == ([] if found is None else [found])


def test_a_text_made_to_be_slow_is_not() -> None:
    """Every place begins many words: what is found is bounded, and so is the work."""
    words = ["赌" * length for length in range(1, 65)]
    found = Matcher([(0, words)]).find("赌" * 2_000)
    assert 0 < len(found) <= 1_000
