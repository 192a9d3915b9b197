"""The process's counters as Prometheus metrics, brought over once a second."""

from __future__ import annotations

from dataclasses import fields

from prometheus_client import Counter, Gauge

from miniprogram.counters import Counters
from rooms import posts

NOW = ("sockets", "channels", "outbox_bytes", "waiting", "loop_lag_ms")
_gauges = {name: Gauge(f"teahouse_socket_{name}", f"{name.replace('_', ' ')}, now", multiprocess_mode="livesum")
           for name in NOW if name != "loop_lag_ms"}
_gauges["loop_lag_ms"] = Gauge("teahouse_loop_lag_ms", "how late the event loop's last tick came, of the worst process",
                               multiprocess_mode="livemax")
_counters = {field.name: Counter(f"teahouse_socket_{field.name}", field.name.replace("_", " "))
             for field in fields(Counters) if field.name not in NOW}


class Figures:
    def __init__(self, counters: Counters) -> None:
        self._counters = counters
        self._published = dict.fromkeys(_counters, 0)

    def publish(self) -> None:
        posts.publish()
        for name, gauge in _gauges.items():
            gauge.set(getattr(self._counters, name))
        for name, counter in _counters.items():
            value = getattr(self._counters, name)
            if value > self._published[name]:
                counter.inc(value - self._published[name])
                self._published[name] = value
