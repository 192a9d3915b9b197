from gevent import monkey; monkey.patch_all()  # noqa: I001  first of all, before anything opens a socket

# How the web processes run: `gunicorn -c python:gunicorn_conf app:application`.

import gc
import importlib
import os
import shutil
from typing import Any

from embedded import settle
from leash import die_with_parent
from processes import raise_file_limit
from settings import Settings

COLLECT_AFTER = 50_000, 20, 100
"""Objects more than were freed, then younger collections: measured, half of a post's cost with Python's own numbers."""
SPARE_CONNECTIONS = 200
"""Room for health checks, API requests and polite refusals when all seats for sockets are taken."""

settings = settle(Settings.from_environment())
metrics = settings.var / "metrics"
os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(metrics)
raise_file_limit()

bind = f"{settings.host}:{settings.port}"
workers = settings.web_processes
worker_class = "miniprogram.worker.DrainingWorker"
worker_connections = settings.sockets_per_process + SPARE_CONNECTIONS
backlog = 2048
timeout = 60
graceful_timeout = 35
"""Draining takes up to 14 seconds, requests in progress may go on beside it; the worker ends by itself before that."""
keepalive = 5
preload_app = False
max_requests = 0
limit_request_line = 4094
limit_request_fields = 50
control_socket_disable = True
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108  a heartbeat file, never on a slow disk
logger_class = "logs.GunicornLogger"
proc_name = "teahouse"


def on_starting(server: Any) -> None:
    server.init_signals()  # gunicorn does so only behind this; a signal that came meanwhile would be the end, or lost
    _forget_counters()
    _read_code()


def _forget_counters() -> None:
    """Those of an earlier run would be added to ours."""
    shutil.rmtree(metrics, ignore_errors=True)
    metrics.mkdir(parents=True)


def _read_code() -> None:
    """Once for all workers: they are forked with it, share its memory, and one that died is soon replaced. New code
    needs a new master; SIGHUP only makes the workers anew.

    All this before the port is open: whoever comes to an open port waits there until somebody serves, and a gateway
    sends them to another host only where it is closed."""
    gc.disable()  # all that is read stays: looking through it meanwhile takes a tenth of the time
    importlib.import_module("app")
    gc.collect()
    gc.freeze()
    gc.enable()


def post_fork(_server: Any, _worker: Any) -> None:
    die_with_parent()


def post_worker_init(_worker: Any) -> None:
    """The application is there to stay: the garbage collector need not walk it again and again. What is made for a
    message or a request is freed by counting; the collector is for the few cycles that remain."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)


def worker_exit(_server: Any, _worker: Any) -> None:
    import traces

    traces.end()


def child_exit(_server: Any, worker: Any) -> None:
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
