"""Everything is pinned with hashes, and no package index is named: yours is used."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.metadata import requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

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


def test_what_is_wanted_with_extras_is_pinned_with_them() -> None:
    """The pip of Debian 12 asks an index for what is pinned without them, and then has no hash for what it finds."""
    pinned = {canonicalize_name(each.name): each.extras for each in _pinned(ROOT / "requirements/dev.txt")}
    for name, extras in pinned.items():
        for line in requires(name) or []:
            wanted = Requirement(line)
            applies = wanted.marker is None or any(wanted.marker.evaluate({"extra": extra}) for extra in (*extras, ""))
            if applies and wanted.extras:
                assert wanted.extras <= pinned[canonicalize_name(wanted.name)], f"{name} wants {wanted}"


def _pinned(file: Path) -> Iterator[Requirement]:
    for line in file.read_text(encoding="utf-8").splitlines():
        if re.match(r"[A-Za-z0-9]", line):
            requirement = Requirement(line.rstrip("\\ "))
            if requirement.marker is None or requirement.marker.evaluate():
                yield requirement
