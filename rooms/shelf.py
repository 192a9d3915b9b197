"""The books of words that this process has read, and how it notices that one has changed.

A book is read at its organization's first message. Whoever changes a list counts a number up in Redis; each process
looks at it once a second, and where it moved, asks the record which books are old. Once a minute it asks in any case,
so that a lost count costs no more. While a book is read again, the old one holds.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from rooms import native
from rooms.errors import Code, Refused
from rooms.judging import Book
from rooms.record import safety, word_lists

if TYPE_CHECKING:
    from rooms.store import Store

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
LOOKS_BEFORE_ASKING = 60
MOST_WAITING = 10_000

Then = Callable[[Refused | None], None]


class Shelf:
    def __init__(self) -> None:
        self._books: dict[str, Book] = {}
        self._waiting: dict[str, list[Then]] = {}
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._watching = False

    def book(self, organization: str) -> Book | None:
        """None where it was not read yet."""
        return self._books.get(organization)

    def ready(self, organization: str) -> bool:
        """Whether the book was read, and nobody waits any more who came before."""
        return organization in self._books and organization not in self._waiting

    def read(self, store: Store, organization: str) -> Book:
        """The book, read first where need be. Raises Refused(unavailable) where it cannot be: unknown is closed."""
        known = self._books.get(organization)
        if known is not None:
            return known
        store.sealing.read(organization)
        book = self._books[organization] = _book(store, organization)
        self._watch(store)
        return book

    def read_soon(self, store: Store, organization: str, then: Then) -> None:
        """Without waiting. All who wait for the same book go on in the order in which they came."""
        with self._lock:
            waiting = self._waiting.get(organization)
            if waiting is not None and len(waiting) < MOST_WAITING:
                waiting.append(then)
                return
            if waiting is None:
                self._waiting[organization] = [then]
        if waiting is None:
            threading.Thread(target=self._read, args=(store, organization), name="read-words", daemon=True).start()
        else:
            then(_unread())

    def refresh(self, store: Store) -> int:
        """Reads again what has changed; returns how many books."""
        known = dict(self._books)
        if not known:
            return 0
        versions, policies = store.record.read(lambda c: (
            word_lists.versions(c, list(known)), safety.versions(c, list(known))))
        old = [organization for organization, book in known.items()
               if book.versions != (("", policies.get(organization, 0)), *versions[organization])]
        for organization in old:
            self._books[organization] = _book(store, organization)
        return len(old)

    def close(self) -> None:
        self._closed.set()

    def _read(self, store: Store, organization: str) -> None:
        refused = None
        try:
            self.read(store, organization)
        except Refused as reason:
            refused = reason
        except Exception:
            log.exception("cannot read the words organization=%s", organization)
            refused = _unread()
        while waiting := self._take_waiting(organization):
            for then in waiting:
                then(refused)

    def _take_waiting(self, organization: str) -> list[Then]:
        """Those who wait; when nobody does, nobody waits any more."""
        with self._lock:
            waiting, self._waiting[organization] = self._waiting[organization], []
            if not waiting:
                del self._waiting[organization]
        return waiting

    def _watch(self, store: Store) -> None:
        if not self._watching:
            self._watching = True
            threading.Thread(target=self._look, args=(store,), name="watch-words", daemon=True).start()

    def _look(self, store: Store) -> None:
        seen, looks = _count(store), 0
        self._try(store)
        while not self._closed.wait(LOOK_SECONDS):
            now, looks = _count(store), looks + 1
            if (now != seen or looks >= LOOKS_BEFORE_ASKING) and self._try(store):
                seen, looks = now, 0

    def _try(self, store: Store) -> bool:
        try:
            self.refresh(store)
        except Refused as refused:
            log.warning("the words cannot be read again now: %s", refused.message)
            return False
        except Exception:
            log.exception("the words cannot be read again")
        return True


def _book(store: Store, organization: str) -> Book:
    lists, policy = store.record.read(lambda c: (
        word_lists.of_organization(c, organization), safety.policy(c, organization)))
    versions = (("", policy.version if policy else 0), *sorted((one.id, one.version) for one in lists))
    if not lists:
        return Book(versions, lists, policy)
    return native.run(lambda: Book(versions, lists, policy))


def changed(store: Store) -> None:
    """Lets every process know that some list is another one now. Best effort: they ask by themselves in a minute."""
    key = _key(store)
    store.live.tell("INCR", key, key=key)


def _count(store: Store) -> bytes | None:
    try:
        return store.live.get(_key(store))
    except Refused:
        return None


def _key(store: Store) -> str:
    return store.live.name("words")


def _unread() -> Refused:
    return Refused(Code.UNAVAILABLE, "the word lists are being read", 1_000)
