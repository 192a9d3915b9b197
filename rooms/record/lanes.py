"""How a transaction gets a connection and a thread.

`Pooled` is for databases over the network: SQLAlchemy's pool, in the caller's own thread or greenlet.

`Lanes` is for SQLite: one lane for writes, since the file has one writer anyway, and a few for reads. Under gevent the
work itself runs in the hub's native threads, because a statement that waits for the disk would stop the loop. What
decides who may use which connection stays on the greenlets' side: gevent's locks are made for greenlets, and a
native thread that waits on one is a trap. A few lanes only, since each busy native thread may keep Python's lock for
5 ms before the loop gets it back.
"""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import TimeoutError as PoolTimeout

from rooms import native
from rooms.record.troubles import ERRORS, CommitUnknownError

T = TypeVar("T")
READERS = 3
LANE_SECONDS = 5


class Way(Protocol):
    """One attempt at a transaction. Raises what SQLAlchemy raises, or CommitUnknownError."""

    def attempt(self, work: Callable[[Connection], T], writes: bool) -> T: ...

    def forget(self) -> None:
        """Drops all connections without a word to the server: after a fork they are the parent's."""

    def close(self) -> None: ...


def transact(connection: Connection, work: Callable[[Connection], T], writes: bool) -> T:
    with connection.begin() as transaction:
        result = work(connection)
        if not writes:
            transaction.rollback()
            return result
        try:
            transaction.commit()
        except ERRORS as error:
            raise CommitUnknownError from error
    return result


class Pooled:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def attempt(self, work: Callable[[Connection], T], writes: bool) -> T:
        with self._engine.connect() as connection:
            return transact(connection, work, writes)

    def forget(self) -> None:
        self._engine.dispose(close=False)

    def close(self) -> None:
        self._engine.dispose()


class Lane:
    """A connection that is opened when it is first needed, in the thread that needs it."""

    def __init__(self, engine: Engine, writes: bool) -> None:
        self._engine, self._writes = engine.execution_options(writes=writes), writes
        self._connection: Connection | None = None

    def run(self, work: Callable[[Connection], T]) -> T:
        if self._connection is None:
            self._connection = self._engine.connect()
        try:
            return transact(self._connection, work, self._writes)
        except (*ERRORS, CommitUnknownError):
            self.close()
            raise

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


class Lanes:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._readers, self._writers = _free(READERS), _free(1)
        self._of_parent: list[object] = []

    def attempt(self, work: Callable[[Connection], T], writes: bool) -> T:
        with self._lane(writes) as lane:
            return native.run(lambda: lane.run(work))

    @contextmanager
    def _lane(self, writes: bool) -> Iterator[Lane]:
        free = self._writers if writes else self._readers
        try:
            lane = free.get(timeout=LANE_SECONDS) or Lane(self._engine, writes)
        except queue.Empty:
            raise PoolTimeout("every connection to SQLite is busy") from None
        finished = False
        try:
            yield lane
            finished = True
        except Exception:
            finished = True
            raise
        finally:
            # Otherwise the greenlet was killed and the thread may still be at work: nobody uses that lane again.
            free.put(lane if finished else None)

    def forget(self) -> None:
        """Keeps what the parent opened from being closed here, which SQLite forbids."""
        self._of_parent += (self._readers, self._writers)
        self._readers, self._writers = _free(READERS), _free(1)

    def close(self) -> None:
        for free in (self._readers, self._writers):
            while not free.empty():
                lane = free.get()
                if lane is not None:
                    native.run(lane.close)


def _free(size: int) -> queue.LifoQueue[Lane | None]:
    free: queue.LifoQueue[Lane | None] = queue.LifoQueue()
    for _ in range(size):
        free.put(None)
    return free
