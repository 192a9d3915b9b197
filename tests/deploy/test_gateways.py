"""APISIX and Istio say what nginx says: the same paths, limits and patience, and nothing of the inside is let out.

Validated, not run: neither is at hand where these tests run.
"""

from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from tests.deploy import schemas

DEPLOY = Path(__file__).parents[2] / "deploy"
Json = dict[str, Any]

APISIX: Json = yaml.safe_load((DEPLOY / "apisix/apisix.yaml").read_text("utf-8"))
PLANE: Json = yaml.safe_load((DEPLOY / "apisix/config.yaml").read_text("utf-8"))
ISTIO: dict[str, Json] = {one["kind"]: one for one in yaml.safe_load_all(
    (DEPLOY / "istio/gateway.yaml").read_text("utf-8"))}
WEB: list[Json] = list(yaml.safe_load_all((DEPLOY / "kubernetes/web.yaml").read_text("utf-8")))
NGINX = (DEPLOY / "nginx/teahouse.conf.template").read_text("utf-8")
INSIDE = {"/metrics", "/healthz", "/readyz"}


def route(name: str) -> Json:
    return next(one for one in APISIX["routes"] if one["id"] == name)


def plugins(one: Json) -> Json:
    """Those of the configuration that it names, under its own."""
    shared = {each["id"]: each["plugins"] for each in APISIX["plugin_configs"]}
    return {**shared.get(one.get("plugin_config_id", ""), {}), **one.get("plugins", {})}


def test_apisix_reads_the_file_to_its_end_and_every_name_in_it_leads_somewhere() -> None:
    assert (DEPLOY / "apisix/apisix.yaml").read_text("utf-8").endswith("#END\n")
    assert PLANE["deployment"]["role_data_plane"]["config_provider"] == "yaml"
    upstreams = {one["id"]: one for one in APISIX["upstreams"]}
    shared = {one["id"] for one in APISIX["plugin_configs"]}
    assert len({one["id"] for one in APISIX["routes"]}) == len(APISIX["routes"])
    for one in APISIX["routes"]:
        assert one["upstream_id"] in upstreams
        assert one.get("plugin_config_id", "outside") in shared
        assert set(plugins(one)) <= set(PLANE["plugins"])
    for one in upstreams.values():
        assert one["checks"]["active"]["http_path"] == "/readyz"
        assert set(one["timeout"]) == {"connect", "send", "read"}


def wrongs(document: Json, schema: Json) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in Draft202012Validator(schema).iter_errors(document)]


def test_apisix_knows_every_field_and_takes_every_value() -> None:
    Draft202012Validator.check_schema(schemas.APISIX)
    assert wrongs(APISIX, schemas.APISIX) == []


@pytest.mark.parametrize("kind", sorted(schemas.ISTIO))
def test_istio_knows_every_field_and_takes_every_value(kind: str) -> None:
    Draft202012Validator.check_schema(schemas.ISTIO[kind])
    assert wrongs(ISTIO[kind], schemas.ISTIO[kind]) == []


@pytest.mark.parametrize(("path", "value"), [
    ("routes.0.plugins.limit-conn.conn", 0), ("routes.0.plugins.limit-conn.brust", 5),
    ("routes.0.plugins.limit-req.rejected_code", 999), ("routes.0.plugins.limit-count", {}),
    ("routes.0.uris", ["/ws"]), ("routes.1.methods.0", "FETCH"), ("upstreams.0.timeout.read", 0),
    ("upstreams.0.checks.active.healthy.successes", 255), ("upstreams.0.type", "least_connections"),
    ("ssls.0.cert", "a file's name")])
def test_a_slip_in_apisix_would_be_seen(path: str, value: Any) -> None:
    assert wrongs(_with(APISIX, path, value), schemas.APISIX)


@pytest.mark.parametrize(("kind", "path", "value"), [
    ("VirtualService", "spec.http.0.timeout", 0), ("VirtualService", "spec.http.0.retry", {"attempts": 0}),
    ("DestinationRule", "spec.trafficPolicy.loadBalancer.simple", "LEAST_CONN"),
    ("DestinationRule", "spec.trafficPolicy.outlierDetection.consecutiveErrors", 5),
    ("Gateway", "spec.servers.1.tls.minProtocolVersion", "TLSv1.2"),
    ("AuthorizationPolicy", "spec.rules.0.to.0.operation.excludePaths", ["/metrics"])])
