"""Live view and overview while a hundred messages a second are said: how late staff see each."""

from __future__ import annotations

import os
import statistics
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from rooms import messages
from rooms.drafts import Draft
from tests.console.desk import House
from tests.console.test_live import Stream
from tests.miniprogram.web import running
from tests.soak.conftest import Keep, scaled

PER_SECOND, SECONDS, VIEWS = 100, 60, 5


@pytest.fixture
def office(tmp_path: Path) -> Iterator[House]:
    with running(tmp_path) as web:
        yield House(web)


class Watch(threading.Thread):
    """Reads a stream until it has shown `count` messages; when each was first seen."""

    def __init__(self, stream: Stream, count: int, channel: str) -> None:
        super().__init__(daemon=True)
        self._stream, self._count, self._channel = stream, count, channel
        self.seen: list[float] = []

    def run(self) -> None:
        for name, told in self._stream.events():
            known = self._known(name, told)
            self.seen += [time.monotonic()] * max(0, known - len(self.seen))
            if len(self.seen) >= self._count:
                return

    def _known(self, name: str, told: Any) -> int:
        if name == "entry":
            return int(told["seq"])
        if name == "overview":
            return next((one["talk"] for room in told["rooms"] for one in room["channels"]
                         if one["id"] == self._channel), 0)
        return 0


def test_live_view_and_overview_with_a_hundred_messages_a_second(office: House, keep: Keep) -> None:
    ours, count = office.ours, PER_SECOND * scaled(SECONDS)
    hall = office.web.channel("busy hall")
    views = [Watch(Stream(ours.owner, f"/live/channels/{hall}?after=0"), count, hall) for _ in range(VIEWS)]
    overview = Watch(Stream(ours.admin, "/live/overview"), count, hall)
    for watch in (*views, overview):
        watch.start()
    said: list[float] = []
    begun = time.monotonic()
    for number in range(count):
        time.sleep(max(0.0, begun + number / PER_SECOND - time.monotonic()))
        draft = Draft("text", {"text": f"m{number}"}, f"m{number}")
        messages.post(ours.store, ours.alice, hall, draft, "member")
        said.append(time.monotonic())
    rate = count / (time.monotonic() - begun)
    for watch in (*views, overview):
        watch.join(120)
    late = [told for watch in views for told in lateness(said, watch.seen)]
    counted = lateness(said, overview.seen)
    keep(per_second=round(rate, 1), messages=count, views=VIEWS, live_view_ms=figures(late),
         overview_ms=figures(counted), load_average=round(os.getloadavg()[0], 1))
    assert len(late) == VIEWS * count
    assert len(counted) == count


def lateness(said: Sequence[float], seen: Sequence[float]) -> list[float]:
    return [there - at for at, there in zip(said, seen, strict=True)]


def figures(late: Sequence[float]) -> dict[str, float]:
    ordered = sorted(1000 * one for one in late)
    return {"p50": round(statistics.median(ordered), 1), "p99": round(ordered[len(ordered) * 99 // 100], 1),
            "worst": round(ordered[-1], 1)}
