"""`python -m tasks`: each program by its name. That they work is shown by every house in these tests."""

from __future__ import annotations

from typing import Any

import pytest

from tasks.__main__ import main
from tasks.worker import app


@pytest.mark.parametrize(("words", "queue", "processes"), [
    (["fast"], "fast", 3), (["slow"], "slow", 2), (["slow", "--processes", "7"], "slow", 7)])
def test_a_worker_serves_one_queue(
        monkeypatch: pytest.MonkeyPatch, words: list[str], queue: str, processes: int) -> None:
    made: list[dict[str, Any]] = []

    class Worker:
        exitcode = 4

        def __init__(self, **given: Any) -> None:
            made.append(given)

        def start(self) -> None: ...

    monkeypatch.setattr(app, "Worker", Worker)
    assert main(words) == 4
    (given,) = made
    assert (given["queues"], given["concurrency"]) == ([queue], processes)
    assert given["hostname"].startswith(f"{queue}@")


@pytest.mark.parametrize("words", [[], ["quick"], ["fast", "--processes", "0"], ["fast", "--processes", "many"]])
def test_what_is_no_program_is_refused_with_its_use(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(words)
    assert "usage: python -m tasks" in capsys.readouterr().err
