"""Programs that are measured: started on a free loopback port, and ended with everything they started."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from bench import costs
from embedded import redis_program

START_SECONDS = 40


class LeftOut(Exception):
    """This cannot be measured here; the text says in one line what is missing."""


class Served(NamedTuple):
    """A server that is up: how it is spoken to, where, and the processes that make it, found anew at each look."""

    name: str
    dialect: str
    port: int
    pids: Callable[[], list[int]]

    def cpu_seconds(self) -> float:
        return costs.cpu_seconds(self.pids())


@contextmanager
def folder(name: str) -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix=f"teahouse-bench-{name}-"))
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


@contextmanager
def running(command: list[str], log: Path, port: int, environ: Mapping[str, str] | None = None,
            cwd: Path | None = None) -> Iterator[int]:
    """Runs the program until the block ends; gives its pid once the port answers."""
    with log.open("ab") as output:
        process = subprocess.Popen([sys.executable, "-m", "leash", *command], stdout=output, stderr=output, cwd=cwd,
                                   env={**os.environ, **(environ or {}), "PYTHONPATH": str(Path(__file__).parents[1])})
    try:
        _wait(process, port, log)
        yield process.pid
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def redis(place: Path) -> Iterator[tuple[int, int]]:
    """A Redis for a peer: nothing on disk. Gives its port and pid."""
    port = free_port()
    command = [str(redis_program()), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
               "--dir", str(place)]
    with running(command, place / "redis.log", port) as pid:
        yield port, pid


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def program(*names: str) -> Path:
    """The first of these programs that is here. Raises LeftOut."""
    for name in names:
        found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin:/sbin")
        if found:
            return Path(found)
    raise LeftOut(f"{names[0]} is not installed")


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            pass
        if process.poll() is not None or time.monotonic() > end:
            raise RuntimeError(f"{log.stem} did not start: {log.read_text(errors='replace')[-1500:]}")
        time.sleep(0.05)
