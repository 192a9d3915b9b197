"""Where a run of the tests puts its files: in a folder of its own, on a disk of memory where there is a large one.

The servers that tests start wait for their disk at every commit, and all of them share one. Nothing of theirs has to
survive a power cut. TMPDIR says otherwise, and so do the soaks: what they measure is what a house does on its disk.
The folder stays only after a run that failed.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import pytest

MEMORY = Path("/dev/shm")
LEAST_BYTES = 4 << 30
FOLDER = pytest.StashKey[str]()


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):  # a worker of xdist takes it over with the environment
        config.stash[FOLDER] = tempfile.mkdtemp(prefix="teahouse-tests-", dir=_disk(config))
        os.environ["TMPDIR"] = config.stash[FOLDER]
        tempfile.tempdir = None  # it has looked before


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    if FOLDER in session.config.stash and exitstatus == pytest.ExitCode.OK:
        shutil.rmtree(session.config.stash[FOLDER], ignore_errors=True)


def _disk(config: pytest.Config) -> Path | None:
    """None: where the system puts such files."""
    slow = "TMPDIR" in os.environ or any("soak" in argument for argument in config.args)
    large = os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= LEAST_BYTES
    return MEMORY if large and not slow else None
