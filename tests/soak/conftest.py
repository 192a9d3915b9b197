"""The long forms: `make soak`. TEAHOUSE_SOAK_SCALE shortens them (0.1: a tenth); results go to bench/results/."""

from __future__ import annotations

import json
import os
import platform
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.house_client import ROOT, House

SCALE = float(os.environ.get("TEAHOUSE_SOAK_SCALE", "1"))
SEED = int(os.environ.get("TEAHOUSE_SOAK_SEED", "20261124"))

Keep = Callable[..., None]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        item.add_marker(pytest.mark.timeout(24 * 3600))


def scaled(count: float) -> int:
    """So many of something, at this scale; at least one."""
    return max(1, round(count * SCALE))


@pytest.fixture
def chance() -> random.Random:
    """The same every time, unless TEAHOUSE_SOAK_SEED says otherwise."""
    return random.Random(SEED)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with House(tmp_path, web_processes=2, TEAHOUSE_DIGEST_PACE_SECONDS="1,1,1,1", TEAHOUSE_SAY_PER_SECOND="0",
               TEAHOUSE_FRAMES_PER_SECOND="1000") as house:
        yield house


@pytest.fixture
def keep(request: pytest.FixtureRequest) -> Keep:
    """Writes the figures to bench/results/soak-NAME.json, with what is needed to do it again."""
    name = request.node.name.removeprefix("test_")

    def write(**figures: Any) -> None:
        folder = ROOT / "bench" / "results"
        folder.mkdir(parents=True, exist_ok=True)
        told = {"test": name, "scale": SCALE, "seed": SEED, "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
                "cores": os.cpu_count(), "python": platform.python_version(), **figures}
        text = json.dumps(told, indent=1, ensure_ascii=False)
        (folder / f"soak-{name.replace('_', '-')}.json").write_text(text + "\n", "utf-8")
        print(text)
    return write


def spread(seconds: list[float]) -> dict[str, float]:
    """Median, 99th percentile and worst."""
    ordered = sorted(seconds) or [0.0]
    places = {"p50": len(ordered) // 2, "p99": int(len(ordered) * 0.99), "max": len(ordered) - 1}
    return {name: round(ordered[place], 3) for name, place in places.items()}
