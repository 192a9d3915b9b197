"""Which node serves a key: the one there is, or a Cluster's owner of its slot."""

from __future__ import annotations

import threading

from redis.connection import parse_url
from redis.crc import key_slot

from rooms.live.wire import Wire, WireLost

Address = tuple[str, int]


def is_cluster(url: str) -> bool:
    wire = Wire(url)
    wire.open()
    try:
        return b"cluster_enabled:1" in bytes(wire.ask("INFO", "cluster"))
    finally:
        wire.close()


class Topology:
    """Slots and their masters. A single server has the one address None."""

    def __init__(self, url: str, cluster: bool) -> None:
        self._url = url
        self.cluster = cluster
        self._owners: dict[int, Address] = {}
        self._lock = threading.Lock()
        if cluster:
            self.refresh()

    def owner(self, key: str) -> Address | None:
        """The master that serves the key; None stands for the only server."""
        if not self.cluster:
            return None
        owner = self._owners.get(key_slot(key.encode()))
        if owner is None:
            raise WireLost("no node serves this slot")
        return owner

    def masters(self) -> list[Address | None]:
        return [*sorted(set(self._owners.values()))] if self.cluster else [None]

    def moved(self, slot: int, address: str) -> Address:
        """A node said who owns the slot now ("host:port", the host may be missing: then it is the one we asked)."""
        host, _, port = address.rpartition(":")
        target = (host or self._seed()[0], int(port))
        self._owners[slot] = target
        return target

    def refresh(self) -> None:
        """Asks any node that answers. Raises WireLost when none does."""
        with self._lock:
            for address in [self._seed(), *sorted(set(self._owners.values()))]:
                try:
                    self._owners = self._ask(address)
                    return
                except WireLost:
                    continue
        raise WireLost("no node of the Redis Cluster answers")

    def _seed(self) -> Address:
        options = parse_url(self._url)  # type: ignore[no-untyped-call]
        return options.get("host", "localhost"), int(options.get("port", 6379))

    def _ask(self, address: Address) -> dict[int, Address]:
        wire = Wire(self._url, address)
        wire.open()
        try:
            owners: dict[int, Address] = {}
            for first, last, master, *_ in wire.ask("CLUSTER", "SLOTS"):
                owner = ((bytes(master[0]) or address[0].encode()).decode(), int(master[1]))
                owners.update(dict.fromkeys(range(first, last + 1), owner))
            return owners
        finally:
            wire.close()


def slot_sender(error: str) -> tuple[str, int, str]:
    """`MOVED 3999 host:port` → ("MOVED", 3999, "host:port")."""
    word, slot, address = error.split(" ")[:3]
    return word, int(slot), address


