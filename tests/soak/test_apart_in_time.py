"""What is another organization's and what never was are refused not only in the same words but in the same time: each
route of the console, asked by the owner of another organization by turns for the one and the other.

Told is how often the one took longer than the other (0.5: nobody can tell), for each route; a machine that is busy
makes both slower alike. What sockets and the mini-program's API do for either is counted in
`tests/miniprogram/test_strangers.py`.
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from console.routes import Route
from console.table import ROUTES
from tests.console.desk import House
from tests.console.test_matrix import EXAMPLES, ask, nobodys
from tests.miniprogram.web import running
from tests.soak.conftest import Keep, scaled

TIMES = 300
STRAYS = 2.5
"""So far from one half, times 1/√n, nobody's chance goes with a hundred routes: 0.14 with 300 times."""


@pytest.fixture
def offices(tmp_path: Path) -> Iterator[House]:
    with running(tmp_path, TEAHOUSE_WECHAT_API_URL="http://127.0.0.1:9") as web:
        yield House(web)


def test_what_is_anothers_takes_as_long_as_what_never_was(offices: House, keep: Keep, chance: random.Random) -> None:
    told, times = {}, scaled(TIMES)
    for route in ROUTES:
        tried = EXAMPLES[route.name](offices.ours, offices.ours.desks["owner"])
        if tried.foreign:
            told[route.name] = _longer(_asking(offices, route, tried), _asking(offices, route, nobodys(tried)), times,
                                       chance)
    far = sorted(told.items(), key=lambda one: -abs(one[1]["longer"] - 0.5))
    keep(routes=len(told), times=times, farthest=dict(far[:5]))
    assert len(told) > 40
    assert abs(far[0][1]["longer"] - 0.5) < STRAYS / times**0.5, far[:5]


def _asking(offices: House, route: Route, tried: Any) -> Callable[[], float]:
    desk = offices.theirs.desks["owner"]

    def once() -> float:
        while True:
            begun = time.perf_counter()
            answer = ask(desk, route, tried)
            took = time.perf_counter() - begun
            if answer.status_code != 429:
                assert answer.status_code == 404, (route.name, answer.text)
                return took
            time.sleep(int(answer.headers["Retry-After"]))

    return once


def _longer(one: Callable[[], float], other: Callable[[], float], times: int, chance: random.Random) -> dict[str, Any]:
    """How often `one` takes longer than `other`, any of the ones beside any of the others; and their medians in ms."""
    ones: list[float] = []
    others: list[float] = []
    for _ in range(times):
        pair = [(one, ones), (other, others)]
        chance.shuffle(pair)
        for call, found in pair:
            found.append(call())
    longer = sum(a > b for a, b in product(ones, others)) / (times * times)
    return {"longer": round(longer, 3), "anothers_ms": round(statistics.median(ones) * 1000, 3),
            "nobodys_ms": round(statistics.median(others) * 1000, 3)}
