"""What `deploy/` says agrees with itself and with the programs; Kubernetes' own schemas accept the manifests.

Validated, not run: no cluster and no container engine is at hand where these tests run.
"""

from __future__ import annotations

import configparser
import shlex
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from prometheus_client import REGISTRY

import miniprogram.figures  # noqa: F401  registers what it counts
from processes import programs
from settings import Settings

DEPLOY = Path(__file__).parents[2] / "deploy"
KUBERNETES = DEPLOY / "kubernetes"
Json = dict[str, Any]

MANIFESTS: list[Json] = [
    document for path in sorted(KUBERNETES.glob("*.yaml")) if path.name != "kustomization.yaml"
    for document in yaml.safe_load_all(path.read_text("utf-8"))]
COMPOSE: Json = yaml.safe_load((DEPLOY / "compose.yml").read_text("utf-8"))
VARIABLES = frozenset(field.metadata["variable"] for field in fields(Settings))


def of_kind(kind: str) -> list[Json]:
    return [one for one in MANIFESTS if one["kind"] == kind]


def pods() -> list[Json]:
    return [one["spec"]["template"]["spec"] for one in [*of_kind("Deployment"), *of_kind("Job")]]


@pytest.mark.parametrize("manifest", MANIFESTS, ids=lambda one: f"{one['kind']}-{one['metadata']['name']}")
def test_kubernetes_knows_every_field(manifest: Json) -> None:
    kubernetes_validate.validate(manifest, "1.30", strict=True)


def test_every_selector_finds_its_pods() -> None:
    labels = [one["spec"]["template"]["metadata"]["labels"] for one in of_kind("Deployment")]
    chosen = [*of_kind("Deployment"), *of_kind("PodDisruptionBudget")]
    selectors = [one["spec"]["selector"]["matchLabels"] for one in chosen]
    selectors += [one["spec"]["selector"] for one in of_kind("Service")]
    selectors += [one["spec"]["podSelector"]["matchLabels"] for one in of_kind("NetworkPolicy")]
    for selector in selectors:
        assert any(selector.items() <= label.items() for label in labels), selector


def test_kustomize_names_every_file_and_what_the_pods_ask_for() -> None:
    told: Json = yaml.safe_load((KUBERNETES / "kustomization.yaml").read_text("utf-8"))
    assert sorted(told["resources"]) == sorted(
        path.name for path in KUBERNETES.glob("*.yaml") if path.name != "kustomization.yaml")
    secrets = {one["name"] for one in told["secretGenerator"]}
    settings = {one["name"] for one in told["configMapGenerator"]}
    for pod in pods():
        assert {volume["secret"]["secretName"] for volume in pod["volumes"] if "secret" in volume} <= secrets
        for container in pod["containers"]:
            assert {one["configMapRef"]["name"] for one in container["envFrom"]} <= settings


def test_settings_are_spelled_as_the_program_reads_them() -> None:
    lines = (KUBERNETES / "settings.env").read_text("utf-8").splitlines()
    named = {line.split("=")[0] for line in lines} | set(COMPOSE["x-house"]["environment"])
    assert {name.removesuffix("_FILE") for name in named} <= VARIABLES


def test_who_serves_in_kubernetes_is_who_serves_in_compose_and_on_hosts() -> None:
    """Celery's queues and the web server are those of `teahouse up`."""
    house = {one.name for one in programs(Settings.from_environment({}), sandbox=False)} - {"redis"}
    assert {one["metadata"]["name"] for one in of_kind("Deployment")} == house
    assert house <= set(COMPOSE["services"])
    assert {path.stem.removeprefix("teahouse-") for path in (DEPLOY / "systemd").glob("*.service")} == house
    for name in ("fast", "slow"):
        kubernetes = next(one for one in of_kind("Deployment") if one["metadata"]["name"] == name)
        command = kubernetes["spec"]["template"]["spec"]["containers"][0]["command"]
        assert command == COMPOSE["services"][name]["command"]
        assert shlex.split(_unit(name)["Service"]["ExecStart"].replace("%%", "%"))[1:] == command[1:]


def test_nobody_is_cut_off_before_the_draining_ends() -> None:
    patience = _graceful_timeout()
    web = next(one for one in of_kind("Deployment") if one["metadata"]["name"] == "web")
    pod = web["spec"]["template"]["spec"]
    sleep = int(pod["containers"][0]["lifecycle"]["preStop"]["exec"]["command"][1])
    assert pod["terminationGracePeriodSeconds"] >= patience + sleep
    assert int(COMPOSE["services"]["web"]["stop_grace_period"].removesuffix("s")) >= patience
    assert int(_unit("web")["Service"]["TimeoutStopSec"]) >= patience


def test_the_autoscaler_counts_what_the_process_counts() -> None:
    scaler, = of_kind("HorizontalPodAutoscaler")
    wanted = {one["pods"]["metric"]["name"] for one in scaler["spec"]["metrics"] if one["type"] == "Pods"}
    assert wanted <= {one.name for one in REGISTRY.collect()}


def _graceful_timeout() -> int:
    """Asked of a process of its own: the configuration patches whoever imports it, as it must."""
    told = subprocess.run([sys.executable, "-c", "import gunicorn_conf; print(gunicorn_conf.graceful_timeout)"],
                          cwd=DEPLOY.parent, capture_output=True, text=True, timeout=60, check=True)
    return int(told.stdout)


def _unit(name: str) -> configparser.ConfigParser:
    unit = configparser.ConfigParser(interpolation=None, strict=False)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read(DEPLOY / "systemd" / f"teahouse-{name}.service", "utf-8")
    return unit
