"""A slot is taken once, whoever comes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from embedded import running_redis, settle
from rooms.live.live import Live
from rooms.record import migrate
from rooms.store import Store
from settings import Settings
from tasks import schedule
from tests import cast

CELERY = [sys.executable, "-m", "celery", "-A", "tests.tasks.probe"]


@pytest.fixture
def store(request: pytest.FixtureRequest) -> Store:
    return cast.opened(request)


class Stopped:
    """A clock that stands where it is put."""

    def __init__(self, now: int) -> None:
        self.time = now

    def now(self) -> int:
        return self.time


def at(store: Store, now: int) -> Store:
    return Store(store.live, store.record, Stopped(now), store.limits)


def test_a_slot_is_given_to_one_caller_and_the_next_slot_again_to_one(store: Store) -> None:
    first = [schedule.take(at(store, now), "deliver", 2) for now in (10_000, 10_500, 11_999)]
    assert first == [True, False, False]
    assert schedule.take(at(store, 12_000), "deliver", 2)


def test_two_tasks_do_not_take_each_other_s_slots(store: Store) -> None:
    assert schedule.take(at(store, 10_000), "deliver", 1)
    assert schedule.take(at(store, 10_000), "archive", 1)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[tuple[dict[str, str], Live]]:
    settings = Settings.from_environment({"TEAHOUSE_VAR": str(tmp_path)})
    settled = settle(settings)
    migrate.upgrade(str(settled.database_url))
    environ = {name: value for name, value in os.environ.items() if not name.startswith("TEAHOUSE_")}
    with running_redis(settings):
        live = Live.open(str(settled.redis_url), "th")
        yield {**environ, "TEAHOUSE_VAR": str(tmp_path)}, live
        live.close()


def start(environ: dict[str, str], *words: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([*CELERY, *words], env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def runs(live: Live) -> list[int]:
    key = live.name("runs")
    return [int(time) for time in live.command("LRANGE", key, "0", "-1", key=key)]


def wait_for_runs(live: Live, number: int, seconds: float = 30) -> list[int]:
    deadline = time.monotonic() + seconds
    while len(found := runs(live)) < number:
        assert time.monotonic() < deadline, f"only {len(found)} runs"
        time.sleep(0.1)
    return found


def test_two_beats_and_a_killed_worker_make_each_slot_run_at_most_once_and_the_clock_goes_on(
    house: tuple[dict[str, str], Live]
) -> None:
    environ, live = house
    worker = ("worker", "--without-gossip", "--without-mingle", "-Q", "fast", "-c", "1")
    beat = ("beat", "--scheduler", "celery.beat:Scheduler", "--pidfile=")
    with ExitStack() as stack:
        running = [start(environ, *worker, "-n", "one@%h"), start(environ, *worker, "-n", "two@%h"),
                   start(environ, *beat), start(environ, *beat)]
        for process in running:
            stack.callback(process.wait, 40)
            stack.callback(process.send_signal, signal.SIGTERM)
        before = len(wait_for_runs(live, 3))
        running[0].kill()
        found = wait_for_runs(live, before + 3)
    slots = Counter(moment // 1000 for moment in found)
    assert max(slots.values()) == 1, slots
