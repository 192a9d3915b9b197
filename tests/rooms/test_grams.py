from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rooms import grams

TEXTS = st.text(st.sampled_from("茶馆大厅好 ,，。aBß1２Ａé\u0301한글ก็の🍵\u200b_-") | st.characters(), max_size=30)


@pytest.mark.parametrize(("text", "expected"), [
    ("茶馆开门", {"茶馆", "馆开", "开门"}),
    ("去茶馆，喝茶", {"去茶", "茶馆", "喝茶"}),
    ("ＷｅＣｈａｔ 小程序", {"wechat", "小程", "程序"}),
    ("用iPhone15吧", {"iphone15"}),
    ("Straße", {"strasse"}),
    ("茶\u200b馆", {"茶馆"}),
    ("茶", set()),
    ("안녕하세요", {"안녕", "녕하", "하세", "세요"}),
    ("𠮷野家", {"𠮷野", "野家"}),
])
def test_what_a_text_is_found_by(text: str, expected: set[str]) -> None:
    assert grams.of(text) == expected


@pytest.mark.parametrize(("text", "term", "found"), [
    ("今天去茶馆喝茶", "茶馆", ["茶馆"]), ("去茶馆，不去茶馆子", "茶馆", ["茶馆", "茶馆"]),
    ("teahouse", "tea", []), ("Tea house", "TEA", ["Tea"]), ("我的ＩＤ是7", "id", ["ＩＤ"]), ("id7", "id", []),
    ("用iPhone吧", "用iphone", ["用iPhone"]), ("啊啊啊啊", "啊啊", ["啊啊啊啊"]),
    ("cafe\u0301 茶", "café", ["cafe\u0301"]),
    ("你好,世界", "你好，世界", ["你好,世界"]), ("你好世界", "你好，世界", []),
])
def test_where_a_term_stands(text: str, term: str, found: list[str]) -> None:
    assert [text[start:end] for start, end in grams.spans(text, [grams.fold(term)])] == found


@given(TEXTS, st.integers(0, 30), st.integers(1, 10))
def test_a_text_is_found_by_every_gram_of_a_term_that_stands_in_it(text: str, start: int, length: int) -> None:
    for term in grams.terms(text[start:start + length]):
        if grams.stands_in(grams.fold(text), term):
            assert grams.of(term) <= grams.of(text)
            assert grams.spans(text, [term])


def test_a_gram_under_a_key_is_another_number() -> None:
    assert grams.number("茶馆") != grams.number("茶馆", b"k" * 32)
    assert 0 <= grams.number("茶馆") < 1 << 63
