"""A program that reads what strangers sent: in a process of its own, with an end, and with little to break."""

from __future__ import annotations

import logging
import subprocess
from collections.abc import Sequence
from typing import NamedTuple

log = logging.getLogger(__name__)

MOST_OUTPUT, MOST_WORDS = 64 * 1024, 16 * 1024


class Ended(NamedTuple):
    """`status` is None where it was ended for its time."""

    status: int | None
    output: bytes
    words: str
    """The end of what it complained about."""


def run(command: Sequence[str], seconds: float) -> Ended:
    """Runs it to its end, or to the end of its time. Its own limits of memory and files are its own business (see
    `leash`, `images`)."""
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        output, words = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        log.warning("ended for its time after %s s: %s", seconds, command[0])
        return Ended(None, b"", "it took too long")
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()
    return Ended(process.returncode, output[:MOST_OUTPUT], words[-MOST_WORDS:].decode("utf-8", "replace").strip())
