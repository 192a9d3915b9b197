"""What a test needs from the machine, and one honest line about what was left out for lack of it.

A test that needs a server calls `needs("mariadbd")` (or has the mark `needs`). Where the program is missing, the
test is skipped and the end of the run says so in one line; with TEAHOUSE_TESTS_ALLOW_MISSING=0, as in `.ci/run`,
it fails instead.
"""

from __future__ import annotations

import os
import shutil
from collections import Counter
from pathlib import Path

import pytest

PACKAGES = {
    "mariadbd": "mariadb-server",
    "mariadb-install-db": "mariadb-server",
    "redis-server": "redis-server",
    "chromium": "chromium",
    "nginx": "nginx",
    "ffmpeg": "ffmpeg",
    "npm": "nodejs",
}
SBIN = ("/usr/sbin", "/usr/local/sbin", "/sbin")

LEFT_OUT = "left out: "


def needs(program: str) -> Path:
    """The path of `program`, or the end of this test."""
    found = shutil.which(program) or shutil.which(program, path=os.pathsep.join(SBIN))
    if found:
        return Path(found)
    reason = f"{LEFT_OUT}{program} is missing (package {PACKAGES.get(program, program)})"
    if os.environ.get("TEAHOUSE_TESTS_ALLOW_MISSING") == "0":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "needs(*programs): this test runs only where these programs are")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    for mark in item.iter_markers("needs"):
        for program in mark.args:
            needs(program)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reasons = Counter(_reason(report) for report in terminalreporter.stats.get("skipped", []))
    left_out = [f"{count} for lack of {reason.removeprefix(LEFT_OUT).split()[0]}"
                for reason, count in sorted(reasons.items()) if reason.startswith(LEFT_OUT)]
    if left_out:
        terminalreporter.write_line(f"Left out: {', '.join(left_out)}. `bash .ci/run` installs what is missing.")


def _reason(report: pytest.TestReport) -> str:
    """Why a test was skipped, without pytest's own prefix."""
    return report.longrepr[2].removeprefix("Skipped: ") if isinstance(report.longrepr, tuple) else ""
