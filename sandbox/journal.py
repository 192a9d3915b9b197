"""What people see on their phones, numbered in the order in which it appeared."""

import threading
from collections import deque
from dataclasses import dataclass
from typing import Any

from sandbox.limits import KEPT_STREAM


@dataclass(frozen=True)
class Delivery:
    """One thing on a phone's screen. `said` is the person's own act; other kinds came from the account.

    `push`, `call`, `menu` and `sms` are on no screen of WeChat: they tell those who watch what goes on behind.
    """

    number: int
    appid: str
    openid: str
    kind: str
    at: float
    content: dict[str, Any]

    def wire(self) -> dict[str, Any]:
        """As the control API shows it; `at` is in milliseconds of the virtual clock."""
        return {
            "number": self.number,
            "appid": self.appid,
            "openid": self.openid,
            "kind": self.kind,
            "at": int(self.at * 1000),
            **self.content,
        }


class Journal:
    """The newest deliveries of everybody, for whoever watches."""

    def __init__(self) -> None:
        self.number = 0
        self.newest: deque[Delivery] = deque(maxlen=KEPT_STREAM)
        self.changed = threading.Condition()

    def add(self, appid: str, openid: str, kind: str, at: float, content: dict[str, Any]) -> Delivery:
        """Number it and wake everybody who waits."""
        with self.changed:
            self.number += 1
            delivery = Delivery(self.number, appid, openid, kind, at, content)
            self.newest.append(delivery)
            self.changed.notify_all()
        return delivery

    def after(self, number: int) -> list[Delivery]:
        """Everything newer than this number that is still kept."""
        newer: list[Delivery] = []
        for delivery in reversed(self.newest):
            if delivery.number <= number:
                break
            newer.append(delivery)
        return newer[::-1]

    def wait(self, number: int, seconds: float) -> list[Delivery]:
        """Like `after`, but waits up to `seconds` until there is something."""
        with self.changed:
            self.changed.wait_for(lambda: self.number > number, seconds)
            return self.after(number)
