"""The shapes of what can be said."""

from __future__ import annotations

from typing import Any

import pytest

from rooms.drafts import Draft, check
from rooms.errors import Code, Refused

PLACE = {"latitude": 31.23, "longitude": 121.47, "name": "茶馆", "address": ""}
LINK = {"title": "Tea", "url": "https://example.com/茶".replace("茶", "%E8%8C%B6"), "description": ""}


@pytest.mark.parametrize(("type_", "body"), [
    ("text", {"text": "茶" * 2_000}), ("text", {"text": "\u200b🫨"}), ("location", PLACE), ("link", LINK),
    ("image", {"media": "m_syecyxxg20y0", "width": 1, "height": 1}),
])
def test_what_has_the_shape_of_its_type_can_be_said(type_: str, body: dict[str, Any]) -> None:
    check(Draft(type_, body, "c1"))


@pytest.mark.parametrize(("type_", "body", "code"), [
    ("text", {"text": "x" * 2_001}, Code.TOO_LONG), ("text", {"text": "a\0b"}, Code.BAD_FRAME),
    ("text", {"text": " \n "}, Code.BAD_FRAME), ("text", {"text": "\u200b\u2060 \ufeff"}, Code.BAD_FRAME),
    ("text", {"text": 5}, Code.BAD_FRAME), ("text", {}, Code.BAD_FRAME),
    ("text", {"text": "x", "more": 1}, Code.BAD_FRAME), ("sticker", {}, Code.BAD_FRAME),
    ("location", PLACE | {"latitude": -90.1}, Code.BAD_FRAME),
    ("location", PLACE | {"name": "x" * 201}, Code.BAD_FRAME),
    ("link", LINK | {"url": "javascript:alert(1)"}, Code.BAD_FRAME),
    ("link", LINK | {"url": "https://"}, Code.BAD_FRAME),
    ("link", LINK | {"url": "https://a b"}, Code.BAD_FRAME), ("link", LINK | {"url": "//a"}, Code.BAD_FRAME),
    ("image", {"media": "m_../../etc", "width": 1, "height": 1}, Code.BAD_FRAME),
])
def test_what_has_not_is_refused(type_: str, body: dict[str, Any], code: Code) -> None:
    with pytest.raises(Refused) as refused:
        check(Draft(type_, body, "c1"))
    assert refused.value.code is code


@pytest.mark.parametrize("client_id", ["", "x" * 65, "a b", "a\nb", "a\0"])
def test_a_client_id_is_short_and_printable(client_id: str) -> None:
    with pytest.raises(Refused):
        check(Draft("text", {"text": "x"}, client_id))
