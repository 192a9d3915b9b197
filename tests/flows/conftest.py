"""One house for all flows: two web processes, the sandbox as WeChat, digests a second apart instead of minutes. What is
said there lies sealed in Redis and in the record, so that whoever reads it at whatever door has to open it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.collector import Collector
from tests.house_client import House
from tests.sandbox_client import Sandbox


@pytest.fixture(scope="package")
def collector() -> Iterator[Collector]:
    """What the house tells of the way of each message."""
    with Collector() as listening:
        yield listening


@pytest.fixture(scope="package")
def running_house(tmp_path_factory: pytest.TempPathFactory, collector: Collector) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("flows")
    with House(folder, web_processes=2, TEAHOUSE_DIGEST_PACE_SECONDS="1,1,1,1",
               TEAHOUSE_SAY_PER_SECOND="0", TEAHOUSE_MASTER_KEY="the flows' master key, long enough",
               TEAHOUSE_SEAL_LOG="yes", **collector.environ) as house:
        yield house
        assert not house.tracebacks(), house.tracebacks()[:2]


@pytest.fixture
def house(running_house: House) -> Iterator[House]:
    """The house without anybody in it."""
    yield running_house
    running_house.let_go(*running_house.phones)
    running_house.wechat.clear_faults()


@pytest.fixture
def wechat(house: House) -> Sandbox:
    return house.wechat
