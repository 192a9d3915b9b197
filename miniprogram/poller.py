"""Which sockets are ready, for thousands of them, behind a single watcher of gevent's loop.

On Linux that is one epoll. Elsewhere (a laptop) each socket has a watcher of its own: more memory, same behaviour.
"""

from __future__ import annotations

from typing import Any, Protocol

import gevent
from gevent import monkey

READ, WRITE, BROKEN = 1, 4, 8 | 16
"""As epoll numbers them; BROKEN is reported whether wanted or not."""
AT_ONCE = 512


class Poller(Protocol):
    def add(self, fd: int) -> None:
        """Watches for reading."""

    def want(self, fd: int, events: int) -> None: ...

    def remove(self, fd: int) -> None: ...

    def wait(self) -> list[tuple[int, int]]:
        """Sleeps until something is ready. Every call lets other greenlets run."""

    def close(self) -> None: ...


class Epoll:
    def __init__(self) -> None:
        self._epoll = monkey.get_original("select", "epoll")()
        self._hub = gevent.get_hub()
        self._watcher = self._hub.loop.io(self._epoll.fileno(), 1)

    def add(self, fd: int) -> None:
        self._epoll.register(fd, READ)

    def remove(self, fd: int) -> None:
        self._epoll.unregister(fd)

    def want(self, fd: int, events: int) -> None:
        self._epoll.modify(fd, events)

    def wait(self) -> list[tuple[int, int]]:
        self._hub.wait(self._watcher)
        return self._epoll.poll(0, AT_ONCE)  # type: ignore[no-any-return]

    def close(self) -> None:
        self._watcher.stop()
        self._watcher.close()
        self._epoll.close()


class Watchers:
    def __init__(self) -> None:
        self._hub = gevent.get_hub()
        self._watchers: dict[int, Any] = {}
        self._ready: dict[int, int] = {}
        self._wake = self._hub.loop.async_()

    def add(self, fd: int) -> None:
        self.want(fd, READ)

    def want(self, fd: int, events: int) -> None:
        self.remove(fd)
        wanted = (1 if events & READ else 0) | (2 if events & WRITE else 0)
        if wanted:
            watcher = self._watchers[fd] = self._hub.loop.io(fd, wanted)
            watcher.start(self._note, fd, pass_events=True)

    def _note(self, events: int, fd: int) -> None:
        self._ready[fd] = (READ if events & 1 else 0) | (WRITE if events & 2 else 0)
        self._wake.send()

    def remove(self, fd: int) -> None:
        watcher = self._watchers.pop(fd, None)
        if watcher is not None:
            watcher.stop()
            watcher.close()

    def wait(self) -> list[tuple[int, int]]:
        self._hub.wait(self._wake)
        ready, self._ready = list(self._ready.items()), {}
        return ready

    def close(self) -> None:
        for fd in list(self._watchers):
            self.remove(fd)
        self._wake.close()


def new_poller() -> Poller:
    try:
        return Epoll()
    except AttributeError:  # this system has none
        return Watchers()
