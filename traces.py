"""Where the way of a message is told: to an OpenTelemetry collector by TEAHOUSE_TRACES, at the level debug to the log.

The collector's address and all else about it are OpenTelemetry's own variables (OTEL_EXPORTER_OTLP_ENDPOINT and so on).
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable
from typing import Any

from flask import Flask, Response, g, request

from rooms import tracing
from rooms.errors import Misconfigured
from rooms.tracing import Step, Tell
from settings import Settings

log = logging.getLogger("teahouse.way")

END_SECONDS = 3.0
AT_ONCE = 64
"""Spans in one request, unless OTEL_BSP_MAX_EXPORT_BATCH_SIZE says otherwise: meanwhile the loop stands."""
NOT_TOLD = frozenset({"/healthz", "/readyz", "/metrics"})
"""What monitors ask all the time."""


def begin(settings: Settings, process: str) -> None:
    """In each process, after its fork. Raises Misconfigured where the extra is missing."""
    tellers: list[Tell] = []
    if settings.traces > 0:
        tellers.append(_collector(process, os.getpid()))
    if log.isEnabledFor(logging.DEBUG):
        tellers.append(_line)
    tracing.share = settings.traces
    tracing.tell = None if not tellers else tellers[0] if len(tellers) == 1 else lambda step: _both(tellers, step)


def end() -> None:
    """Sends what is left, for as long as END_SECONDS allow: a collector that hangs holds nobody up."""
    tracing.tell = None
    while _open:
        last = threading.Thread(target=_open.pop(), name="last-traces", daemon=True)
        last.start()
        last.join(END_SECONDS)


def watch(app: Flask) -> None:
    """Each request of `app` is a trace, until it turns out which message it brings."""

    @app.before_request
    def _begin() -> None:
        tracing.become(tracing.by_chance())
        g.trace_began = time.time_ns()

    @app.after_request
    def _answered(response: Response) -> Response:
        if tracing.tell is not None and "trace_began" in g:
            _request_is_over(response.status_code)
        return response

    @app.teardown_request
    def _end(_error: BaseException | None) -> None:
        tracing.become(None)


def _request_is_over(status: int) -> None:
    route, trace = str(request.url_rule or "none"), tracing.now()
    if trace is not None and route not in NOT_TOLD:
        tracing.over(f"{request.method} {route}", trace, g.trace_began, status=status)


_open: list[Callable[[], None]] = []
"""What must be shut at the end."""


def _collector(process: str, pid: int) -> Tell:
    """One for each process."""
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        raise Misconfigured(
            "TEAHOUSE_TRACES: needs the extra `traces` (OpenTelemetry): pip install 'teahouse[traces]'") from None

    about = Resource.create({"service.name": os.environ.get("OTEL_SERVICE_NAME", "teahouse"),
                             "service.instance.id": f"{process}-{pid}", "process.pid": pid})
    at_once = None if "OTEL_BSP_MAX_EXPORT_BATCH_SIZE" in os.environ else AT_ONCE
    sending = BatchSpanProcessor(OTLPSpanExporter(), max_export_batch_size=at_once)
    _open.append(sending.shutdown)
    span = _spans(about)

    def tell(step: Step) -> None:
        if tracing.is_told(step.trace):
            sending.on_end(span(step))

    return tell


def _spans(about: Any) -> Callable[[Step], Any]:
    """How a step is written in OpenTelemetry's words."""
    from opentelemetry.sdk.trace import ReadableSpan
    from opentelemetry.sdk.util.instrumentation import InstrumentationScope
    from opentelemetry.trace import Link, SpanContext, SpanKind, Status, StatusCode, TraceFlags

    sampled, scope = TraceFlags(TraceFlags.SAMPLED), InstrumentationScope("teahouse")

    def place(trace: int, step: int) -> SpanContext:
        return SpanContext(trace, step, is_remote=False, trace_flags=sampled)

    def span(step: Step) -> ReadableSpan:
        failed = step.facts.get("failed") or int(step.facts.get("status", 0)) >= 500
        return ReadableSpan(
            step.name, place(step.trace, step.step), place(step.trace, step.parent) if step.parent else None, about,
            {f"teahouse.{name}": value for name, value in step.facts.items()},
            links=[Link(place(link.id, link.step)) for link in step.links],
            kind=SpanKind.INTERNAL if step.parent else SpanKind.SERVER, instrumentation_scope=scope,
            status=Status(StatusCode.ERROR if failed else StatusCode.UNSET),
            start_time=step.began, end_time=step.ended)

    return span


def _line(step: Step) -> None:
    facts = " ".join(f"{name}={value}" for name, value in step.facts.items())
    with tracing.about(tracing.Trace(step.trace, step.step)):
        log.debug("%s ms=%.1f %s", step.name, (step.ended - step.began) / 1_000_000, facts)


def _both(tellers: list[Tell], step: Step) -> None:
    for each in tellers:
        each(step)
