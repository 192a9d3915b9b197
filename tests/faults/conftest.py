"""One house that is hurt again and again, a channel of its own for each test, and the figures that come of it.

The figures are printed at the end and written as JSON: to the file that TEAHOUSE_FIGURES names, else into pytest's
temporary folder.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.house_client import House
from tests.oracle import Verdict

CHANNELS = 24
FIGURES: dict[str, dict[str, Any]] = {}

Note = Callable[..., None]


@pytest.fixture(scope="package")
def running_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("faults")
    with House(folder, web_processes=2, TEAHOUSE_DIGEST_PACE_SECONDS="1,1,1,1", TEAHOUSE_SAY_PER_SECOND="0",
               TEAHOUSE_FRAMES_PER_SECOND="1000") as house:
        house.command("safety", house.organization, "--text", "off")  # asking WeChat about each would take a processor
        yield house
    target = Path(os.environ.get("TEAHOUSE_FIGURES") or folder / "figures.json")
    target.write_text(json.dumps(FIGURES, indent=1, ensure_ascii=False) + "\n", "utf-8")
    for name, figures in FIGURES.items():
        print(f"\n{name}: {', '.join(f'{what} {value}' for what, value in figures.items())}", end="")
    print(f"\n{target}")


@pytest.fixture(scope="package")
def channels(running_house: House) -> Iterator[str]:
    return iter(running_house.new_channels(*(f"频道{number}" for number in range(CHANNELS))))


@pytest.fixture
def house(running_house: House) -> Iterator[House]:
    running_house.ensure_started()  # whatever the test before has left
    yield running_house
    running_house.let_go(*running_house.phones)
    running_house.ensure_started()
    running_house.wechat.clear_faults()


@pytest.fixture
def channel(channels: Iterator[str]) -> str:
    """A log that nobody has written to."""
    return next(channels)


@pytest.fixture
def note(request: pytest.FixtureRequest) -> Note:
    """Keeps a verdict, and whatever else was measured, for the report."""
    def keep(verdict: Verdict | None = None, **more: Any) -> None:
        figures = FIGURES.setdefault(request.node.name, {})
        if verdict is not None:
            figures |= {"acked": verdict.acked, "lost": verdict.lost, "duplicated": verdict.duplicated,
                        "reordered": verdict.reordered,
                        "seconds_until_sending": round(verdict.seconds_until_sending, 2),
                        "largest_process_mb": verdict.largest_process_mb}
        figures |= {name: round(value, 3) if isinstance(value, float) else value for name, value in more.items()}
    return keep
