"""Channels that somebody watches without being there: how far each is, at most once a second, and no word of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from miniprogram.protocol import encode
from miniprogram.protocol.events import Tip
from miniprogram.workers import Workers
from rooms import receipts
from rooms.errors import Refused
from rooms.store import Store

if TYPE_CHECKING:
    from collections.abc import Sequence

    from miniprogram.session import Session


class Watches:
    def __init__(self, store: Store, workers: Workers) -> None:
        self._store = store
        self._workers = workers
        self._of: dict[str, dict[Session, None]] = {}
        self._stirred: set[str] = set()
        self._busy = False

    def __contains__(self, channel: str) -> bool:
        return channel in self._of

    def watch(self, session: Session, channels: Sequence[str]) -> None:
        """These, and no others any more."""
        self.leave(session)
        session.watching = tuple(channels)
        for channel in channels:
            self._of.setdefault(channel, {})[session] = None

    def leave(self, session: Session) -> None:
        for channel in session.watching:
            watchers = self._of.get(channel, {})
            watchers.pop(session, None)
            if not watchers:
                self._of.pop(channel, None)
        session.watching = ()

    def stir(self, channel: str) -> None:
        """Something was added there. Never waits."""
        if channel in self._of:
            self._stirred.add(channel)

    def tick(self) -> None:
        """Once a second."""
        if self._stirred and not self._busy:
            self._busy = True
            self._workers.do(self._round)

    def _round(self) -> None:
        stirred, self._stirred = self._stirred, set()
        try:
            for channel in stirred:
                self._tell(channel)
        except Refused:
            self._stirred |= stirred  # the next second tries again
        finally:
            self._busy = False

    def _tell(self, channel: str) -> None:
        watchers = [session for session in self._of.get(channel, ()) if channel not in session.entered]
        known = receipts.unread_of(self._store, channel, sorted({session.user for session in watchers}))
        for session in watchers:
            unread = known.get(session.user)
            if unread is not None and session.person is not None:
                tip = Tip(channel=channel, seq=unread.tip, unread=unread.unread, mentions=unread.mentions)
                session.connection.offer(encode(tip))
