"""The load client as its parent sees it: a child process, a line of JSON for each command."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any


class Load:
    """Use it as a context. Raises LoadFailed when the child ends."""

    def __init__(self, module: str = "bench.client") -> None:
        self._process = subprocess.Popen([sys.executable, "-m", "leash", sys.executable, "-m", module],
                                         stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def __enter__(self) -> Load:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.terminate()
        self._process.wait()

    def do(self, command: str, **arguments: Any) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([command, arguments]).encode() + b"\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise LoadFailed(f"the load client ended in `{command}`")
        answer: dict[str, Any] = json.loads(line)
        return answer


class LoadFailed(Exception):
    """The client died, or what it counted is not what was sent."""


def checked(answer: dict[str, Any]) -> dict[str, Any]:
    """Raises LoadFailed unless everything sent came to everybody, once, in order."""
    if answer["delivered"] != answer["wanted"] or answer["wrong"] or answer["lost_sockets"]:
        told = "sent", "said", "delivered", "wanted", "wrong", "lost_sockets", "troubles"
        raise LoadFailed(f"the counts do not agree: {[(name, answer[name]) for name in told]}")
    return answer
