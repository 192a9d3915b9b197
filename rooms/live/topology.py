"""Which node serves a key: the one there is, the one that Sentinel names, or a Cluster's owner of its slot."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from redis.crc import key_slot

from rooms.live.address import Address, Servers
from rooms.live.wire import ErrorReply, Wire, WireLost

log = logging.getLogger(__name__)

LOOK_EVERY_SECONDS = 0.3
"""The least time between two looks at who serves what, however much is in doubt."""
QUICKLY_SECONDS = 1.0
"""A host that does not answer in this time is passed over: another knows as much."""


def topology_of(url: str) -> Topology:
    """Asks the servers. Raises WireLost when none answers, ErrorReply when they refuse, ValueError for a wrong URL."""
    servers = Servers.of(url)
    if servers.watched_as:
        return Watched(servers)
    return Ring(servers) if _is_cluster(servers) else Topology(servers)


class Topology:
    """The only server there is: its address is None. Subclasses know of several."""

    cluster = False

    def __init__(self, servers: Servers) -> None:
        self._servers = servers

    def owner(self, key: str) -> Address | None:  # noqa: ARG002
        """The master that serves the key; None stands for the only server."""
        return None

    def masters(self) -> list[Address | None]:
        return [None]

    def moved(self, slot: int, address: str) -> Address:  # noqa: ARG002
        """A node said who owns the slot now ("host:port", the host may be missing: then it is the one we asked)."""
        raise WireLost("a single server that sends to another")

    def refresh(self) -> None:
        """Asks any node that answers. Raises WireLost when none does."""

    def doubt(self) -> None:
        """A master does not answer, or says that it is none: somebody looks soon. Never waits."""

    def close(self) -> None:
        """Nobody looks any more."""


class Several(Topology):
    """Where another may take over: one thread looks who it is, as often as there is doubt."""

    def __init__(self, servers: Servers) -> None:
        super().__init__(servers)
        self._lock = threading.Lock()
        self._doubt = threading.Event()
        self._looking: threading.Thread | None = None
        self._closed = False
        self.refresh()

    def doubt(self) -> None:
        self._doubt.set()
        if self._looking is None:
            self._looking = threading.Thread(target=self._look, name="redis-topology", daemon=True)
            self._looking.start()

    def close(self) -> None:
        self._closed = True
        self._doubt.set()

    def _look(self) -> None:
        while self._doubt.wait() and not self._closed:
            self._doubt.clear()
            before = self.masters()
            try:
                self.refresh()
            except WireLost as error:
                log.warning("cannot learn who serves what: %s", error)
            if before != self.masters():
                log.info("redis masters are now %s", " ".join(map(written, self.masters())))
            time.sleep(LOOK_EVERY_SECONDS)

    def _first(self, url: str, addresses: Sequence[Address], ask: Callable[[Wire, Address], Any]) -> Any:
        """What the first of them says that answers."""
        reason = "no address"
        for address in addresses:
            wire = Wire(url, address, QUICKLY_SECONDS)
            try:
                wire.open()
                return ask(wire, address)
            except (WireLost, ErrorReply, TimeoutError) as error:
                reason = f"{written(address)}: {error}"
            finally:
                wire.close()
        raise WireLost(reason)


class Ring(Several):
    """A Cluster: slots and their masters."""

    cluster = True

    def __init__(self, servers: Servers) -> None:
        self._owners: dict[int, Address] = {}
        super().__init__(servers)

    def owner(self, key: str) -> Address:
        owner = self._owners.get(key_slot(key.encode()))
        if owner is None:
            self.doubt()
            raise WireLost("no node serves this slot")
        return owner

    def masters(self) -> list[Address | None]:
        return [*sorted(set(self._owners.values()))]

    def moved(self, slot: int, address: str) -> Address:
        host, _, port = address.rpartition(":")
        target = (host or self._servers.addresses[0][0], int(port))
        self._owners[slot] = target
        self.doubt()  # where one slot has gone, others may have
        return target

    def refresh(self) -> None:
        with self._lock:
            known = sorted(set(self._owners.values()) - set(self._servers.addresses))
            self._owners = self._first(self._servers.url, [*self._servers.addresses, *known], _slots)


class Watched(Several):
    """A master and its replicas under Sentinel, which says which of them is the master now."""

    def __init__(self, servers: Servers) -> None:
        self._master: Address | None = None
        super().__init__(servers)

    def owner(self, key: str) -> Address | None:  # noqa: ARG002
        return self._master

    def masters(self) -> list[Address | None]:
        return [self._master]

    def refresh(self) -> None:
        with self._lock:
            self._master = self._first(self._servers.sentinel_url, self._servers.addresses, self._named)

    def _named(self, sentinel: Wire, _address: Address) -> Address:
        found = sentinel.ask("SENTINEL", "GET-MASTER-ADDR-BY-NAME", self._servers.watched_as)
        if not found:
            raise WireLost(f"Sentinel knows no master {self._servers.watched_as}")
        return bytes(found[0]).decode(), int(found[1])


def slot_sender(error: str) -> tuple[str, int, str]:
    """`MOVED 3999 host:port` → ("MOVED", 3999, "host:port")."""
    word, slot, address = error.split(" ")[:3]
    return word, int(slot), address


def _is_cluster(servers: Servers) -> bool:
    if len(servers.addresses) > 1:
        return True
    wire = Wire(servers.url)
    wire.open()
    try:
        return b"cluster_enabled:1" in bytes(wire.ask("INFO", "cluster"))
    finally:
        wire.close()


def _slots(wire: Wire, address: Address) -> dict[int, Address]:
    owners: dict[int, Address] = {}
    for first, last, master, *_ in wire.ask("CLUSTER", "SLOTS"):
        owner = ((bytes(master[0]) or address[0].encode()).decode(), int(master[1]))
        owners.update(dict.fromkeys(range(first, last + 1), owner))
    return owners


def written(address: Address | None) -> str:
    """For people."""
    return "one" if address is None else f"{address[0]}:{address[1]}"