def test_a_slip_in_istio_would_be_seen(kind: str, path: str, value: Any) -> None:
    assert wrongs(_with(ISTIO[kind], path, value), schemas.ISTIO[kind])


def _with(document: Json, path: str, value: Any) -> Json:
    changed = copy.deepcopy(document)
    *way, last = [int(word) if word.isdigit() else word for word in path.split(".")]
    inner: Any = changed
    for word in way:
        inner = inner[word]
    inner[last] = value
    return changed


def test_apisix_limits_what_nginx_limits() -> None:
    sockets, signing_in = plugins(route("sockets")), plugins(route("signing_in"))
    assert sockets["limit-conn"]["conn"] == int(re.findall(r"limit_conn sockets (\d+)", NGINX)[0])
    assert signing_in["limit-req"]["rate"] == int(re.findall(r"zone=signing_in:\w+ rate=(\d+)r", NGINX)[0])
    assert plugins(route("rest"))["limit-req"]["rate"] == int(re.findall(r"zone=requests:\w+ +rate=(\d+)r", NGINX)[0])
    assert plugins(route("media"))["client-control"]["max_body_size"] == 21 << 20
    assert plugins(route("rest"))["client-control"]["max_body_size"] == 64 << 10
    for one in APISIX["routes"]:
        for name in ("limit-req", "limit-conn"):
            assert plugins(one).get(name, {"rejected_code": 429})["rejected_code"] == 429


def test_apisix_believes_no_address_that_came_in_and_counts_every_way_out() -> None:
    for one in APISIX["routes"]:
        if one["id"] != "inside":
            assert plugins(one)["proxy-rewrite"]["headers"]["set"]["X-Forwarded-For"] == "$remote_addr"
            assert "prometheus" in plugins(one)
    assert "$uri" in PLANE["nginx_config"]["http"]["access_log_format"]
    assert "request_uri" not in PLANE["nginx_config"]["http"]["access_log_format"]


def test_what_is_for_the_inside_stays_inside() -> None:
    inside = route("inside")
    assert set(inside["uris"]) == INSIDE
    assert inside["plugins"]["fault-injection"]["abort"]["http_status"] == 404
    assert inside["priority"] > max(one["priority"] for one in APISIX["routes"] if one is not inside)
    rules = ISTIO["AuthorizationPolicy"]["spec"]["rules"]
    assert set(rules[0]["to"][0]["operation"]["notPaths"]) == INSIDE
    assert [rule["to"][0]["operation"].get("paths") for rule in rules] == [None, ["/metrics"]]


def test_a_socket_may_be_silent_for_as_long_as_its_heartbeats_allow() -> None:
    sockets = next(one for one in APISIX["upstreams"] if one["id"] == "sockets")
    assert sockets["timeout"]["read"] == 75
    assert route("sockets")["enable_websocket"] is True
    http = ISTIO["VirtualService"]["spec"]["http"]
    assert (http[0]["match"], http[0]["timeout"]) == ([{"uri": {"exact": "/ws"}}], "0s")
    for one in (plugins(route("sockets"))["proxy-rewrite"]["headers"], http[0]["headers"]["request"]):
        assert one["remove"] == ["Sec-WebSocket-Extensions"]


def test_nothing_that_may_have_happened_is_sent_again() -> None:
    for one in ISTIO["VirtualService"]["spec"]["http"]:
        retries = one["retries"]
        assert retries["attempts"] == 0 or retries["retryOn"] == "connect-failure,refused-stream"
    assert next(one for one in APISIX["upstreams"] if one["id"] == "callbacks")["retries"] == 0


def test_istio_names_the_service_and_the_pods_that_kubernetes_has() -> None:
    service = next(one for one in WEB if one["kind"] == "Service")
    for one in ISTIO["VirtualService"]["spec"]["http"]:
        destination = one["route"][0]["destination"]
        assert destination["host"] == service["metadata"]["name"] == ISTIO["DestinationRule"]["spec"]["host"]
        assert destination["port"]["number"] in [port["port"] for port in service["spec"]["ports"]]
    labels = next(one for one in WEB if one["kind"] == "Deployment")["spec"]["template"]["metadata"]["labels"]
    assert ISTIO["AuthorizationPolicy"]["spec"]["selector"]["matchLabels"].items() <= labels.items()
    assert ISTIO["VirtualService"]["spec"]["gateways"] == [ISTIO["Gateway"]["metadata"]["name"]]
    assert ISTIO["VirtualService"]["spec"]["hosts"] == ISTIO["Gateway"]["spec"]["servers"][1]["hosts"]
