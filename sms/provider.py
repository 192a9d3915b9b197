"""What every way of sending an SMS with a code looks like, and which one is chosen."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, Protocol

from rooms.record.sms import FAILED, SENT, UNKNOWN

if TYPE_CHECKING:
    from settings import Settings

TIMEOUT_SECONDS = 5
MINUTES = 5
"""What the message says about how long the code counts."""


class Outcome(NamedTuple):
    """`state`: sent (the provider took it), failed (it was not sent), unknown (it may have been)."""

    state: str
    reference: str = ""
    detail: str = ""


class Provider(Protocol):
    @property
    def name(self) -> str: ...

    def send(self, number: str, code: str) -> Outcome:
        """Sends the code to the number (+8613800000000), at most once. Never raises for what the network does."""
        ...


@lru_cache(maxsize=8)
def chosen(settings: Settings) -> Provider | None:
    """None where no SMS can be sent. Raises Misconfigured when the provider's SDK is not installed."""
    if settings.sms_provider == "sandbox":
        from sms.sandbox import Sandbox

        return Sandbox(settings)
    if settings.sms_provider == "tencent":
        from sms.tencent import Tencent

        return Tencent(settings)
    if settings.sms_provider == "aliyun":
        from sms.aliyun import Aliyun

        return Aliyun(settings)
    return None


__all__ = ["FAILED", "MINUTES", "SENT", "TIMEOUT_SECONDS", "UNKNOWN", "Outcome", "Provider", "chosen"]
