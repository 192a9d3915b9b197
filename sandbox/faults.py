"""Misfortunes that the control API orders for a call."""

from dataclasses import dataclass


@dataclass
class Fault:
    """What happens to the next `times` calls of an API (of one account, or of all when `appid` is empty).

    errcode, http_status, html and drip (a byte now and then) answer instead of doing anything; delay_seconds waits
    first;
    drop_after_effect does what was asked and then cuts the connection, so that the caller cannot know.
    """

    api: str
    appid: str = ""
    times: int = 1
    errcode: int | None = None
    http_status: int | None = None
    delay_seconds: float = 0.0
    drop_after_effect: bool = False
    html: bool = False
    drip: bool = False

    @property
    def answers(self) -> bool:
        """Whether it answers by itself, without any effect."""
        return self.html or self.drip or self.http_status is not None

    def matches(self, api: str, appid: str) -> bool:
        """Whether this call is meant."""
        return self.times > 0 and self.api in (api, "*") and self.appid in ("", appid)


class Faults:
    """Those still to come, in the order in which they were set."""

    def __init__(self) -> None:
        self.waiting: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Set one; a hundred are enough for any test."""
        self.waiting = [*self.waiting, fault][-100:]

    def take(self, api: str, appid: str) -> Fault | None:
        """The fault for this call, used up by one."""
        for fault in self.waiting:
            if fault.matches(api, appid):
                fault.times -= 1
                self.waiting = [each for each in self.waiting if each.times > 0]
                return fault
        return None
