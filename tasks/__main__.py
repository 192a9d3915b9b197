"""`python -m tasks fast`, `slow` or `beat`: one of the three programs that work behind the doors.

The same as `celery -A tasks.worker worker -n fast@%h -Q fast -c 3 …` and `celery -A tasks.worker beat …`, which a host
may run as well, but without reading Celery's command line and its interactive shell: half a second less at each start.
"""

from __future__ import annotations

import gc
import sys
from argparse import ArgumentParser
from collections.abc import Sequence

gc.disable()  # what is read now stays, and is not walked again and again while it grows

from celery.utils.nodenames import default_nodename, host_format  # noqa: E402

from tasks.worker import FAST, SLOW, app, settings  # noqa: E402

PROCESSES = {FAST: 3, SLOW: 2}
"""Children of each worker. The fast one archives and delivers, so that neither waits for slow work."""
MOST_PROCESSES = 64


def work(queue: str, processes: int) -> int:
    """Serves a queue until it is told to end; gives the exit status."""
    worker = app.Worker(hostname=host_format(default_nodename(f"{queue}@%h")), queues=[queue],
                        concurrency=processes, loglevel=settings().log_level, quiet=True,
                        without_gossip=True, without_mingle=True)
    worker.start()
    return int(worker.exitcode or 0)


def beat() -> int:
    """Hands out what repeats, until it is told to end. It keeps no file: a slot of time is taken in Redis."""
    app.Beat(scheduler="celery.beat:Scheduler", loglevel=settings().log_level, quiet=True).run()
    return 0


def main(words: Sequence[str]) -> int:
    parser = ArgumentParser(prog="python -m tasks", description="works behind the doors of a house")
    parser.add_argument("program", choices=[*PROCESSES, "beat"])
    parser.add_argument("--processes", type=int, choices=range(1, MOST_PROCESSES + 1), metavar="NUMBER",
                        help="children of a worker: 3 of the fast one, 2 of the slow one unless it says so")
    chosen = parser.parse_args(words)
    app.loader.import_default_modules()
    gc.freeze()
    gc.enable()
    if chosen.program == "beat":
        return beat()
    return work(chosen.program, chosen.processes or PROCESSES[chosen.program])


if __name__ == "__main__":
    words = sys.argv[1:]
    sys.argv[:1] = ["-m", "tasks"]  # as Celery begins its worker anew where it is told to (SIGHUP)
    sys.exit(main(words))
