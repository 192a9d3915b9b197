"""Which tests run in one process, one after the other: those of a file, and those of a folder that shares one house.

A house takes seconds to begin. Files of such a folder that went to different processes would each begin their own.
"""

from __future__ import annotations

from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling

SHARED_HOUSES = ("tests/faults", "tests/flows")


class ByHouse(LoadFileScheduling):  # type: ignore[misc]
    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return next((folder for folder in SHARED_HOUSES if file.startswith(f"{folder}/")), file)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByHouse:
    return ByHouse(config, log)
