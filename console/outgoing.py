"""Calling an organization's own server: never one inside our own network, never endlessly.

The name is resolved once; every address must be a public one, and the connection goes to the address that was looked
at, so that a name that changes meanwhile leads nowhere else. Redirects are not followed.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

from rooms import webhooks
from rooms.store import Store
from rooms.webhooks import Outgoing

SECONDS = 10.0
READ = 1_024
AT_ONCE = 10


class Forbidden(Exception):
    """The address is none that may be called."""


def call_due(store: Store, private: bool) -> int:
    """Makes the calls that are due; returns how many. `private`: addresses of our own network may be called."""
    taken = webhooks.take(store)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(lambda one: _call(store, one, private), taken))
    return len(taken)


def send(outgoing: Outgoing, private: bool) -> int:
    """The answer's status. Raises OSError, Forbidden, HTTPException."""
    parts = urlsplit(outgoing.url)
    host, secure = parts.hostname or "", parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    address = _address(host, port, private)
    connection = _Pinned(host, port, address, secure)
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", path, outgoing.body, outgoing.headers)
        answer = connection.getresponse()
        answer.read(READ)
        return answer.status
    finally:
        connection.close()


def is_public(address: str) -> bool:
    """Also none that only wraps a private one (mapped, 6to4, NAT64, Teredo)."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo or (None, None))[1]
        if found in ipaddress.ip_network("64:ff9b::/96"):
            inner = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return found.is_global and not found.is_multicast and not found.is_reserved


class _Pinned(http.client.HTTPConnection):
    """Goes to one address, and asks TLS for the name."""

    def __init__(self, host: str, port: int, address: str, secure: bool) -> None:
        super().__init__(host, port, timeout=SECONDS)
        self._address, self._secure = address, secure

    def connect(self) -> None:
        self.sock = socket.create_connection((self._address, self.port), self.timeout)
        if self._secure:
            self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)


def _address(host: str, port: int, private: bool) -> str:
    found = [str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if not private and not all(is_public(address) for address in found):
        raise Forbidden("the address is inside a private network")
    return found[0]


def _call(store: Store, outgoing: Outgoing, private: bool) -> None:
    status, detail = None, ""
    try:
        status = send(outgoing, private)
        detail = "" if 200 <= status < 300 else f"answered {status}"
    except (OSError, Forbidden, http.client.HTTPException, ValueError) as problem:
        detail = f"{type(problem).__name__}: {problem}"[:200]
    webhooks.settle(store, outgoing.call, status, detail)
