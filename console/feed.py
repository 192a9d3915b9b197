"""Live views: server-sent events of a channel, and of the overview.

A view keeps a place in the log and reads on when something was published; nothing is queued for it, so a slow reader
costs nothing and misses nothing. Who is a thousand entries behind is told of a gap and goes on at the tip.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import structlog
from flask import Response

from console.asking import Ask
from console.guard import Turned
from rooms import messages, overlooking, seats, sessions
from rooms.errors import Refused
from rooms.overlooking import NOTHING
from rooms.record.channels import Channel
from rooms.store import Store

AT_ONCE, OF_ONE = 300, 10
"""Streams of one web process, and of one account among them."""

PAGE, FAR_BEHIND = 200, 1_000
TICK_SECONDS, TOGETHER_SECONDS = 1.0, 0.1
LOOK_SECONDS = 0.4
"""Between two looks at the overview: with `FRESH_SECONDS` and what a look takes, less than a second."""
ALIVE_SECONDS, ASK_AGAIN_SECONDS = 15.0, 2.0
LONGEST_SECONDS = 3_600.0

log = structlog.get_logger(__name__)
Look = Callable[[], dict[str, Any]]


class Feeds:
    """What the live views of one process share: one ear for all channels, and a count of views."""

    def __init__(self, store: Store, ending: Callable[[], bool]) -> None:
        self.store, self.ending = store, ending
        self._feed = store.live.feed(self._heard, self._wake_all)
        self._waiting: dict[str, set[threading.Event]] = {}
        self._open: Counter[str] = Counter()

    def channel(self, ask: Ask, channel: Channel, after: int | None) -> Response:
        return self._response(ask, self._channel(ask, channel, after))

    def snapshots(self, ask: Ask, look: Look) -> Response:
        """What `look` says, as soon as it says something new."""
        return self._response(ask, self._snapshots(ask, look))

    # streams

    def _channel(self, ask: Ask, channel: Channel, after: int | None) -> Iterator[bytes]:
        awake = threading.Event()
        self._listen(channel.id, awake)
        try:
            yield from _ChannelView(self, ask, channel, after, awake).events()
        finally:
            self._stop_listening(channel.id, awake)

    def _snapshots(self, ask: Ask, look: Look) -> Iterator[bytes]:
        told: dict[str, Any] = {}
        for _ in self.ticks(ask, threading.Event(), LOOK_SECONDS):
            seen = look()
            if {**seen, "at": 0} != {**told, "at": 0}:
                told = seen
                yield event("overview", seen)
            else:
                yield b""

    def ticks(self, ask: Ask, awake: threading.Event, seconds: float = TICK_SECONDS) -> Iterator[None]:
        """As long as the stream may go on: at each wake-up, at least once in so many seconds. Ends with the session."""
        ends, asked = time.monotonic() + LONGEST_SECONDS, time.monotonic()
        while time.monotonic() < ends and not self.ending():
            if time.monotonic() - asked > ASK_AGAIN_SECONDS:
                asked = time.monotonic()
                if not _still_signed(ask):
                    return
            yield
            awake.wait(seconds)
            time.sleep(TOGETHER_SECONDS)

    def _response(self, ask: Ask, events: Iterator[bytes]) -> Response:
        account = ask.who.id
        if self._open.total() >= AT_ONCE or self._open[account] >= OF_ONE:
            raise Turned(503, "full", f"at most {OF_ONE} live views of one account")
        response = Response(self._counted(account, events), content_type="text/event-stream")
        response.headers["X-Accel-Buffering"] = "no"
        return response

    def _counted(self, account: str, events: Iterator[bytes]) -> Iterator[bytes]:
        self._open[account] += 1
        try:
            yield b"retry: 1000\n\n"
            yield from _kept_alive(events)
        finally:
            self._open[account] -= 1
            if not self._open[account]:
                del self._open[account]

    # ears

    def _listen(self, channel: str, awake: threading.Event) -> None:
        self._waiting.setdefault(channel, set()).add(awake)
        self._feed.subscribe(channel)

    def _stop_listening(self, channel: str, awake: threading.Event) -> None:
        others = self._waiting.get(channel, set())
        others.discard(awake)
        if not others:
            self._waiting.pop(channel, None)
            self._feed.unsubscribe(channel)

    def _heard(self, channel: str, _: bytes) -> None:
        for awake in list(self._waiting.get(channel, ())):
            awake.set()

    def _wake_all(self) -> None:
        for channel in list(self._waiting):
            self._heard(channel, b"")


class _ChannelView:
    def __init__(self, feeds: Feeds, ask: Ask, channel: Channel, after: int | None, awake: threading.Event) -> None:
        self._feeds, self._ask, self._channel, self._awake = feeds, ask, channel, awake
        self._seq, self._epoch, self._told, self._state_at = after, "", "", 0.0

    def events(self) -> Iterator[bytes]:
        for _ in self._feeds.ticks(self._ask, self._awake):
            self._awake.clear()
            try:
                yield b"".join(self._news())
            except Refused as refused:
                yield event("away", {"code": refused.code, "message": refused.message})

    def _news(self) -> Iterator[bytes]:
        store, channel = self._feeds.store, self._channel.id
        epoch, tip = seats.tips(store, [channel]).get(channel, (self._epoch, self._seq or 0))
        if self._seq is None:
            self._seq = tip
        if self._epoch and epoch != self._epoch:
            self._seq = min(self._seq, tip)
            yield event("forked", {"channel": channel, "epoch": epoch, "seq": self._seq})
        self._epoch = epoch
        if tip - self._seq > FAR_BEHIND:
            yield event("gap", {"channel": channel, "after": self._seq, "seq": tip})
            self._seq = tip
        for entry in messages.after(store, channel, self._seq, PAGE) if tip > self._seq else ():
            self._seq = entry.seq
            yield b"event: entry\nid: %d\ndata: %b\n\n" % (entry.seq, entry.frame)
        if tip > self._seq:
            self._awake.set()
        yield from self._state()

    def _state(self) -> Iterator[bytes]:
        """Who is there and who waits, at most once a second."""
        if time.monotonic() - self._state_at < TICK_SECONDS:
            return
        self._state_at = time.monotonic()
        state = overlooking.states(self._feeds.store, [self._channel]).get(self._channel.id, NOTHING)
        told = event("state", {"channel": self._channel.id, "present": state.present, "waiting": state.waiting,
                               "tip": state.tip})
        if told.decode() != self._told:
            self._told = told.decode()
            yield told


def event(name: str, told: dict[str, Any]) -> bytes:
    return b"event: %b\ndata: %b\n\n" % (name.encode(), msgspec.json.encode(told))


def _kept_alive(events: Iterator[bytes]) -> Iterator[bytes]:
    """A word now and then, by which both ends find out that the other is gone."""
    spoke = time.monotonic()
    for told in events:
        if told:
            spoke = time.monotonic()
            yield told
        elif time.monotonic() - spoke > ALIVE_SECONDS:
            spoke = time.monotonic()
            yield b": still here\n\n"


def _still_signed(ask: Ask) -> bool:
    try:
        now = sessions.look(ask.store, ask.token)
    except Refused:
        return True  # Redis or SQL is away: nobody can have been signed out meanwhile
    return now is not None and now.role == ask.who.role
