"""The load client, a process of its own: `python -m bench.client`, told by lines of JSON what to do.

One epoll and raw sockets on loopback. Batches of messages that many sockets get alike are walked once and compared
after that, so that counting a million deliveries a second leaves the other core to the server. Latency counts from the
time at which a message was due, whether or not anybody was ready to send it.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import select
import sys
import time
from collections.abc import Callable
from typing import Any

from bench.dialects import DIALECTS, Arrived, Dialect, Seat
from bench.sockets import Socket
from bench.tally import Tally

AT_ONCE = 64
"""Sockets on their way in."""
PATIENCE_SECONDS = 30.0
PING_SECONDS = 20.0
READ = select.EPOLLIN
WRITE = select.EPOLLIN | select.EPOLLOUT


class Client:
    def __init__(self) -> None:
        self.dialect: Dialect = DIALECTS["plain"]()
        self.tallies: list[Tally] = []
        self.sockets: dict[int, Socket] = {}
        self.troubles: list[str] = []
        self.open = self.passing = self.ended = 0
        self.epoch = ""
        self._epoll = select.epoll()
        self._freed: list[Tally] = []
        self._number = 0
        self._pinged = time.monotonic()
        self._to_ping: list[Socket] = []

    # ---- what the sockets tell

    def freed(self, tally: Tally) -> None:
        self._freed.append(tally)

    def arrived(self, told: Arrived) -> None:
        self.open += 1
        self.epoch = told.epoch

    def lost(self, one: Socket, why: str) -> None:
        if self.sockets.pop(one.fd, None) is None:
            return
        self.ended += 1
        one.tally.sockets.remove(one)
        if len(self.troubles) < 20:
            self.troubles.append(why)
        self._epoll.unregister(one.fd)
        one.close(politely=False)

    def watch(self, one: Socket, writing: bool) -> None:
        if one.fd in self.sockets:
            self._epoll.modify(one.fd, WRITE if writing else READ)

    # ---- commands

    def connect(self, dialect: str, port: int, channels: list[str], seats: list[list[Any]]) -> dict[str, Any]:
        """`seats`: for each socket the number of its channel, its token, and a position to resume from or null."""
        self.dialect = DIALECTS[dialect]()
        if [tally.name for tally in self.tallies] != channels:
            self.tallies = [Tally(name) for name in channels]
        for tally in self.tallies:
            tally.counting = False
        waiting = [(Seat(channels[of], token, tuple(since) if since else None), self.tallies[of])
                   for of, token, since in reversed(seats)]
        self.ended, before, begun = 0, self.open, time.monotonic()
        wanted = before + len(waiting)

        def more() -> bool:
            coming = wanted - self.open - self.ended - len(waiting)
            while waiting and coming < AT_ONCE:
                self._open(*waiting.pop(), port)
                coming += 1
            return self.open + self.ended >= wanted

        self._run(more, begun + PATIENCE_SECONDS + len(seats) / 100)
        return {"seconds": time.monotonic() - begun, "open": self.open, "failed": wanted - self.open}

    def settle(self) -> dict[str, Any]:
        """Counts from here: every socket of a channel must have the same newest message."""
        apart = 0
        for tally in self.tallies:
            places = {socket.position for socket in tally.sockets}
            apart += len(places) > 1
            tally.begin(max(places, default=0))
        return {"apart": apart}

    def hot(self, seconds: float, in_flight: int, text: str) -> dict[str, Any]:
        """A closed loop: in every channel so many messages that not everybody has yet."""
        self._begin()
        begun = time.monotonic()
        end = begun + seconds
        self._freed = list(self.tallies)

        def more() -> bool:
            freed, self._freed = self._freed, []
            if time.monotonic() >= end:
                return True
            for tally in freed:
                while tally.in_flight < in_flight:
                    self._say(tally, text)
            return False

        self._run(more, end)
        return self._finish(begun)

    def paced(self, seconds: float, per_second: float, text: str) -> dict[str, Any]:
        """An open loop: so many messages a second over all channels in turn, each at its time."""
        self._begin()
        begun = time.monotonic() + 0.05
        total, sent = max(1, int(seconds * per_second)), 0

        def more() -> bool:
            nonlocal sent
            now = time.monotonic()
            while sent < total and begun + sent / per_second <= now:
                tally = self.tallies[sent % len(self.tallies)]
                tally.due.append(begun + sent / per_second)
                self._say(tally, text)
                sent += 1
            return sent >= total

        self._run(more, begun + 2 * seconds + PATIENCE_SECONDS, lambda: begun + sent / per_second)
        return self._finish(begun)

    def drop(self, politely: bool, keep: int) -> dict[str, Any]:
        """Ends all sockets but the first `keep`."""
        gone = list(self.sockets.values())[keep:]
        for one in gone:
            del self.sockets[one.fd]
            self._epoll.unregister(one.fd)
            one.tally.sockets.remove(one)
            one.close(politely)
        self.open -= len(gone)
        return {"dropped": len(gone)}

    def missed(self, since: int, upto: int, seconds: float) -> dict[str, Any]:
        """Waits until every socket has the messages up to `upto`; how many of those above `since` are there."""
        late = [one for one in self.sockets.values() if one.position < upto]

        def all_there() -> bool:
            late[:] = [one for one in late if one.position < upto]
            return not late

        self._run(all_there, time.monotonic() + seconds)
        return {"late": len(late), "got": sum(one.position - since for one in self.sockets.values())}

    def idle(self, seconds: float) -> dict[str, Any]:
        self._run(lambda: False, time.monotonic() + seconds)
        return {}

    # ---- how

    def _open(self, seat: Seat, tally: Tally, port: int) -> None:
        one = Socket(self, seat, tally, port, self._number)
        self._number += 1
        self.sockets[one.fd] = one
        tally.sockets.append(one)
        self._epoll.register(one.fd, WRITE)

    def _say(self, tally: Tally, text: str) -> None:
        tally.sent += 1
        number = tally.base + tally.sent
        tally.turn += 1
        tally.sockets[tally.turn % len(tally.sockets)].send(self.dialect.say(tally.name, number, text))

    def _begin(self) -> None:
        self.settle()
        self.ended = self.passing = 0
        self.troubles.clear()

    def _finish(self, begun: float) -> dict[str, Any]:
        sent_until = time.monotonic()

        def all_there() -> bool:
            return all(not tally.in_flight and tally.said >= tally.sent * self.dialect.numbers
                       for tally in self.tallies)

        self._run(all_there, sent_until + PATIENCE_SECONDS)
        ended = time.monotonic()
        return {
            "seconds": ended - begun, "tail_seconds": ended - sent_until,
            "sent": sum(tally.sent for tally in self.tallies), "said": sum(tally.said for tally in self.tallies),
            "delivered": sum(tally.delivered for tally in self.tallies),
            "wanted": sum(tally.sent * len(tally.sockets) for tally in self.tallies),
            "wrong": sum(tally.wrong for tally in self.tallies), "passing": self.passing, "lost_sockets": self.ended,
            "each_ms": spread([late for tally in self.tallies for late in tally.each]),
            "last_ms": spread([late for tally in self.tallies for late in tally.last]),
        }

    def _run(self, done: Callable[[], bool], until: float, due: Callable[[], float] | None = None) -> None:
        """Serves the sockets until `done` (asked after every round) or until the time is over."""
        sockets = self.sockets
        while not done():
            now = time.monotonic()
            if now >= until:
                return
            nap = min(until - now, 0.1) if due is None else min(until - now, 0.1, max(0.0, due() - now))
            for fd, events in self._epoll.poll(nap, 4096):
                one = sockets.get(fd)
                if one is None:
                    continue
                if events & select.EPOLLOUT:
                    one.writable()
                if events & ~select.EPOLLOUT:
                    one.readable(time.monotonic())
            if self.dialect.ping:
                self._ping(now)

    def _ping(self, now: float) -> None:
        """A few at a time, so that nobody gets them in one burst."""
        if now - self._pinged > PING_SECONDS and not self._to_ping:
            self._pinged, self._to_ping = now, list(self.sockets.values())
        for one in self._to_ping[-20:]:
            if one.inside and one.fd in self.sockets:
                one.send(self.dialect.ping)
        del self._to_ping[-20:]

    # ---- the parent

    def obey(self) -> None:
        """A line of JSON in, `[command, arguments]`; a line out. Sockets are served in between."""
        commands = {each.__name__: each for each in (
            self.connect, self.settle, self.hot, self.paced, self.drop, self.missed, self.idle)}
        while True:
            while not select.select([0], [], [], 0)[0]:
                self.idle(0.05)
            line = sys.stdin.buffer.readline()
            if not line:
                return
            name, arguments = json.loads(line)
            gc.collect()
            cpu = time.process_time()
            answer = commands[name](**arguments)
            answer |= {"client_cpu_seconds": time.process_time() - cpu, "troubles": self.troubles[:5],
                       "epoch": self.epoch, "tips": [tally.floor for tally in self.tallies[:1]]}
            sys.stdout.write(json.dumps(answer) + "\n")
            sys.stdout.flush()


def spread(seconds: list[float]) -> dict[str, float] | None:
    """p50 and p99 in ms, and how many were counted."""
    if not seconds:
        return None
    seconds.sort()
    return {"p50": seconds[len(seconds) // 2] * 1000, "p99": seconds[len(seconds) * 99 // 100] * 1000,
            "worst": seconds[-1] * 1000, "count": len(seconds)}


def main() -> None:
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    os.set_blocking(0, True)
    gc.disable()
    gc.freeze()
    Client().obey()


if __name__ == "__main__":
    main()
