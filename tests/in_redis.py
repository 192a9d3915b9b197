"""Everything that lies in a Redis, as one reads it who has its memory or its files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import redis


def everything(server: redis.Redis, prefix: str = "") -> Iterator[bytes]:
    """Every key that begins so, every field and every value, of all databases. Of a single server."""
    for name in server.info("keyspace"):
        server.select(int(name.removeprefix("db")))
        for key in server.scan_iter(match=f"{prefix}*", count=1_000):
            yield key
            yield from _inside(server, key)


def found_in(server: redis.Redis, words: str, prefix: str = "") -> list[bytes]:
    """Where these words lie openly, plain or as JSON escapes them."""
    return [piece for piece in everything(server, prefix) if holds(piece, words)]


def holds(piece: bytes, words: str) -> bool:
    return any(form in piece for form in (words.encode(), words.encode("ascii", "backslashreplace")))


def _inside(server: redis.Redis, key: bytes) -> Iterator[bytes]:
    kind: Any = server.type(key)
    readers: dict[bytes, Any] = {
        b"string": lambda: [server.get(key)], b"hash": lambda: server.hgetall(key),
        b"list": lambda: server.lrange(key, 0, -1), b"set": lambda: server.smembers(key),
        b"zset": lambda: server.zrange(key, 0, -1), b"stream": lambda: server.xrange(key), b"none": list}
    yield from _flat(readers[kind]())


def _flat(value: Any) -> Iterator[bytes]:
    if isinstance(value, bytes):
        yield value
    elif isinstance(value, dict):
        for name, each in value.items():
            yield from _flat(name)
            yield from _flat(each)
    elif isinstance(value, list | tuple | set):
        for each in value:
            yield from _flat(each)
