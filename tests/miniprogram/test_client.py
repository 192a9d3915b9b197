"""The mini-program's own tests (vitest): timeline, composer, socket, pages, and what it is packed into."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

CLIENT = Path(__file__).parents[2] / "miniprogram" / "client"


@pytest.mark.needs("npm")
def test_the_client_passes_its_own_tests() -> None:
    if not (CLIENT / "node_modules").is_dir():
        subprocess.run(["npm", "ci", "--silent"], cwd=CLIENT, check=True, timeout=100)
    command = ["npm", "test", "--silent"]
    told = subprocess.run(command, cwd=CLIENT, capture_output=True, text=True, timeout=110, check=False)
    assert told.returncode == 0, told.stdout[-6000:] + told.stderr[-2000:]
