"""What things cost, each figure with its source: the newest run of `make bench` that is kept, else the documents.

A figure that nobody has measured yet says `assumed`. `docs/sizing.md` explains them.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, NamedTuple

RESULTS = Path(__file__).parents[1] / "bench" / "results"


class Figure(NamedTuple):
    value: float
    unit: str
    source: str


class Kind(NamedTuple):
    """A figure as the documents have it, and where a run of the benchmark would have a newer one."""

    value: float
    unit: str
    source: str
    measurement: str = ""
    """Regular expressions for the names in a result: the whole measurement, the whole quantity."""
    quantity: str = ""


COST = "µs CPU per delivery"
LAW = "the law of spreading"
SIZING = "docs/sizing.md, measured with MEMORY USAGE"

KINDS = {
    "delivery_alone": Kind(7.0, "µs", "docs/decisions/0041, isolated messages, upper bound", r"isolated 1 × .*", COST),
    "delivery_gathered": Kind(0.45, "µs", "docs/decisions/0041, a hot channel, upper bound", r"hot 1 × .*", COST),
    "post_web": Kind(71, "µs", "assumed: the aim of make bench, 14,000 posts a second and process",
                     LAW, "µs CPU of a post: web"),
    "post_redis": Kind(132, "µs", "docs/decisions/0003, a post that goes alone, append-only file included"),
    "post_redis_gathered": Kind(42, "µs", "docs/decisions/0003, many in one channel",
                                "posting, core alone, in one channel", "µs CPU of Redis"),
    "hearing": Kind(15, "µs", "assumed: a web process takes one entry from the feed", LAW, "µs CPU of a hearing: web"),
    "telling": Kind(3, "µs", "assumed: Redis tells one more web process of an entry",
                    LAW, "µs CPU of a hearing: Redis"),
    "heartbeat": Kind(25, "µs", "assumed: a ping and its pong"),
    "coming_in": Kind(1.2, "ms", "docs/decisions/0041, connect and hello with resume",
                      r"crowd of .*", "ms CPU to come in, again"),
    "socket": Kind(5, "KB", "assumed: the aim of make bench for an idle entered socket",
                   r"crowd of .*", "KB per idle socket"),
    "process": Kind(97, "MB", "docs/faults.md, the largest process of 200 kills"),
    "entry": Kind(331, "bytes", SIZING),
    "client_id": Kind(105, "bytes", SIZING),
    "seat": Kind(500, "bytes", "docs/sizing.md, estimated from 135 measured in a small channel"),
    "frame": Kind(250, "bytes", "bench/README.md, the messages that are compared"),
    "archived": Kind(22_000, "rows a second", "docs/decisions/0012, one worker into MariaDB",
                     "archive", "rows per second"),
    "row": Kind(556, "bytes", "bench/results/2026-11-26T093733-search.json, MariaDB, with the index of search"),
    "digests": Kind(0.365, "a follower and day", "bench/results/soak-a-month.json, 17,512 to 2,000 in 24 days"),
}


def figures(results: Path = RESULTS) -> dict[str, Figure]:
    """Every kind once; results are asked newest first. What is not there or cannot be read is left to the documents."""
    runs = [(path.name, found) for path in sorted(results.glob("2*.json"), reverse=True) if (found := _read(path))]
    return {name: _newest(kind, runs) for name, kind in KINDS.items()}


def _newest(kind: Kind, runs: list[tuple[str, dict[str, Any]]]) -> Figure:
    for name, run in runs:
        if kind.measurement and (values := list(_values(kind, run))):
            worst = min(values) if kind.unit.endswith("a second") else max(values)
            return Figure(worst, kind.unit, f"bench/results/{name}")
    return Figure(kind.value, kind.unit, kind.source)


def _values(kind: Kind, run: dict[str, Any]) -> list[float]:
    """Ours, not the peers'; the archive and the like have a database where others have the house."""
    return [float(value) for measurement, subjects in run.items() if re.fullmatch(kind.measurement, measurement)
            for subject, quantities in subjects.items() if subject in ("teahouse", "SQLite", "MariaDB")
            for quantity, value in quantities.items() if re.fullmatch(re.escape(kind.quantity), quantity)]


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    run: dict[str, Any] = found.get("figures", {}) if not found.get("short") else {}
    return run
