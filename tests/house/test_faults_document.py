"""The table of faults has every fault once, and every test that it names is there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
TABLE = (ROOT / "docs/faults.md").read_text("utf-8").partition("## F1 to F52")[2]
ROWS = {int(number): where for number, where in re.findall(r"^\| F(\d+) \| [^|]+ \| (.+) \|$", TABLE, re.MULTILINE)}
FOLDERS = ("tests/faults", "tests/soak")


def test_every_fault_has_its_line() -> None:
    assert list(ROWS) == list(range(1, 53))


def test_every_test_that_is_named_is_there() -> None:
    for fault, where in ROWS.items():
        for name in re.findall(r"`([\w/]+(?:\.py|/))`", where):
            places = [ROOT / name, *(ROOT / folder / name for folder in FOLDERS)]
            assert any(place.exists() for place in places), (fault, name)


def test_every_fault_has_a_test_or_says_why_not() -> None:
    for fault, where in ROWS.items():
        assert ".py" in where or "`tests/" in where or re.search(r"not shown[^:;]*[:;,] .+", where), (fault, where)
