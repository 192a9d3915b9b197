"""The end of a run: what was aimed at and what was found, on the screen and under results/."""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench.book import Book
from bench.targets import targets
from embedded import redis_program

RESULTS = Path(__file__).with_name("results")
PACKAGES = ("gevent", "gunicorn", "flask", "flask-sock", "hiredis", "redis", "msgspec", "wsproto", "sqlalchemy")


def report(book: Book, name: str, began: float) -> dict[str, Any]:
    """Prints the targets; gives everything as it is stored."""
    judged = [] if book.size.short else [
        verdict for target in targets(book) if (verdict := target.judged(book)) is not None]
    if judged:
        _say(judged)
    for line in book.left_out:
        print(f"Left out: {line}")
    return {"name": name, "date": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(began)), "short": book.size.short,
            "seconds": round(time.time() - began), "machine": machine(), "versions": versions(), "commit": commit(),
            "seed": None, "load_before": book.load_before, "load_after": os.getloadavg()[0],
            "figures": book.figures, "targets": judged, "left_out": book.left_out}


def _say(judged: list[dict[str, Any]]) -> None:
    print(f"\n{'target':<76} {'found':>10} {'bound':>10}")
    for verdict in judged:
        met = "met" if verdict["met"] else "MISSED"
        print(f"{verdict['what']:<76} {verdict['measured']:>10,.3g} {verdict['bound']:>10}  {met}")
    print(f"{sum(verdict['met'] for verdict in judged)} of {len(judged)} targets met.")


def store(found: dict[str, Any]) -> Path:
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{found['date'][:19].replace(':', '')}-{found['name']}.json"
    path.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return path


def machine() -> dict[str, Any]:
    processor = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    pages = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {"system": f"{platform.system()} {platform.release()}", "cores": os.cpu_count(),
            "processor": processor.group(1) if processor else platform.machine(), "memory_gb": round(pages / 1e9)}


def versions() -> dict[str, str]:
    found = {"python": platform.python_version(), **{name: version(name) for name in PACKAGES}}
    for name, command in {"valkey": [str(redis_program()), "--version"], "node": ["node", "--version"],
                          "nginx": ["nginx", "-v"], "cc": ["cc", "--version"]}.items():
        found[name] = _first_line(command)
    return {name: text for name, text in found.items() if text}


def commit() -> str:
    """With a plus sign where the tree is not as committed."""
    here = Path(__file__).parent
    name = _first_line(["git", "-C", str(here), "rev-parse", "--short", "HEAD"])
    return name + ("+" if _first_line(["git", "-C", str(here), "status", "--porcelain", "-uno"]) else "")


def _first_line(command: list[str]) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return (done.stdout or done.stderr).strip().partition("\n")[0][:100]
