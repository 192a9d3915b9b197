"""The Celery application: `celery -A tasks.worker worker`, `celery -A tasks.worker beat`.

Celery on Redis may lose a task and may run one twice. Both are harmless here: whatever matters is derivable from the
log or from SQL and is swept again, and every task is safe to repeat. Settings are read when they are first needed,
and the store is opened once in each process, after its fork.
"""

from __future__ import annotations

import os
import ssl
import time
import warnings
from functools import cache
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from celery import Celery
from celery.platforms import SecurityWarning  # type: ignore[attr-defined]  # its stubs leave it out
from celery.signals import (
    setup_logging,
    task_postrun,
    task_prerun,
    worker_init,
    worker_process_init,
    worker_process_shutdown,
)

import logs
import traces
from embedded import settle, wait_for_redis
from leash import die_with_parent
from rooms import tracing
from rooms.counted import Tally
from rooms.errors import Misconfigured
from rooms.store import Store, open_store
from settings import Settings
from wechat.platform import hosting

FAST, SLOW = "fast", "slow"
TIME_LIMIT, VISIBILITY = 120, 600
"""Seconds. A task must be over long before the broker hands it out again."""

warnings.filterwarnings("ignore", category=SecurityWarning)  # about root and pickle; we take JSON only

app = Celery("teahouse", include=[
    "tasks.archive",
    "tasks.backup",
    "tasks.broadcast",
    "tasks.deliver",
    "tasks.fetch",
    "tasks.identity",
    "tasks.media",
    "tasks.reports",
    "tasks.retention",
    "tasks.search",
    "tasks.sms",
    "tasks.safety",
    "tasks.spam",
    "tasks.tidy",
    "tasks.webhooks",
])


@cache
def settings() -> Settings:
    """What this process was started with."""
    return settle(Settings.from_environment())


def configuration() -> dict[str, Any]:
    """What the facts measured about Celery 5.7 on Redis ask for; docs/decisions/0024 says why."""
    broker = broker_url(settings())
    return {
        "broker_url": broker,
        "broker_use_ssl": {"ssl_cert_reqs": ssl.CERT_REQUIRED} if broker.startswith("rediss") else None,
        "broker_connection_retry_on_startup": True,
        "broker_transport_options": {
            "visibility_timeout": VISIBILITY, "unacked_restore_interval": 10, "unacked_restore_throttle": 1,
            "socket_timeout": 30, "socket_connect_timeout": 5, "socket_keepalive": True, "health_check_interval": 25,
            "global_keyprefix": "q:",
        },
        "task_acks_late": True,
        "task_reject_on_worker_lost": True,
        "task_ignore_result": True,
        "task_time_limit": TIME_LIMIT,
        "task_soft_time_limit": TIME_LIMIT - 30,
        "task_default_queue": SLOW,
        "task_serializer": "json",
        "accept_content": ["json"],
        "worker_prefetch_multiplier": 1,
        "worker_max_tasks_per_child": 2000,
        "worker_max_memory_per_child": 300_000,
        "worker_soft_shutdown_timeout": 30,
        "worker_cancel_long_running_tasks_on_connection_loss": True,
        "worker_enable_remote_control": False,
        "worker_send_task_events": False,
        "timezone": "UTC",
    }


app.add_defaults(configuration)


def broker_url(settled: Settings) -> str:
    """Celery's Redis: the named one, else database 1 of the Redis that holds the log."""
    url = settled.broker_url
    if url is None:
        assert settled.redis_url is not None
        parts = urlsplit(settled.redis_url)
        url = (parts._replace(query="db=1") if parts.scheme == "unix" else parts._replace(path="/1")).geturl()
    return _for_celery(url)


def _for_celery(url: str) -> str:
    """`unix://…?db=1` in the words of Celery's own library."""
    parts = urlsplit(url)
    if parts.scheme != "unix":
        return url
    query = parts.query.replace("db=", "virtual_host=")
    return f"redis+socket://{parts.netloc}{parts.path}{'?' if query else ''}{query}"


def store() -> Store:
    """This process's store."""
    return _store_of(os.getpid())


@cache
def _store_of(_pid: int) -> Store:
    """Keyed by process, so that a child never uses connections that it inherited."""
    if Settings.from_environment().redis_url is None:
        wait_for_redis(settings())
    return open_store(settings())


def refuse_a_cluster(url: str, information: dict[str, Any]) -> None:
    """Raises Misconfigured when the broker answered that it is a cluster's node."""
    if int(information.get("cluster_enabled", 0)):
        raise Misconfigured(f"TEAHOUSE_BROKER_URL: the Redis at {urlsplit(url).hostname} is a cluster, which Celery "
                            f"cannot use; name a single Redis")


@worker_init.connect
def _check_broker(**_: Any) -> None:
    if Settings.from_environment().redis_url is None:
        wait_for_redis(settings())
    with app.connection_for_write() as connection:
        client: Any = connection.default_channel
        try:
            refuse_a_cluster(connection.as_uri(), client.client.info("cluster"))
        except Misconfigured as wrong:
            raise SystemExit(str(wrong)) from None


@worker_process_init.connect
def _begin_child(**_: Any) -> None:
    die_with_parent()
    _log()
    traces.begin(settings(), "clock")
    hosting.own = settings().cloud_hosting[:1]


@worker_process_shutdown.connect
def _end_child(**_: Any) -> None:
    traces.end()


began: dict[str, int] = {}


@task_prerun.connect
def _trace(task_id: str, **_: Any) -> None:
    """A task's id is that of its trace, and stands in its lines."""
    began[task_id] = time.time_ns()
    tracing.become(tracing.Trace(UUID(task_id).int, tracing.new_step()))


tally = Tally()


@task_postrun.connect
def _traced(task_id: str, task: Any, **_: Any) -> None:
    trace, at = tracing.now(), began.pop(task_id, None)
    if trace is not None and at is not None:
        tracing.over(f"task {task.name}", trace, at)
    tracing.become(None)


@task_postrun.connect
def _hand_over(**_: Any) -> None:
    """A worker has no page of numbers: what its children count stands on that of the web processes."""
    tally.hand_over(store())


@setup_logging.connect
def _log(**_: Any) -> None:
    logs.configure(settings(), "clock")
