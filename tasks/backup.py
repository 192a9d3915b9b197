"""Backups by the clock. One may take longer than a task may, so it is a process of its own."""

from __future__ import annotations

import subprocess
import sys

import rooms.backup
from tasks.schedule import every
from tasks.worker import SLOW, settings, store

COMMAND = [sys.executable, "-m", "cli", "backup", "--scheduled"]


@every(600, queue=SLOW)
def backup() -> None:
    if settings().backup_folder is not None and rooms.backup.due(store(), settings().backup_hours):
        subprocess.Popen(COMMAND, start_new_session=True, stdin=subprocess.DEVNULL)
