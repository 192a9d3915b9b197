"""`GET /metrics`: all web processes of the host together, for Prometheus on this host or with the token.

With them how the house is as a whole (`teahouse_house_…`): every host tells the same, so take the largest, not the sum.
"""

from __future__ import annotations

import hmac
import os
import time
from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Flask, Response, g, request
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from refusals import error
from rooms import counted, posts
from rooms.errors import Code, Refused
from rooms.store import Store
from rooms.vitals import vitals
from wechat.platform import quotas

LOOPBACK = ("127.0.0.1", "::1", "::ffff:127.0.0.1")
FORWARDED = ("X-Forwarded-For", "Forwarded", "X-Real-IP")

requests = Counter("teahouse_http_requests_total", "HTTP requests answered", ["route", "method", "status"])
seconds = Histogram("teahouse_http_request_seconds", "Time until the answer began", ["route"],
                    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5))


class House(Collector):
    """Asked anew for each page; what cannot be asked is left out, and `teahouse_house_answers` says which server."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def collect(self) -> Iterator[Metric]:
        seen = vitals(self._store)
        yield _gauge("answers", "whether a server answers", ["server"],
                     {("redis",): float(seen.hinted is not None), ("sql",): float(seen.alarms is not None)})
        yield _gauge("redis_away", "masters of the log's Redis that do not answer", [], _alone(seen.away))
        yield _gauge("hinted", "things that wait for the clock", ["kind"],
                     {(kind,): float(count) for kind, count in (seen.hinted or {}).items()})
        yield _gauge("unarchived", "entries that only Redis holds", [], _alone(seen.unarchived))
        yield _gauge("alarms", "open alarms of the archive", [], _alone(seen.alarms))
        yield _gauge("quota_left", "calls that are left today", ["appid", "way"], self._quotas())
        yield self._by_workers()

    def _by_workers(self) -> CounterMetricFamily:
        counter = CounterMetricFamily("teahouse_house_workers", "what the workers counted, by counter and labels",
                                      labels=["counter", "label"])
        try:
            for place, count in counted.everywhere(self._store).items():
                counter.add_metric(list(place), count)
        except Refused as refused:
            if refused.code is not Code.UNAVAILABLE:
                raise
        return counter

    def _quotas(self) -> dict[tuple[str, ...], float]:
        try:
            return {(appid, str(way)): float(left) for (appid, way), left in quotas.left_in_all(self._store).items()}
        except Refused as refused:
            if refused.code is not Code.UNAVAILABLE:
                raise
            return {}


def _alone(value: int | None) -> dict[tuple[str, ...], float]:
    return {} if value is None else {(): float(value)}


def _gauge(name: str, told: str, labels: list[str], values: dict[tuple[str, ...], float]) -> GaugeMetricFamily:
    gauge = GaugeMetricFamily(f"teahouse_house_{name}", told, labels=labels)
    for key, value in values.items():
        gauge.add_metric(list(key), value)
    return gauge


def blueprint(token: str | None, store: Store | None = None) -> Blueprint:
    """The page of numbers; `token` opens it to others than this host. Without `store` it is the processes alone."""
    pages = Blueprint("metrics", __name__)

    @pages.get("/metrics")
    def metrics() -> Response:
        if not _allowed(token):
            return error(403, "forbidden", "from this host, or with TEAHOUSE_METRICS_TOKEN as bearer token")
        page = generate_latest(_registry()) + (generate_latest(_only(House(store))) if store else b"")
        return Response(page, content_type=CONTENT_TYPE_LATEST)

    return pages


def count(app: Flask) -> None:
    """Counts and times the requests of `app` by route, never by path: a path is the visitor's to choose."""

    @app.before_request
    def _begin() -> None:
        g.began = time.perf_counter()

    @app.after_request
    def _end(response: Response) -> Response:
        posts.publish()
        route = str(request.url_rule) if request.url_rule else "none"
        method = request.method if request.method in ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD") else "other"
        requests.labels(route, method, response.status_code).inc()
        if "began" in g and response.status_code != 101:
            seconds.labels(route).observe(time.perf_counter() - g.began)
        return response


def _allowed(token: str | None) -> bool:
    """A caller on loopback itself, not one that a proxy on loopback speaks for; or the bearer of the token."""
    if token and hmac.compare_digest(request.headers.get("Authorization", "").encode(), f"Bearer {token}".encode()):
        return True
    direct = not any(name in request.headers for name in FORWARDED)
    return direct and _peer() in LOOPBACK


def _peer() -> str:
    """The address of the connection's other end, whatever the headers say."""
    return str(request.environ.get("REMOTE_ADDR", ""))


def _only(collector: Collector) -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(collector)
    return registry


def _registry() -> CollectorRegistry:
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    registry: Any = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return registry  # type: ignore[no-any-return]
