"""A leashed process ends with its parent, and a locked one runs once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

LEASH = [sys.executable, "-m", "leash"]


def gone(pid: int, seconds: float = 60.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.02)
    return False


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process that its parent died")
def test_a_leashed_process_ends_when_its_parent_is_killed() -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", f"import subprocess, time\n"
         f"print(subprocess.Popen({[*LEASH, 'sleep', '60']!r}).pid, flush=True); time.sleep(60)"],
        stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    while Path(f"/proc/{child}/comm").read_text() != "sleep\n":
        time.sleep(0.02)
    parent.kill()
    parent.wait()
    assert gone(child)


def test_a_locked_program_runs_once_and_frees_the_lock_when_it_is_killed(tmp_path: Path) -> None:
    locked = [*LEASH, "--lock", str(tmp_path / "lock"), "sh", "-c", "echo started; exec sleep 60"]
    first = subprocess.Popen(locked, stdout=subprocess.PIPE, text=True)
    assert first.stdout is not None
    assert first.stdout.readline() == "started\n"
    second = subprocess.run(locked, capture_output=True, text=True, timeout=60, check=False)
    assert second.returncode == 1
    assert "is locked" in second.stderr
    first.send_signal(signal.SIGKILL)
    first.wait()
    third = subprocess.Popen(locked, stdout=subprocess.PIPE, text=True)
    assert third.stdout is not None
    assert third.stdout.readline() == "started\n"
    third.kill()
    third.wait()
