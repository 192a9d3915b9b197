"""Which tests run in one process, one after the other: those of a file, and those of a folder that shares one house.

A house takes seconds to begin. Files of such a folder that went to different processes would each begin their own.
"""

from __future__ import annotations

from collections.abc import Sequence

import pytest

SHARED_HOUSES = ("tests/faults", "tests/flows")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    for item in items:
        file = item.nodeid.partition("::")[0]
        folder = next((folder for folder in SHARED_HOUSES if file.startswith(f"{folder}/")), file)
        item.add_marker(pytest.mark.xdist_group(folder))
