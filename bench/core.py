"""The core alone, without sockets: `python -m bench.core`, a process as the web processes are, that only posts.

Settings come from the environment; a line of JSON on standard input says what to do, a line answers.
"""

# ruff: noqa: E402
from gevent import monkey; monkey.patch_all()  # noqa: E702, I001  first of all, as production does

import json
import sys
import time
from collections.abc import Callable
from typing import Any

import gevent

from embedded import settle
from rooms import messages, seats
from rooms.errors import Refused
from rooms.events import Door, Person
from rooms.messages import Draft, Held, Said
from rooms.store import open_store
from settings import Settings

WINDOW = 256


class Poster:
    def __init__(self, organization: str, channels: list[str], users: list[str]) -> None:
        self.store = open_store(settle(Settings.from_environment()))
        self._people = [Person(user, organization, "客", Door.MINIPROGRAM, "") for user in users]
        self._channels = channels
        self._number = 0
        self._until: Callable[[], bool] = lambda: True
        self._flying = self.posted = 0
        self.refused: list[str] = []
        for number, (person, channel) in enumerate(zip(self._people, channels, strict=True)):
            seats.enter(self.store, person, channel, f"bench.{number}")

    def post(self, seconds: float, count: int, text: str) -> dict[str, Any]:
        """For so long, or so many, with WINDOW posts on their way."""
        end, begun, cpu = time.monotonic() + seconds, time.monotonic(), time.process_time()
        self.posted = 0
        last = self._number + count
        self._until = lambda: self._number >= last or time.monotonic() >= end
        for _ in range(WINDOW):
            self._next(text)
        return self._ended(begun, cpu)

    def pace(self, seconds: float, per_second: int, text: str) -> dict[str, Any]:
        """So many a second, whether or not those before were answered."""
        begun, cpu, due, gone = time.monotonic(), time.process_time(), 0, 0.0
        self.posted = 0
        while gone < seconds:
            gevent.sleep(0.005)
            gone = time.monotonic() - begun
            for _ in range(int(gone * per_second) - due):
                self._say(text, _nothing)
            due = int(gone * per_second)
        return self._ended(begun, cpu)

    def _ended(self, begun: float, cpu: float) -> dict[str, Any]:
        while self._flying:
            gevent.sleep(0.005)
        return {"posted": self.posted, "refused": self.refused[:3], "seconds": time.monotonic() - begun,
                "cpu_seconds": time.process_time() - cpu}

    def _next(self, text: str) -> None:
        if not self._until():
            self._say(text, lambda: self._next(text))

    def _say(self, text: str, go_on: Callable[[], None]) -> None:
        at = self._number % len(self._channels)
        self._number += 1
        self._flying += 1

        def then(said: Said | Held | Refused) -> None:
            self._flying -= 1
            if not isinstance(said, Said):
                self.refused.append(str(getattr(said, "code", "held")))
            else:
                self.posted += 1
                go_on()

        draft = Draft("text", {"text": text}, f"core-{self._number:09}")
        messages.post_soon(self.store, self._people[at], self._channels[at], draft, then)


def main() -> None:
    poster = Poster(**json.loads(sys.stdin.readline()))
    print("{}", flush=True)
    for line in iter(sys.stdin.readline, ""):
        wanted = json.loads(line)
        print(json.dumps((poster.pace if "per_second" in wanted else poster.post)(**wanted)), flush=True)


def _nothing() -> None:
    """Nobody waits for it."""


if __name__ == "__main__":
    main()
