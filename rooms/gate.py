"""How a verb passes its room's gate: the script decides; a room that is not ready is made ready first."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from typing import Any

from rooms import recovery
from rooms.errors import Code, Refused
from rooms.live.scripts import Script
from rooms.store import Store

log = logging.getLogger(__name__)

TRIES = 3
MOST_WAITING = 10_000

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
    tries = TRIES

    def send() -> None:
        store.live.call_soon(script, keys, arguments, settle, durable=True)

    def settle(reply: Any) -> None:
        nonlocal tries
        if isinstance(reply, Refused):
            then(reply)
        elif reply[0] != b"closed":
            then(_verdict(reply))
        elif tries := tries - 1:
            _after_reopening(store, room, send, then)
        else:
            then(_still_closed())

    if room in store.reopening:
        _after_reopening(store, room, send, then)
    else:
        send()


def _after_reopening(store: Store, room: str, send: Callable[[], None], refuse: Callable[[Refused], None]) -> None:
    """Waits with all others for the room, so that what one person says in a row keeps its order."""
    waiting = store.reopening.get(room)
    if waiting is not None and len(waiting) < MOST_WAITING:
        waiting.append((send, refuse))
    elif waiting is not None:
        refuse(_still_closed())
    else:
        store.reopening[room] = [(send, refuse)]
        threading.Thread(target=_reopen, args=(store, room), name="reopen-room", daemon=True).start()


def _reopen(store: Store, room: str) -> None:
    refused = None
    try:
        recovery.make_ready(store, room)
    except Refused as reason:
        refused = reason
    except Exception:
        log.exception("cannot make the room ready room=%s", room)
        refused = _still_closed()
    for send, refuse in store.reopening.pop(room):
        if refused is None:
            send()
        else:
            refuse(refused)


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
