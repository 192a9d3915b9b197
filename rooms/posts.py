"""How many messages were said, held, or refused with which code.

Counted in a plain table, which costs a message next to nothing, and brought to the page of numbers once a second and at
the end of each request and task.
"""

from __future__ import annotations

from prometheus_client import Counter

from rooms.errors import Refused

total = Counter("teahouse_posts_total", "what became of what people said: said, repeated, held, or why it was refused",
                ["outcome"])
_waiting: dict[str, int] = {}


def count(outcome: object) -> None:
    """`outcome` is what `messages.post` gives or raises."""
    name = _name(outcome)
    _waiting[name] = _waiting.get(name, 0) + 1


def publish() -> None:
    while _waiting:
        name, more = _waiting.popitem()
        total.labels(name).inc(more)


def _name(outcome: object) -> str:
    if isinstance(outcome, Refused):
        return outcome.code.value
    return "repeated" if getattr(outcome, "repeated", False) else type(outcome).__name__.lower()
