"""No line holds a secret or what somebody said, whichever library wrote it."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

import logs
from settings import Settings

CANARY = "canary-5f2a91"


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    before = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = before
    structlog.reset_defaults()


def begin(style: str = "json") -> None:
    logs.configure(Settings.from_environment({"TEAHOUSE_LOG_FORMAT": style}), "test")


@pytest.mark.parametrize("facts", [
    {"text": CANARY}, {"body": {"text": CANARY}}, {"token": CANARY}, {"Authorization": f"Bearer {CANARY}"},
    {"about": {"deeper": {"secret": CANARY}}}, {"several": [{"password": CANARY}]},
    {"url": f"https://h/sns/jscode2session?secret={CANARY}&js_code={CANARY}"},
    {"server": f"redis://:{CANARY}@h/0"}, {"server": f"mysql://teahouse:{CANARY}@h/d"},
    {"answer": f'{{"access_token":"{CANARY}","expires_in":7200}}'}, {"header": f"Authorization: Bearer {CANARY}"},
    {"query": f"signature={CANARY}&timestamp=1"}, {"frame": CANARY.encode()},
])
@pytest.mark.parametrize("style", ["json", "text"])
def test_a_secret_among_the_facts_is_blanked(
    facts: dict[str, object], style: str, capsys: pytest.CaptureFixture[str]
) -> None:
    begin(style)
    structlog.get_logger("ours").warning("something", **facts)
    written = capsys.readouterr().out
    assert "something" in written
    assert CANARY not in written


def test_a_library_s_line_is_blanked_too(capsys: pytest.CaptureFixture[str]) -> None:
    begin()
    logging.getLogger("library").error("GET %s failed", f"/cgi-bin/token?access_token={CANARY}&openid=o1")
    line = json.loads(capsys.readouterr().out)
    assert CANARY not in line["event"]
    assert line["event"].endswith("&openid=o1 failed")


def test_a_traceback_is_kept_without_its_secrets(capsys: pytest.CaptureFixture[str]) -> None:
    begin()
    try:
        raise ValueError(f"no answer from redis://:{CANARY}@h/0")
    except ValueError:
        structlog.get_logger("ours").exception("trouble")
    written = capsys.readouterr().out
    assert "Traceback" in written
    assert CANARY not in written


def test_a_line_is_one_json_object_with_time_level_and_process(capsys: pytest.CaptureFixture[str]) -> None:
    begin()
    structlog.get_logger("ours").info("茶馆", room="r_1")
    line = json.loads(capsys.readouterr().out)
    assert line["timestamp"].endswith("Z")
    assert (line["event"], line["level"], line["process"], line["room"]) == ("茶馆", "info", "test", "r_1")


def test_what_is_below_the_level_is_not_written(capsys: pytest.CaptureFixture[str]) -> None:
    begin()
    structlog.get_logger("ours").debug("quiet")
    assert capsys.readouterr().out == ""
