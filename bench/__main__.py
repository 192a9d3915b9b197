"""`python -m bench [name …] [--short]`: measures, prints, and stores what was found."""

from __future__ import annotations

import argparse
import resource
import sys
import time
from dataclasses import replace

from bench import archive, callbacks, ceiling, crowd, fanout, growth, keeping, pages, posting, spread, words
from bench.book import FULL, SHORT, Book
from bench.report import report, store

MEASUREMENTS = {"posting": posting.run, "fanout": fanout.run, "crowd": crowd.run, "callbacks": callbacks.run,
                "archive": archive.run, "growth": growth.run, "spread": spread.run, "ceiling": ceiling.run,
                "lag": archive.run_lag, "disk": keeping.run_disk, "search": keeping.run_search,
                "history": keeping.run_history, "words": words.run, "pages": pages.run}


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=f"some of {', '.join(MEASUREMENTS)}; without any, all")
    parser.add_argument("--short", action="store_true", help="small and quick, to see that it works; nothing is stored")
    parser.add_argument("--on", choices=FULL.databases, help="only on this database, where there are two")
    chosen = parser.parse_args(arguments)
    unknown = [name for name in chosen.names if name not in MEASUREMENTS]
    if unknown:
        parser.error(f"there is no measurement {', '.join(unknown)}; there are {', '.join(MEASUREMENTS)}")
    if not sys.platform.startswith("linux"):
        parser.error("the benchmarks read /proc and use epoll: they run on Linux")
    run(chosen.names or list(MEASUREMENTS), chosen.short, chosen.on)
    return 0


def run(names: list[str], short: bool, on: str | None = None) -> Book:
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    size = SHORT if short else FULL
    book, began = Book(replace(size, databases=(on,)) if on else size), time.time()
    for name in names:
        print(f"\n{name}", flush=True)
        MEASUREMENTS[name](book)
    found = report(book, "all" if len(names) == len(MEASUREMENTS) else "-".join(names), began)
    if not short:
        print(f"Kept in {store(found)}")
    return book


if __name__ == "__main__":
    sys.exit(main())
