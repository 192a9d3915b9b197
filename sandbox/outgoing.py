"""One HTTP exchange with the house: no redirects, no proxies of the environment, bounded in time and size."""

import http.client
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import gevent

from sandbox.limits import ANSWER_BYTES


@dataclass
class Answer:
    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


class NoAnswer(Exception):
    """Refused, cut, too slow or too long; the text says which."""


def exchange(
    method: str, url: str, body: bytes = b"", headers: dict[str, str] | None = None, seconds: float = 5.0
) -> Answer:
    """Ask once on a connection of its own; the whole exchange must end within `seconds`."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=seconds)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        with gevent.Timeout(seconds, TimeoutError("timeout")):
            connection.request(method, target, body or None, headers or {})
            response = connection.getresponse()
            content = response.read(ANSWER_BYTES + 1)
    except (OSError, http.client.HTTPException) as error:
        raise NoAnswer(str(error) or type(error).__name__) from error
    finally:
        connection.close()
    if len(content) > ANSWER_BYTES:
        raise NoAnswer("the answer is too long")
    return Answer(response.status, content, dict(response.getheaders()))
