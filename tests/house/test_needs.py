"""What a machine lacks is said in one line, and is a failure where no gap is allowed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LACKING = """
import pytest
from tests.needs import needs

def test_one():
    needs("no-such-program")

@pytest.mark.needs("no-such-program")
def test_two():
    raise AssertionError("never reached")

def test_three():
    assert needs("sh").name == "sh"
"""


@pytest.mark.parametrize(("allowed", "status", "counts"), [
    ("1", 0, "1 passed, 2 skipped"), ("0", 1, "1 failed, 1 passed, 1 error"),
])
def test_a_gap_is_told_or_fails(tmp_path: Path, allowed: str, status: int, counts: str) -> None:
    (tmp_path / "test_lacking.py").write_text(LACKING)
    environ = {**os.environ, "TEAHOUSE_TESTS_ALLOW_MISSING": allowed, "PYTHONPATH": str(ROOT)}
    run = subprocess.run([sys.executable, "-m", "pytest", "-p", "tests.needs", "-p", "no:cacheprovider", "."],
                         cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=60, check=False)
    assert counts in run.stdout, run.stdout
    assert (run.returncode != 0) == bool(status)
    assert ("Left out: 2 for lack of no-such-program." in run.stdout) == (allowed == "1")
