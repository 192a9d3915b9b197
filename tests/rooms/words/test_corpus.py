"""The corpus of evasions: what is caught, what is not, and how often honest text is taken for an evasion."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from rooms.folding import fold, fold_one
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
    ("shit", "shitty", None), ("64", "我有 64 块", "64"), ("64", "1640", None), ("q群", "加Q群", "Q群"),
    ("乎乎", "x乎乎", "乎乎"), ("\U00020000赌", "𠀁\U00020000赌", "\U00020000赌"), ("乎丠", "丠乎丠", "乎丠")])
def test_a_match_is_where_it_stands_in_the_text(word: str, text: str, found: str | None) -> None:
    spans = [text[one.start:one.end] for one in Matcher([(0, [word])]).find(text)]
    assert spans == ([] if found is None else [found])


def test_what_begins_amid_a_character_is_no_match() -> None:
    """As bytes 乎 is 4E4E, 乀 404E and 䁎 4E40: the word stands in the text, a byte aside."""
    word, text = "乎乀", "乎䁎乎"
    assert word.encode("utf-16-le") in text.encode("utf-16-le")
    assert Matcher([(0, [word])]).find(text) == []
    assert [one.start for one in Matcher([(0, ["乎乎"])]).find("乎" * 3)] == [0, 1]


def test_folding_at_once_is_folding_one_after_the_other() -> None:
    chance = random.Random(7)
    alphabet = [chr(code) for first, last in ((0, 0x600), (0x2000, 0x2100), (0x3000, 0x3100), (0x4E00, 0x5200),
                                              (0xFF00, 0xFFF0), (0x1F130, 0x1F1FF), (0x20000, 0x20040))
                for code in range(first, last)]
    for _ in range(300):
        text = "".join(chance.choices(alphabet, k=40))
        assert fold(text) == "".join(map(fold_one, text))


def test_a_text_made_to_be_slow_is_not() -> None:
    """Every place begins many words: what is found is bounded, and so is the work."""
    words = ["赌" * length for length in range(1, 65)]
    found = Matcher([(0, words)]).find("赌" * 2_000)
    assert 0 < len(found) <= 1_000
