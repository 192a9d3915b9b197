"""A Redis on the other side of a bad network, and one that is allowed to forget a second."""

from __future__ import annotations

import time
from pathlib import Path

from tests.house_client import House
from tests.oracle import Load, Oracle
from tests.proxy import Proxy
from tests.servers import valkey
from tests.soak.conftest import Keep, scaled, spread


def test_the_network_to_redis_breaks(tmp_path: Path, keep: Keep) -> None:
    """F11, F12: cut, and swallowed without a word. Nothing is lost; who talks is not left waiting for long."""
    with valkey() as server, Proxy(server.port) as proxy:
        url = f"redis://127.0.0.1:{proxy.port}"
        with House(tmp_path, REDIS_URL=f"{url}/0", TEAHOUSE_BROKER_URL=f"{url}/1", TEAHOUSE_SAY_PER_SECOND="0",
                   DATABASE_URL=f"sqlite:///{tmp_path}/var/teahouse.db", TEAHOUSE_SECRET_KEY="k" * 32) as house:
            house.redis_port = server.port
            channel, = house.new_channels("远")
            phones = house.phones_in_each_process(channel, 6, "说")
            for phone in phones:
                phone.keep_frames = False
            oracle, cut, frozen = Oracle(house, channel, phones), [], []
            with Load(phones, channel, pause=0.05, patience=60) as load:
                load.wait_for(50)
                for _ in range(scaled(30)):
                    oracle.fault()
                    proxy.cut()
                    load.wait_for_everybody(time.monotonic(), 30)
                    cut.append(oracle.silence())
                for _ in range(scaled(6)):
                    oracle.fault()
                    proxy.freeze()
                    load.wait_for_everybody(time.monotonic(), 60)
                    frozen.append(oracle.silence())
            oracle.settle(30)
            verdict = oracle.check()
            assert max(frozen) < 10
            keep(**verdict._asdict(), cut=spread(cut), swallowed=spread(frozen))


def test_a_relaxed_redis_says_what_it_may_have_lost(tmp_path: Path, keep: Keep) -> None:
    """F8: with `relaxed` a kill begins a new epoch, and readers agree on what is left."""
    with House(tmp_path, TEAHOUSE_DURABILITY="relaxed", TEAHOUSE_SAY_PER_SECOND="0") as house:
        channel, = house.new_channels("松")
        phones = house.phones_in_each_process(channel, 6, "说")
        for phone in phones:
            phone.keep_frames = False
        oracle, kills = Oracle(house, channel, phones), scaled(20)
        with Load(phones, channel, pause=0.02, patience=60) as load:
            for _ in range(kills):
                load.wait_for(load.acked() + 100)
                oracle.fault()
                victim = house.redis()
                house.kill(victim)
                house.wait(lambda: house.redis() not in (0, victim), 20, "another Redis")  # noqa: B023
                load.wait_for_everybody(time.monotonic(), 30)
        oracle.settle(30)
        verdict = oracle.judge()
        epochs = {entry.epoch for entry in oracle.log()[0]}
        assert verdict.holes == verdict.differing == verdict.wrongs == verdict.duplicated == 0, verdict
        keep(**verdict._asdict(), kills=kills, epochs=len(epochs), told=sum(len(phone.forks) for phone in phones))
