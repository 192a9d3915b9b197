"""The floor in C (floor.c), compiled when it is needed."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.servers import Served, folder, free_port, program, running

SOURCE = Path(__file__).with_name("floor.c")


@contextmanager
def floor(way: str) -> Iterator[Served]:
    """`way`: "single" or "gathered". Raises LeftOut where there is no C compiler."""
    compiler = program("gcc", "cc", "clang")
    with folder("floor") as place:
        subprocess.run([str(compiler), "-O2", "-o", str(place / "floor"), str(SOURCE)], check=True)
        port = free_port()
        with running([str(place / "floor"), str(port), way], place / "floor.log", port) as pid:
            name = "C, one send per message" if way == "single" else "C, gathered writes"
            yield Served(name, "plain", port, lambda: [pid])
