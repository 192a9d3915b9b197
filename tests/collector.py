"""A collector of OpenTelemetry traces on loopback, which keeps what it is told."""

from __future__ import annotations

import gzip
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, NamedTuple

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.patience import PATIENCE_SECONDS


class Span(NamedTuple):
    name: str
    trace: str
    id: str
    parent: str
    process: str
    facts: dict[str, Any]
    links: list[str]
    """Traces."""
    began: int
    ended: int


class Collector:
    """Between `with` and its end it listens; give `environ` to a house."""

    def __init__(self) -> None:
        self.spans: list[Span] = []
        collector = self

        class Taking(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.headers.get("Content-Encoding") == "gzip":
                    body = gzip.decompress(body)
                collector.spans += _spans(body)
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None: ...

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Taking)

    @property
    def environ(self) -> dict[str, str]:
        return {"TEAHOUSE_TRACES": "1", "OTEL_BSP_SCHEDULE_DELAY": "200",
                "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{self._server.server_port}"}

    def wait_for(self, trace: str, names: set[str]) -> list[Span]:
        """All spans of that trace, once each of these names is among them, and of each span the one that began it:
        processes tell theirs when they come to it."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not (names <= {span.name for span in self.of(trace)} and self._whole(trace)):
            assert time.monotonic() < deadline, (names, self.of(trace), len(self.spans))
            time.sleep(0.05)
        return self.of(trace)

    def _whole(self, trace: str) -> bool:
        spans = self.of(trace)
        return {span.parent for span in spans if span.parent} <= {span.id for span in spans}

    def of(self, trace: str) -> list[Span]:
        return [span for span in self.spans if span.trace == trace]

    def __enter__(self) -> Collector:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, _type: type[BaseException] | None, _value: object, _traceback: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()


def _spans(body: bytes) -> list[Span]:
    told = ExportTraceServiceRequest.FromString(body)
    found = []
    for of_process in told.resource_spans:
        about = _facts(of_process.resource.attributes)
        for of_scope in of_process.scope_spans:
            found += [Span(one.name, one.trace_id.hex(), one.span_id.hex(), one.parent_span_id.hex(),
                           about["service.instance.id"], _facts(one.attributes),
                           [link.trace_id.hex() for link in one.links], one.start_time_unix_nano,
                           one.end_time_unix_nano) for one in of_scope.spans]
    return found


def _facts(attributes: Any) -> dict[str, Any]:
    return {one.key.removeprefix("teahouse."): getattr(one.value, one.value.WhichOneof("value")) for one in attributes}
