"""Which words a follower is answered with."""

from __future__ import annotations

from wechat.english import ENGLISH
from wechat.words import CHINESE, Words

ENGLISH_CODE, CHINESE_CODE = "en", "zh"


def words_in(language: str) -> Words:
    return ENGLISH if language == ENGLISH_CODE else CHINESE
