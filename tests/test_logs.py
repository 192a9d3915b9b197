"""No line holds a secret or what somebody said, whichever library wrote it."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

import logs
import traces
from rooms import tracing
from settings import Settings

CANARY = "canary-5f2a91"


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    before = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = before
    structlog.reset_defaults()


def begin(style: str = "json", level: str = "info") -> None:
    logs.configure(Settings.from_environment({"TEAHOUSE_LOG_FORMAT": style, "TEAHOUSE_LOG_LEVEL": level}), "test")
    tracing.become(None)


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


def test_a_line_bears_the_id_of_the_message_that_it_is_about(capsys: pytest.CaptureFixture[str]) -> None:
    begin()
    message, other = tracing.of_message("u_a", "c-1"), tracing.of_message("u_a", "c-2")
    with tracing.about(message):
        logging.getLogger("a library").warning("on its way")
    with tracing.carrying("deliver", [message, other]):
        structlog.get_logger("ours").info("both at once")
    structlog.get_logger("ours").info("about nothing")
    alone, together, nothing = map(json.loads, capsys.readouterr().out.splitlines())
    assert alone["trace"] == together["trace"] == message.name
    assert together["traces"] == [other.name]
    assert "trace" not in nothing


def test_at_the_level_debug_each_step_is_a_line_under_its_id(capsys: pytest.CaptureFixture[str]) -> None:
    begin(level="debug")
    traces.begin(Settings.from_environment({}), "test")
    try:
        with tracing.about(tracing.of_message("u_a", "c-1")), tracing.first("say"), tracing.step("post", channel="c_x"):
            pass
    finally:
        traces.end()
    inner, outer = map(json.loads, capsys.readouterr().out.splitlines())
    assert inner["event"].startswith("post ms=")
    assert inner["event"].endswith("channel=c_x")
    assert outer["event"].startswith("say ms=")
    assert inner["trace"] == outer["trace"] == tracing.of_message("u_a", "c-1").name


def test_what_is_below_the_level_is_not_written(capsys: pytest.CaptureFixture[str]) -> None:
    begin()
    structlog.get_logger("ours").debug("quiet")
    assert capsys.readouterr().out == ""
