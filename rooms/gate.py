"""How a verb passes its room's gate: the script decides; a room that is not ready is made ready first."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from functools import partial
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
    """Runs a verb's script and returns what follows its "ok". Raises Refused with the script's code. The first argument
    of one that may answer `not_found` is the organization that asks."""
    try:
        return _ask(store, room, script, keys, arguments)
    except Refused as refused:
        if refused.code is Code.NOT_FOUND:
            recovery.hide(store, room, str(arguments[0]))
        raise


def ask_soon(store: Store, room: str, script: Script, keys: Sequence[str], arguments: Sequence[str | bytes],
             then: Callable[[Answer | Refused], None]) -> None:
    """The same without waiting; `then` runs in the pipeline and must not wait."""
    asked = _Asked(store, room, script, keys, arguments, then)
    if room in store.reopening:
        _after_reopening(store, room, asked.send, then)
    else:
        asked.send()


def _ask(store: Store, room: str, script: Script, keys: Sequence[str], arguments: Sequence[str | bytes]) -> Answer:
    for _ in range(TRIES):
        reply = store.live.call(script, keys, arguments, durable=True)
        if reply[0] != b"closed":
            return _judged(reply)
        recovery.make_ready(store, room)
    raise _still_closed()


class _Asked:
    """A verb on its way. No closures, as two that name each other are a cycle: one for each message, and the garbage
    collector would take as much time as everything else that a message needs."""

    __slots__ = ("_arguments", "_keys", "_room", "_script", "_store", "_then", "_tries")

    def __init__(self, store: Store, room: str, script: Script, keys: Sequence[str], arguments: Sequence[str | bytes],
                 then: Callable[[Answer | Refused], None]) -> None:
        self._store, self._room, self._script = store, room, script
        self._keys, self._arguments, self._then = keys, arguments, then
        self._tries = TRIES

    def send(self) -> None:
        self._store.live.call_soon(self._script, self._keys, self._arguments, self._settle, durable=True)

    def _settle(self, reply: Any) -> None:
        if isinstance(reply, Refused):
            self._then(reply)
            return
        if reply[0] != b"closed":
            self._end(_verdict(reply))
            return
        self._tries -= 1
        if self._tries:
            _after_reopening(self._store, self._room, self.send, self._end)
        else:
            self._then(_still_closed())

    def _end(self, verdict: Answer | Refused) -> None:
        if not isinstance(verdict, Refused) or verdict.code is not Code.NOT_FOUND or (
                not self._store.aside.do(partial(self._hide, verdict))):
            self._then(verdict)

    def _hide(self, refused: Refused) -> None:
        try:
            recovery.hide(self._store, self._room, str(self._arguments[0]))
        finally:
            self._then(refused)


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
