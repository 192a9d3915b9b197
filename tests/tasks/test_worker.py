"""What Celery is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from embedded import settle
from rooms.errors import Misconfigured
from settings import Settings
from tasks import worker

KEY = "k" * 32


def read(**environ: str) -> Settings:
    return Settings.from_environment({"TEAHOUSE_SECRET_KEY": KEY, **environ})


@pytest.mark.parametrize(("environ", "broker"), [
    ({"REDIS_URL": "redis://:pw@h:1/0"}, "redis://:pw@h:1/1"),
    ({"REDIS_URL": "redis://h"}, "redis://h/1"),
    ({"REDIS_URL": "rediss://h:1/5"}, "rediss://h:1/1"),
    ({"REDIS_URL": "unix:///run/redis.sock?db=0"}, "redis+socket:///run/redis.sock?virtual_host=1"),
    ({"REDIS_URL": "redis://h", "TEAHOUSE_BROKER_URL": "redis://other/7"}, "redis://other/7"),
    ({"REDIS_URL": "redis://h", "TEAHOUSE_BROKER_URL": "unix:///b.sock?db=3"}, "redis+socket:///b.sock?virtual_host=3"),
])
def test_the_broker_is_the_named_one_or_database_1_of_the_log_s(environ: dict[str, str], broker: str) -> None:
    assert worker.broker_url(read(**environ)) == broker


def test_the_embedded_broker_lies_beside_the_log(tmp_path: Path) -> None:
    settled = settle(Settings.from_environment({"TEAHOUSE_VAR": str(tmp_path)}))
    assert worker.broker_url(settled) == f"{str(settled.redis_url).removesuffix('/0')}/1"


def test_a_cluster_is_refused_by_name() -> None:
    with pytest.raises(Misconfigured, match="^TEAHOUSE_BROKER_URL: the Redis at h is a cluster"):
        worker.refuse_a_cluster("redis://h:1/0", {"cluster_enabled": 1})
    worker.refuse_a_cluster("redis://h:1/0", {"cluster_enabled": 0})


def test_a_task_is_over_long_before_it_could_be_handed_out_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TEAHOUSE_VAR", str(tmp_path))
    worker.settings.cache_clear()
    told = worker.configuration()
    assert told["task_time_limit"] < told["broker_transport_options"]["visibility_timeout"] / 2
    assert told["task_acks_late"]
    assert told["task_reject_on_worker_lost"]
    assert told["accept_content"] == ["json"]
