"""Where web processes hatch: the code is read once for a run of the tests, and each gunicorn is a fork of that.

From there on it does what `gunicorn -c python:gunicorn_conf app:application` does, which houses and soaks start.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PROGRAM = """
from gevent import monkey; monkey.patch_all()
import json, os, signal, sys, tempfile
os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp()  # as in a web process, from before the code is read
import app, gunicorn.app.wsgiapp

def hatch(log, environ):
    os.setsid()
    for number, file in (0, os.devnull), (1, log), (2, log):
        os.dup2(os.open(file, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600), number)
    os.environ.clear()
    os.environ.update(environ)
    sys.argv = ["gunicorn", "-c", "python:gunicorn_conf", "app:application"]
    gunicorn.app.wsgiapp.run()

def poll(pid):  # gevent's own waits for its loop, which does not turn here
    found, status = monkey.get_original("os", "waitpid")(pid, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if found else None

asked = {"hatch": lambda *what: os.fork() or hatch(*what), "poll": poll}
while line := sys.stdin.readline():
    order, *what = json.loads(line)
    print(json.dumps(asked[order](*what)), flush=True)
"""


class Nest:
    def __init__(self) -> None:
        self._process = subprocess.Popen([sys.executable, "-c", PROGRAM], cwd=ROOT, text=True, stdin=subprocess.PIPE,
                                         stdout=subprocess.PIPE)

    def hatch(self, log: Path, environ: dict[str, str]) -> Hatched:
        return Hatched(self, self.ask("hatch", str(log), environ))

    def ask(self, *order: Any) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())


@cache
def nest() -> Nest:
    """Of this run; it ends with it, when nobody can give it orders."""
    return Nest()


class Hatched:
    """A gunicorn, as `subprocess.Popen` would have it."""

    def __init__(self, nest: Nest, pid: int) -> None:
        self.pid, self._nest = pid, nest
        self._status: int | None = None

    def poll(self) -> int | None:
        if self._status is None:
            self._status = self._nest.ask("poll", self.pid)
        return self._status

    def wait(self, seconds: float) -> int:
        deadline = time.monotonic() + seconds
        while (status := self.poll()) is None:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{self.pid} has not ended")
            time.sleep(0.02)
        return status

    def send_signal(self, how: signal.Signals) -> None:
        if self.poll() is None:
            os.kill(self.pid, how)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)
