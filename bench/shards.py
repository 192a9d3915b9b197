"""A Redis Cluster of several masters on loopback, as durable as the embedded Redis."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any, NamedTuple

import redis

from bench.servers import folder, free_port, running
from embedded import redis_program

SLOTS = 16_384
JOIN_SECONDS = 30


class Shards(NamedTuple):
    """`url` names them all, `urls` each of them."""

    url: str
    urls: list[str]
    pids: list[int]


@contextmanager
def shards(count: int) -> Iterator[Shards]:
    """That share the slots evenly and know each other."""
    with ExitStack() as stack:
        ports, buses = [free_port() for _ in range(count)], [free_port() for _ in range(count)]
        pids = [stack.enter_context(_node(*pair)) for pair in zip(ports, buses, strict=True)]
        nodes: list[Any] = [stack.enter_context(redis.Redis(port=port)) for port in ports]
        for number, node in enumerate(nodes):
            first, last = SLOTS * number // count, SLOTS * (number + 1) // count - 1
            node.execute_command("CLUSTER ADDSLOTSRANGE", first, last)
            node.execute_command("CLUSTER SET-CONFIG-EPOCH", number + 1)
            nodes[0].execute_command("CLUSTER MEET", "127.0.0.1", ports[number], buses[number])
        _agree(nodes)
        yield Shards("redis://" + ",".join(f"127.0.0.1:{port}" for port in ports),
                     [f"redis://127.0.0.1:{port}" for port in ports], pids)


@contextmanager
def _node(port: int, bus: int) -> Iterator[int]:
    with folder("shard") as place:
        command = [str(redis_program()), "--port", str(port), "--bind", "127.0.0.1", "--dir", str(place),
                   "--cluster-enabled", "yes", "--cluster-port", str(bus),
                   "--save", "", "--appendonly", "yes", "--appendfsync", "always"]
        with running(command, place / "redis.log", port) as pid:
            yield pid


def _agree(nodes: Sequence[Any]) -> None:
    end = time.monotonic() + JOIN_SECONDS
    while not all(_knows(node, len(nodes)) for node in nodes):
        if time.monotonic() > end:
            raise RuntimeError("the nodes of the Cluster did not find each other")
        time.sleep(0.1)


def _knows(node: Any, count: int) -> bool:
    told: dict[str, str] = node.execute_command("CLUSTER INFO")
    return told["cluster_state"] == "ok" and int(told["cluster_known_nodes"]) == count
