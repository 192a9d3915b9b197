"""What `REDIS_URL` names: one server, several nodes of a Cluster, or a master that Sentinel watches.

    redis://:password@host:6379/0                      one server, or any node of a Cluster
    redis://:password@a:7000,b:7000,c:7000             nodes of a Cluster: the first that answers knows the others
    redis+sentinel://:password@a:26379,b:26379/tea/0   the master that these Sentinels call `tea`, database 0
"""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit, urlunsplit

Address = tuple[str, int]

SENTINEL = "redis+sentinel"
PORTS = {"redis": 6379, "rediss": 6379, SENTINEL: 26379}


class Servers(NamedTuple):
    url: str
    """Of the first of them, as redis-py reads it: how to log in at any of them."""
    addresses: tuple[Address, ...]
    """Nodes, or with `watched_as` Sentinels. Empty for a Unix socket."""
    watched_as: str = ""
    """The master's name with the Sentinels."""
    sentinel_url: str = ""

    @staticmethod
    def of(url: str) -> Servers:
        """Raises ValueError with what is wrong."""
        parts = urlsplit(url)
        if parts.scheme == "unix":
            return Servers(url, ())
        login, at, hosts = parts.netloc.rpartition("@")
        addresses = tuple(_address(host, PORTS[parts.scheme]) for host in hosts.split(","))
        if parts.scheme != SENTINEL:
            return Servers(urlunsplit(parts._replace(netloc=login + at + hosts.split(",")[0])), addresses)
        name, _, database = parts.path.strip("/").partition("/")
        if not name:
            raise ValueError("redis+sentinel://… must name the master: redis+sentinel://host:26379/NAME/0")
        first = _written(addresses[0])
        secret = (parse_qs(parts.query).get("sentinel_password") or [""])[0]
        return Servers(f"redis://{login}{at}{first}/{database or 0}", addresses, name,
                       f"redis://:{secret}@{first}/0" if secret else f"redis://{first}/0")


def _address(host: str, port: int) -> Address:
    parts = urlsplit(f"//{host}")
    return parts.hostname or "localhost", parts.port or port


def _written(address: Address) -> str:
    host, port = address
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
