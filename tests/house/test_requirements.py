"""Everything is pinned with hashes, and no package index is named: yours is used."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COMPILED = ["requirements/base.txt", "requirements/dev.txt", "requirements/extras.txt"]


@pytest.mark.parametrize("path", COMPILED)
def test_every_requirement_is_pinned_with_its_hashes(path: str) -> None:
    text = (ROOT / path).read_text(encoding="utf-8").replace("\\\n", " ")
    wanted = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    assert wanted
    for line in wanted:
        assert re.match(r"[A-Za-z0-9._\[\]-]+==\S+", line), line[:80]
        assert "--hash=sha256:" in line, line[:80]


@pytest.mark.parametrize("path", [
    *COMPILED, "requirements/base.in", "requirements/dev.in", "requirements/extras.in",
    "pyproject.toml", "Makefile", ".ci/run", "README.md",
])
def test_no_index_is_named(path: str) -> None:
    text = (ROOT / path).read_text(encoding="utf-8")
    assert not re.search(r"https?://|file://|--(extra-)?index-url|--find-links", text)


def test_what_servers_need_is_the_same_in_both() -> None:
    base, dev = (set(re.findall(r"(?m)^[a-z][^ =]*==[^ ;]+", (ROOT / path).read_text())) for path in COMPILED[:2])
    assert base <= dev
