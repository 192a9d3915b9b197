"""`teahouse plan`: what it computes grows as the costs say, and every figure says where it comes from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

import cli
from commands import measured, sizing
from commands.sizing import Plan, Wish
from settings import Settings

ROOT = Path(__file__).parents[1]
SMALL = Wish(rooms=10, present=200, messages_per_second=5)
LARGE = Wish(rooms=40_000, present=1_000_000, messages_per_second=20_000, followers=5_000_000)


def planned(wish: Wish) -> Plan:
    return sizing.plan(wish, measured.figures())


def test_it_prints_json_and_text_and_needs_nothing_running(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:9/0")
    words = ["plan", "--rooms", "10", "--present", "200", "--messages-per-second", "5"]
    assert cli.main([*words, "--json"]) == 0
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert told["asked"] == SMALL._asdict()
    assert told["needs"]["deliveries"] == {"value": 100.0, "unit": "a second"}
    assert set(told["figures"]) == set(measured.KINDS)
    assert cli.main(words) == 0
    text = capsys.readouterr().out
    assert "web processes" in text
    assert "assumed" in text


@pytest.mark.parametrize("rooms", ["0", "-1", "many", "９", "9" * 40])
def test_what_is_not_a_number_of_rooms_is_refused_in_one_line(rooms: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["plan", "--rooms", rooms, "--present", "1", "--messages-per-second", "1"])
    assert "is not a whole number" in capsys.readouterr().err.splitlines()[-1]


def test_a_small_house_is_one_redis_and_two_processes() -> None:
    plan = planned(SMALL)
    assert (plan.value("redis shards"), plan.value("web processes"), plan.value("archive workers")) == (1, 2, 1)
    assert (plan.value("official accounts"), plan.warnings) == (0, ())


def test_no_process_is_planned_for_more_than_it_can_bear() -> None:
    plan = planned(LARGE)
    assert plan.value("sockets") <= sizing.SOCKETS
    assert plan.value("web cores in use") <= plan.value("web processes") * sizing.WEB_BUSY
    assert plan.value("redis memory") <= sizing.SHARD_GB
    assert plan.value("redis shards") >= sizing.LEAST_MASTERS


@pytest.mark.parametrize("more", ["present", "messages_per_second"])
def test_nothing_that_is_needed_shrinks_when_more_is_asked(more: str) -> None:
    before: dict[str, float] = {}
    for size in (1_000, 4_000, 16_000, 64_000):
        plan = planned(Wish(1_000, 10_000, 1_000)._replace(**{more: size}))
        needs = {need.name: need.value for need in plan.needs if need.name not in ("sockets", "coming back",
                                                                                  "web memory", "redis memory")}
        assert all(needs[name] >= value for name, value in before.items()), (size, before, needs)
        before = needs


def test_what_comes_close_together_costs_less_a_delivery() -> None:
    assert sizing.gathered(Wish(100, 1_000, 100)) == 1
    hot, spread = planned(Wish(1, 1_000, 1_000)), planned(Wish(1_000, 1_000_000, 1_000))
    assert hot.value("deliveries") == spread.value("deliveries")
    assert hot.value("web cores in use") < spread.value("web cores in use") / 3


def test_a_room_that_is_too_hot_for_one_shard_is_told() -> None:
    warning, = planned(Wish(1, 1_000, 50_000)).warnings
    assert "spread them over more rooms" in warning


def test_a_newer_run_of_the_benchmark_takes_the_place_of_the_documents(tmp_path: Path) -> None:
    def keep(name: str, short: bool, value: float) -> None:
        figures = {"isolated 1 × 1,000": {"teahouse": {measured.COST: value}, "Nchan": {measured.COST: 99.0}}}
        (tmp_path / name).write_text(json.dumps({"short": short, "figures": figures}), "utf-8")
    keep("2026-11-25T100000-fanout.json", short=False, value=5.0)
    keep("2026-11-26T100000-fanout.json", short=False, value=6.0)
    keep("2026-11-27T100000-fanout.json", short=True, value=1.0)
    (tmp_path / "2026-11-28-broken.json").write_text("{", "utf-8")
    found = measured.figures(tmp_path)
    assert found["delivery_alone"] == (6.0, "µs", "bench/results/2026-11-26T100000-fanout.json")
    assert found["post_redis"].source == measured.KINDS["post_redis"].source


def test_the_documents_that_figures_come_from_are_there() -> None:
    for kind in measured.KINDS.values():
        source = kind.source.partition(",")[0]
        assert source.startswith("assumed:") or list(ROOT.glob(f"{source}*")), source


def test_it_plans_with_what_the_house_is_set_to() -> None:
    scaler = next(one for one in yaml.safe_load_all((ROOT / "deploy/kubernetes/web.yaml").read_text("utf-8"))
                  if one["kind"] == "HorizontalPodAutoscaler")
    metric = next(one["pods"] for one in scaler["spec"]["metrics"] if one["type"] == "Pods")
    assert int(metric["target"]["averageValue"]) == sizing.SOCKETS
    settings = Settings.from_environment({})
    assert settings.handshakes_per_second == sizing.HANDSHAKES_A_SECOND
    assert settings.sockets_per_process > sizing.SOCKETS
