"""A process that does not outlive the one that started it.

    python -m leash [--lock FILE] [--after FILE] [--most MEMORY,SECONDS,BYTES] PROGRAM ARGUMENT…

becomes PROGRAM, which gets SIGTERM when its parent dies, however that happens (Linux; elsewhere an orphan is left to
the operator). With `--lock`, FILE is locked for as long as PROGRAM lives, and where it is locked already, PROGRAM is
not started: this is how two Redis servers never write one folder. With `--after`, it is started when FILE exists, or
after 20 seconds all the same. `--most` bounds its address space, its time on the processor, and any file it writes.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import resource
import signal
import sys
import time
from pathlib import Path

PR_SET_PDEATHSIG = 1
AFTER_SECONDS = 20


def die_with_parent() -> None:
    """From now on this process gets SIGTERM when its parent dies. Holds across exec, not across fork."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM))


def lock(path: Path) -> int | None:
    """Locks `path` and gives the descriptor that holds it, or None where another process holds it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def main(arguments: list[str]) -> None:
    die_with_parent()
    if arguments[:1] == ["--lock"]:
        descriptor = lock(Path(arguments[1]))
        if descriptor is None:
            sys.exit(f"{arguments[1]} is locked: {Path(arguments[2]).name} runs here already")
        os.set_inheritable(descriptor, True)
        arguments = arguments[2:]
    if arguments[:1] == ["--after"]:
        _wait_for(Path(arguments[1]))
        arguments = arguments[2:]
    if arguments[:1] == ["--most"]:
        bound(*map(int, arguments[1].split(",")))
        arguments = arguments[2:]
    os.execvp(arguments[0], arguments)


def bound(memory_bytes: int, cpu_seconds: int, file_bytes: int) -> None:
    """From now on this process has no more than that, and leaves no core behind. Holds across exec and fork."""
    for limit, value in ((resource.RLIMIT_AS, memory_bytes), (resource.RLIMIT_CPU, cpu_seconds),
                         (resource.RLIMIT_FSIZE, file_bytes), (resource.RLIMIT_CORE, 0)):
        resource.setrlimit(limit, (value, value))


def _wait_for(path: Path) -> None:
    deadline = time.monotonic() + AFTER_SECONDS
    while not path.exists() and time.monotonic() < deadline:
        time.sleep(0.05)


if __name__ == "__main__":
    main(sys.argv[1:])
