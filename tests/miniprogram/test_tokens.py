"""Bearer tokens say who and until when, and nobody else can make one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from miniprogram.tokens import LIFETIME_SECONDS, Claims, Tokens
from rooms.errors import Code, Refused

TOKENS = Tokens("k" * 32)
TOKEN = TOKENS.issue("u_alice", "o_tea", 1_000)


def refusal(token: str, now: int = 2_000, tokens: Tokens = TOKENS) -> Code:
    with pytest.raises(Refused) as refused:
        tokens.verify(token, now)
    return refused.value.code


def test_a_token_says_who_and_until_when() -> None:
    assert TOKENS.verify(TOKEN, 2_000) == Claims("u_alice", "o_tea", 1_000, 1_000 + LIFETIME_SECONDS * 1000)


def test_it_is_over_in_the_millisecond_it_names() -> None:
    end = 1_000 + LIFETIME_SECONDS * 1000
    assert TOKENS.verify(TOKEN, end - 1).user == "u_alice"
    assert refusal(TOKEN, end) is Code.EXPIRED


def test_a_token_of_another_secret_is_unknown() -> None:
    assert refusal(TOKEN, tokens=Tokens("j" * 32)) is Code.UNAUTHENTICATED


@given(st.integers(0, len(TOKEN) - 1), st.characters())
def test_no_changed_character_passes(place: int, character: str) -> None:
    if character != TOKEN[place]:
        assert refusal(TOKEN[:place] + character + TOKEN[place + 1:]) is Code.UNAUTHENTICATED


@given(st.text())
def test_no_other_text_passes(text: str) -> None:
    assert refusal(text) is Code.UNAUTHENTICATED


def test_what_is_appended_is_not_overlooked() -> None:
    for extra in ("=", ".", "A", "\n", " "):
        assert refusal(TOKEN + extra) is Code.UNAUTHENTICATED
