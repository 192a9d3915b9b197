"""Which tests of the core meet both databases.

What is about the record itself does so always. The rest of the core asks SQL through the same modules, and doing all
of it twice takes the better part of two minutes of a processor: it meets MariaDB too where
TEAHOUSE_TESTS_DATABASES=both is set, as `.ci/run` does. Elsewhere the end of a run says what was left out.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

CORE = Path(__file__).parent / "rooms"
ALWAYS = frozenset(CORE / f"test_{name}.py" for name in (
    "archive", "audit_pages", "auditing", "backup", "identities", "merging", "network", "notices", "posts", "recovery",
    "replica", "retention", "rollups", "search", "sealed", "sealing", "tidy", "webhooks"))
BOTH = "both"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if _all_on_both() or (len(config.args) == 1 and "::" in config.args[0]):  # one test that somebody asked for
        return
    left_out = {item for item in items if _only_again(item)}
    if left_out:
        config.hook.pytest_deselected(items=list(left_out))
        items[:] = [item for item in items if item not in left_out]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if not _all_on_both() and not any("::" in word or "soak" in word for word in config.args):
        terminalreporter.write_line(
            f"Left out: most of the core a second time, on MariaDB. TEAHOUSE_TESTS_DATABASES={BOTH} runs it.")


def _all_on_both() -> bool:
    return os.environ.get("TEAHOUSE_TESTS_DATABASES") == BOTH


def _only_again(item: pytest.Item) -> bool:
    """What is about more than the record, on the second database."""
    parameters = getattr(getattr(item, "callspec", None), "params", {})
    return (parameters.get("empty_database") == "mariadb" and item.path.parent == CORE
            and item.path not in ALWAYS)
