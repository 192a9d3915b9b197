"""A headless Chromium, driven through the pipe of its own debugging protocol: no other program is needed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Self

LAUNCH = """
import fcntl, os, sys
ends = [fcntl.fcntl(int(each), fcntl.F_DUPFD, 10) for each in sys.argv[1:3]]
os.dup2(ends[0], 3)
os.dup2(ends[1], 4)
os.execv(sys.argv[3], sys.argv[3:])
"""
"""Chromium reads orders from descriptor 3 and writes answers to 4."""


class Browser:
    """One window. `run` evaluates JavaScript in it; use it as a context manager."""

    def __init__(self, program: Path, profile: Path) -> None:
        command = [str(program), "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        command += ["--remote-debugging-pipe", f"--user-data-dir={profile}", "--window-size=1280,900", "about:blank"]
        theirs_in, self._to = os.pipe()
        self._from, theirs_out = os.pipe()
        launch = [sys.executable, "-c", LAUNCH, str(theirs_in), str(theirs_out), *command]
        self._process = subprocess.Popen(launch, pass_fds=(theirs_in, theirs_out), stdout=subprocess.DEVNULL,
                                         stderr=subprocess.DEVNULL)
        os.close(theirs_in)
        os.close(theirs_out)
        self._number, self._read, self._session = 0, b"", ""
        attach = {"targetId": self._window(), "flatten": True}
        self._session = self._order("Target.attachToTarget", **attach)["sessionId"]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._order("Browser.close")
        self._process.wait(60)
        os.close(self._to)
        os.close(self._from)

    def go(self, address: str) -> None:
        """Open an address and wait until the page has loaded."""
        self._order("Page.navigate", url=address)
        self.wait_for(f"location.href.startsWith({json.dumps(address)}) && document.readyState === 'complete'")

    def always(self, script: str) -> None:
        """Runs it in every page from now on, before the page's own scripts."""
        self._order("Page.enable")
        self._order("Page.addScriptToEvaluateOnNewDocument", source=script)

    def run(self, script: str) -> Any:
        """The value of an expression."""
        answer = self._order("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def wait_for(self, condition: str, seconds: float = 60.0) -> None:
        """Until an expression is true; AssertionError with the page's text otherwise."""
        deadline = time.monotonic() + seconds
        while not self.run(f"Boolean({condition})"):
            assert time.monotonic() < deadline, f"{condition}\n{self.run('document.body.innerText')}"
            time.sleep(0.05)

    def click(self, selector: str) -> None:
        """Click what is there, or soon will be."""
        self.wait_for(f"document.querySelector({json.dumps(selector)})")
        self.run(f"document.querySelector({json.dumps(selector)}).click()")

    def _window(self) -> str:
        """Its id; a browser that only just began may not have one yet."""
        deadline = time.monotonic() + 60
        while True:
            for each in self._order("Target.getTargets")["targetInfos"]:
                if each["type"] == "page":
                    return str(each["targetId"])
            assert time.monotonic() < deadline, "no window"
            time.sleep(0.05)

    def _order(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._number += 1
        order: dict[str, Any] = {"id": self._number, "method": method, "params": parameters}
        if self._session and not method.startswith("Browser."):
            order["sessionId"] = self._session
        os.write(self._to, json.dumps(order).encode() + b"\0")
        while True:
            answer = json.loads(self._next())
            if answer.get("id") == self._number:
                assert "error" not in answer, answer
                result: dict[str, Any] = answer["result"]
                return result

    def _next(self) -> bytes:
        while b"\0" not in self._read:
            more = os.read(self._from, 1 << 16)
            assert more, "the browser ended"
            self._read += more
        message, self._read = self._read.split(b"\0", 1)
        return message
