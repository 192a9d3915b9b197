"""Production's configuration of the web processes, and a count of the SQL statements they run.

The count is a file of 8 bytes a process under $TEAHOUSE_BENCH_SQL; nothing happens while nobody asks SQL.
"""

from gunicorn_conf import *  # noqa: F403, I001  production's first: it patches before anything else is imported

import gunicorn_conf as production
import mmap
import os
from pathlib import Path
from typing import Any


def post_worker_init(worker: Any) -> None:  # type: ignore[no-redef]  # runs production's too
    from sqlalchemy import Engine, event

    production.post_worker_init(worker)
    path = Path(os.environ["TEAHOUSE_BENCH_SQL"]) / str(worker.pid)
    path.write_bytes(bytes(8))
    with path.open("r+b") as file:
        count = mmap.mmap(file.fileno(), 8)

    def asked(*_: Any) -> None:
        count[:] = (int.from_bytes(count[:], "little") + 1).to_bytes(8, "little")

    event.listen(Engine, "before_cursor_execute", asked)
