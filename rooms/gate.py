"""How a verb passes its room's gate: the script decides; a room that is not ready is made ready first."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

from rooms import recovery
from rooms.errors import Code, Refused
from rooms.live.scripts import Script
from rooms.store import Store

TRIES = 3

Answer = list[Any]


def ask(store: Store, room: str, script: Script, keys: Sequence[str], arguments: Sequence[str | bytes]) -> Answer:
    """Runs a verb's script and returns what follows its "ok". Raises Refused with the script's code."""
    for _ in range(TRIES):
        reply = store.live.call(script, keys, arguments, durable=True)
        if reply[0] != b"closed":
            return _judged(reply)
        recovery.make_ready(store, room)
    raise _still_closed()


def ask_soon(store: Store, room: str, script: Script, keys: Sequence[str], arguments: Sequence[str | bytes],
             then: Callable[[Answer | Refused], None]) -> None:
    """The same without waiting; `then` runs in the pipeline and must not wait."""
    def settle(reply: Any) -> None:
        if isinstance(reply, Refused):
            then(reply)
        elif reply[0] == b"closed":
            threading.Thread(target=again, name="make-ready", daemon=True).start()
        else:
            then(_verdict(reply))

    def again() -> None:
        try:
            then(ask(store, room, script, keys, arguments))
        except Refused as refused:
            then(refused)

    store.live.call_soon(script, keys, arguments, settle, durable=True)


def _judged(reply: Any) -> Answer:
    verdict = _verdict(reply)
    if isinstance(verdict, Refused):
        raise verdict
    return verdict


def _verdict(reply: Any) -> Answer | Refused:
    if reply[0] == b"no":
        wait = int(reply[2])
        return Refused(Code(reply[1].decode()), retry_after_ms=wait or None)
    return list(reply[1:])


def _still_closed() -> Refused:
    return Refused(Code.UNAVAILABLE, "the room is being prepared", 1_000)
