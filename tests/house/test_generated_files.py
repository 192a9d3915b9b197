"""What is written from the code is what the code would write now."""

from __future__ import annotations

from pathlib import Path

import settings
from miniprogram import publish

ROOT = Path(__file__).parents[2]


def test_docs_settings_is_what_the_settings_say() -> None:
    assert (ROOT / "docs/settings.md").read_text(encoding="utf-8") == settings.described(), \
        "run: .venv/bin/python -m settings > docs/settings.md"


def test_what_others_read_of_the_protocol_is_what_the_protocol_says() -> None:
    assert publish.main(["--check"]) == 0, "run: .venv/bin/python -m miniprogram.publish"
