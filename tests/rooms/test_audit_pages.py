"""The audit by filters and times: the same as a walk through all of it."""

from __future__ import annotations

import random
from typing import Any

import pytest

from rooms.record import Record, audit
from rooms.record.audit import Act
from tests.rooms.record.conftest import Tearoom


@pytest.fixture(scope="module")
def tearoom(record: Record) -> Tearoom:
    tearoom, dice = Tearoom(record), random.Random(7)

    def write(connection: Any) -> None:
        for number in range(300):
            audit.add(connection, tearoom.organization, Act(
                1_000 * (number // 3), f"s_{dice.randrange(3)}", "console", dice.choice(("mute", "ban")),
                f"u_{dice.randrange(9)}", f"r_{dice.randrange(4)}", "", "", "{}", "{}"))

    record.write(write)
    return tearoom


@pytest.mark.parametrize("chosen", [{}, {"act": "ban"}, {"target": "u_3"}, {"actor": "s_1", "room": "r_2"}])
@pytest.mark.parametrize(("after", "before"), [(None, None), (20_000, None), (None, 50_000), (20_000, 50_000),
                                               (20_001, 20_002), (10**9, None), (None, 0)])
def test_pages_hold_what_a_walk_would_find(record: Record, tearoom: Tearoom, chosen: dict[str, str],
                                           after: int | None, before: int | None) -> None:
    every = record.read(lambda c: list(audit.every(c, tearoom.organization)))
    expected = [row.number for row in reversed(every) if all(getattr(row.act, name) == value for name, value in
                chosen.items()) and (after is None or row.act.at >= after) and (before is None or row.act.at < before)]
    found: list[int] = []

    def page(connection: Any) -> list[int]:
        below = found[-1] if found else 0
        return [row.number for row in audit.newest(connection, tearoom.organization, chosen, after, before, below, 20)]

    while more := record.read(page):
        found += more
    assert found == expected
