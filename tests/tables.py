"""Databases with the tables in them. Making those takes half a second, so a run makes them once for SQLite, and the
file is copied; tests of the migrations themselves go their own way.
"""

from __future__ import annotations

import shutil
import tempfile
from functools import cache
from pathlib import Path

from rooms.record import migrate


def with_tables(database_url: str) -> str:
    """The same URL; afterwards the newest tables are there."""
    file = Path(database_url.removeprefix("sqlite:///"))
    if database_url.startswith("sqlite:///") and not file.exists():
        shutil.copyfile(_fresh(), file)
    else:
        _upgraded(database_url)
    return database_url


@cache
def _fresh() -> Path:
    """Removed with the process's other temporary folders, when the machine likes."""
    file = Path(tempfile.mkdtemp(prefix="teahouse-tables-")) / "record.db"
    migrate.upgrade(f"sqlite:///{file}")
    return file


@cache
def _upgraded(database_url: str) -> None:
    migrate.upgrade(database_url)
