"""SMS leave: at once by the process that was asked, and if that dies, by the clock."""

from __future__ import annotations

import logging
import threading

from rooms import phones
from rooms.errors import Refused
from rooms.store import Store
from sms.provider import UNKNOWN, Outcome, Provider

log = logging.getLogger(__name__)

LEFT_BEHIND_MS = 5_000
"""An SMS that waits longer than this has lost the process that was to send it."""


def send(store: Store, provider: Provider, sms: str) -> Outcome | None:
    """Sends it and notes what became of it; None when somebody else does."""
    outgoing = phones.take(store, sms, provider.name)
    if outgoing is None:
        return None
    outcome = Outcome(UNKNOWN, "", "a mistake of ours")
    try:
        outcome = provider.send(outgoing.number, outgoing.code)
    finally:
        phones.settle(store, sms, outcome.state, outcome.reference, outcome.detail)
    if outcome.state != "sent":
        log.warning("an SMS was not sent id=%s by=%s state=%s: %s", sms, provider.name, outcome.state, outcome.detail)
    return outcome


def send_soon(store: Store, provider: Provider, sms: str) -> None:
    """The same without waiting."""
    threading.Thread(target=_try, args=(store, provider, sms), name="send-sms", daemon=True).start()


def send_waiting(store: Store, provider: Provider | None) -> int:
    """What was left behind, and what is too old is put away. Returns how many were sent."""
    found = phones.waiting(store, LEFT_BEHIND_MS)
    return sum(send(store, provider, sms) is not None for sms in found) if provider else 0


def _try(store: Store, provider: Provider, sms: str) -> None:
    try:
        send(store, provider, sms)
    except Refused as refused:
        log.warning("an SMS is left to the clock id=%s: %s", sms, refused.message)
    except Exception:
        log.exception("an SMS could not be sent id=%s", sms)
