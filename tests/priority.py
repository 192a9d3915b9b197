"""Whoever stands for phones does not wait for the processors that the house keeps busy: phones have their own."""

from __future__ import annotations

import os
import threading
from contextlib import suppress

FIRST = -15
"""A niceness with which a thread gets a processor as soon as it wants one."""


def go_first() -> None:
    """For this thread alone, and what it starts. Only root on Linux may: elsewhere everything stays as it is."""
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), FIRST)
