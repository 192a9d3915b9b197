"""Whether this process is on its way out, and what has to end before it does."""

from __future__ import annotations

from collections.abc import Callable

_begun = False
_ends: list[Callable[[], None]] = []


def begun() -> bool:
    """From the moment at which the process was asked to end. New sockets and new work belong elsewhere then."""
    return _begun


def on_drain(end: Callable[[], None]) -> None:
    """`end` is called once when draining begins; it may wait, and the process waits for it."""
    _ends.append(end)


def begin() -> None:
    """Returns when everything has ended."""
    global _begun  # noqa: PLW0603  a process drains once
    if _begun:
        return
    _begun = True
    for end in _ends:
        end()
