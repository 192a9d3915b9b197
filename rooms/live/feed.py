"""What is published about channels, as it happens. A hint only: what was missed is read from the log.

One subscriber a node and process, with sharded publish/subscribe, so that in a Cluster a note stays in its shard.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from rooms.errors import Code, Refused
from rooms.live import keys
from rooms.live.address import Address
from rooms.live.topology import Topology
from rooms.live.wire import ErrorReply, Wire, WireLost, pack

log = logging.getLogger(__name__)

CONFIRM_SECONDS = 3.0
RETRY_SECONDS = 0.5

OnNote = Callable[[str, bytes], None]
OnResubscribed = Callable[[], None]


class Feed:
    """`on_note(channel, payload)` and `on_resubscribed()` run in the feed's own threads of control."""

    def __init__(self, url: str, prefix: str, topology: Topology, on_note: OnNote,
                 on_resubscribed: OnResubscribed) -> None:
        self._url, self._prefix, self._topology = url, prefix, topology
        self._on_note, self._on_resubscribed = on_note, on_resubscribed
        self._ears: dict[Address | None, _Ear] = {}
        self._lock = threading.Lock()
        self._closed = False

    def subscribe(self, channel: str) -> None:
        """Returns when the server has confirmed. Raises Refused(UNAVAILABLE) when it does not in time."""
        feed = keys.of_channel(self._prefix, channel).feed
        try:
            ear = self._ear(self._topology.owner(feed))
        except WireLost as error:
            raise Refused(Code.UNAVAILABLE, str(error), 1_000) from error
        if not ear.subscribe(feed):
            raise Refused(Code.UNAVAILABLE, "Redis does not confirm the subscription", 1_000)

    def unsubscribe(self, channel: str) -> None:
        feed = keys.of_channel(self._prefix, channel).feed
        for ear in self._ears.values():
            ear.unsubscribe(feed)

    def close(self) -> None:
        self._closed = True
        for ear in list(self._ears.values()):
            ear.close()

    def _ear(self, address: Address | None) -> _Ear:
        with self._lock:
            if address not in self._ears:
                self._ears[address] = _Ear(address, Wire(self._url, address), self._heard, self._on_resubscribed,
                                           self._moved, self._lost)
            return self._ears[address]

    def _heard(self, feed: bytes, payload: bytes) -> None:
        try:
            self._on_note(keys.channel_of_feed(feed.decode()), payload)
        except Exception:
            log.exception("a note's receiver failed")

    def _moved(self, ear: _Ear, feeds: list[str]) -> None:
        """These are no longer served where they were: learn the new owner and subscribe there."""
        try:
            self._topology.refresh()
        except WireLost as error:
            log.warning("cannot follow a moved slot yet: %s", error)
        for feed in feeds:
            owner = self._owner(feed, ear.address)
            if owner == ear.address:  # it sends away, and nobody knows where to: ask again, but not at once
                time.sleep(RETRY_SECONDS)
            self._ear(owner).wish(feed)
        self._on_resubscribed()

    def _lost(self, ear: _Ear) -> None:
        """Its node is gone, perhaps for good: what another serves by now is heard there. Comes again while it is."""
        if self._closed:
            return
        self._topology.doubt()
        for feed in ear.wishes():
            owner = self._owner(feed, ear.address)
            if owner != ear.address and ear.forget(feed):
                self._ear(owner).wish(feed)

    def _owner(self, feed: str, otherwise: Address | None) -> Address | None:
        try:
            return self._topology.owner(feed)
        except WireLost:
            return otherwise


class _Ear:
    """One subscriber connection. It opens itself again for ever and then subscribes to all that is wished for."""

    def __init__(self, address: Address | None, wire: Wire, heard: Callable[[bytes, bytes], None],
                 on_resubscribed: OnResubscribed, moved: Callable[[_Ear, list[str]], None],
                 lost: Callable[[_Ear], None]) -> None:
        self.address = address
        self._wire, self._heard, self._on_resubscribed, self._moved, self._lost = (
            wire, heard, on_resubscribed, moved, lost)
        self._wished: dict[str, threading.Event] = {}
        self._sending = threading.Lock()
        self._wish = threading.Event()
        self._closed = False
        self._asked_at = 0.0
        self._thread = threading.Thread(target=self._run, name="redis-feed", daemon=True)
        self._thread.start()

    def subscribe(self, feed: str) -> bool:
        return self.wish(feed).wait(CONFIRM_SECONDS)

    def wish(self, feed: str) -> threading.Event:
        known = self._wished.get(feed)
        if known is not None:
            return known
        event = self._wished[feed] = threading.Event()
        self._wish.set()
        self._tell("SSUBSCRIBE", feed)
        return event

    def unsubscribe(self, feed: str) -> None:
        if self.forget(feed):
            self._tell("SUNSUBSCRIBE", feed)

    def wishes(self) -> list[str]:
        return list(self._wished)

    def forget(self, feed: str) -> bool:
        """False where it was not wished for."""
        known = self._wished.pop(feed, None) is not None
        if not self._wished:
            self._wish.clear()
            if self._wished:  # somebody wished in between
                self._wish.set()
        return known

    def close(self) -> None:
        self._closed = True
        self._wish.set()
        self._wire.close()

    def _tell(self, *words: str) -> None:
        if not self._wire.is_open:
            return  # it will be told when it opens
        try:
            with self._sending:
                self._wire.send(pack(words))
        except WireLost:
            pass  # the listening side notices too, and opens again

    def _run(self) -> None:
        again = False
        while not self._closed:
            self._wish.wait()  # nobody connects before there is something to hear
            try:
                self._open()
                if again:
                    self._on_resubscribed()
                again = True
                self._listen()
            except (WireLost, ErrorReply) as error:
                self._wire.close()
                if not self._closed:
                    log.warning("feed lost: %s", error)
                    time.sleep(RETRY_SECONDS)
                    self._lost(self)

    def _open(self) -> None:
        self._wire.open()
        self._asked_at = 0.0
        with self._sending:
            wished = list(self._wished)
            if wished:
                self._wire.send(b"".join(pack(("SSUBSCRIBE", feed)) for feed in wished))

    def _listen(self) -> None:
        while not self._closed:
            try:
                for reply in self._wire.receive_many():
                    self._take(reply)
                self._asked_at = 0.0
            except TimeoutError as silence:
                self._ask_whether_alive(silence)

    def _ask_whether_alive(self, silence: TimeoutError) -> None:
        """A half-open connection never says so: after two silent time-outs it counts as lost."""
        if self._asked_at:
            raise WireLost("silent for too long") from silence
        self._asked_at = time.monotonic()
        with self._sending:
            self._wire.send(pack(("PING",)))

    def _take(self, reply: Any) -> None:
        if isinstance(reply, ErrorReply):
            self._take_error(reply)
        elif reply[0] == b"smessage":
            self._heard(reply[1], reply[2])
        elif reply[0] == b"ssubscribe":
            event = self._wished.get(reply[1].decode())
            if event is not None:
                event.set()
        elif reply[0] == b"sunsubscribe" and reply[1] is not None:
            self._gone([reply[1].decode()])

    def _take_error(self, error: ErrorReply) -> None:
        if str(error).startswith(("MOVED", "CLUSTERDOWN", "ASK")):
            self._gone([feed for feed, event in self._wished.items() if not event.is_set()])
        else:
            raise error

    def _gone(self, feeds: list[str]) -> None:
        ours = [feed for feed in feeds if self.forget(feed)]
        if ours:
            self._moved(self, ours)
