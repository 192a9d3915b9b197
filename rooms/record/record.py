"""The record: one SQL database, asked in transactions.

    record = Record.open("mysql://teahouse:…@db/teahouse", secret_key)
    rooms = record.read(lambda connection: rooms.of(connection, organization))

A question or an act is a plain function of a connection. It may be called more than once (a deadlock, a busy file,
a connection that broke), so it does nothing but SQL, and never asks the record again from inside.
"""

from __future__ import annotations

import logging
import os
import random
import time
import weakref
from collections.abc import Callable, Sequence
from functools import partial
from typing import NoReturn, Self, TypeVar

from sqlalchemy import Connection

from rooms.errors import Code, Refused
from rooms.record.engines import engine_for, parse
from rooms.record.keyring import Keyring, NoKeyError
from rooms.record.lanes import Lanes, Pooled, Way
from rooms.record.troubles import ERRORS, CommitUnknownError, Trouble, judge
from rooms.record.vault import Vault

T = TypeVar("T")
log = logging.getLogger(__name__)

PATIENCE_SECONDS = 5
"""How long a busy database is asked again, in all."""

COPY_RESTS_SECONDS = 5
"""How long a copy of the record that failed is not asked again."""

LOST_AFTER_SECONDS = 2
"""A connection that broke sooner than this was dead before; one that took longer is not tried again."""


class Record:
    def __init__(self, way: Way, name: str, vault: Vault, keyring: Keyring) -> None:
        self._way, self._name, self.vault, self.keyring = way, name, vault, keyring
        self._copy: Record | None = None
        self._copy_rests_until = 0.0
        os.register_at_fork(after_in_child=partial(_forget, weakref.ref(way)))

    @classmethod
    def open(cls, url: str, *secret_keys: str | None, master_keys: Sequence[str | None] = (),
             copy_url: str | None = None) -> Self:
        """Connects to nothing yet. Of the keys, the first seals and all of them open (see `vault`, `keyring`).
        `copy_url`: a replica, for `from_copy`."""
        parsed = parse(url)
        masters = [key for key in master_keys if key]
        keyring = Keyring(Vault(masters, "TEAHOUSE_MASTER_KEY") if masters else None)
        engine = engine_for(parsed).execution_options(keyring=keyring)
        way: Way = Lanes(engine) if engine.dialect.name == "sqlite" else Pooled(engine)
        record = cls(way, parsed.render_as_string(hide_password=True), Vault([key for key in secret_keys if key]),
                     keyring)
        if copy_url is not None:
            record._copy = cls.open(copy_url, *secret_keys, master_keys=master_keys)
        return record

    def read(self, question: Callable[[Connection], T]) -> T:
        """The answer, or Refused(UNAVAILABLE) when the database is away or stays busy."""
        return self._patiently(question, writes=False)

    def from_copy(self, look: Callable[[Record], T]) -> T:
        """What `look` sees in the replica, which may be some seconds behind; in the record itself where there is none
        or it fails. `look` may be called twice, and only reads."""
        if self._copy is not None and time.monotonic() >= self._copy_rests_until:
            try:
                return look(self._copy)
            except (Refused, *ERRORS) as error:
                if isinstance(error, Refused) and error.code is not Code.UNAVAILABLE:
                    raise
                self._copy_rests_until = time.monotonic() + COPY_RESTS_SECONDS
                log.warning("%r: asked instead of its replica: %s", self, _first_line(error))
        return look(self)

    def write(self, act: Callable[[Connection], T]) -> T:
        """Runs the act in one transaction and commits it. Refused(UNAVAILABLE) says that nothing was changed, except
        where its message says that the outcome is unknown; what `act` itself raises is passed on after a rollback.
        Where it would seal words of an organization that has no data key yet, that is made first, and committed."""
        try:
            return self._patiently(act, writes=True)
        except NoKeyError as missing:
            self.prepare(missing.organization)
            return self._patiently(act, writes=True)

    def prepare(self, organization: str) -> None:
        """Sees to it that the organization's words can be sealed, where they are sealed at all."""
        if self.keyring.seals and self.read(lambda c: self.keyring.current(c, organization)) is None:
            self.write(lambda c: self.keyring.make(c, organization))

    def close(self) -> None:
        if self._copy is not None:
            self._copy.close()
        self._way.close()

    def __repr__(self) -> str:
        return f"Record({self._name})"

    def _patiently(self, work: Callable[[Connection], T], writes: bool) -> T:
        begun, tries = time.monotonic(), 0
        while True:
            try:
                return self._way.attempt(work, writes)
            except CommitUnknownError as error:
                self._refuse(error.__cause__ or error, "the record did not answer: the outcome is unknown")
            except ERRORS as error:
                tries += 1
                if not _again(judge(error), tries, time.monotonic() - begun):
                    self._refuse(error, "the record is not available")
            time.sleep(random.uniform(0.001, min(0.1, 0.004 * 2**tries)))  # noqa: S311 - jitter

    def _refuse(self, error: BaseException, message: str) -> NoReturn:
        if isinstance(error, ERRORS) and judge(error) is Trouble.OURS:
            raise error
        log.warning("%r: %s: %s", self, message, _first_line(error))
        raise Refused(Code.UNAVAILABLE, message, retry_after_ms=1000) from error


def _again(trouble: Trouble, tries: int, seconds: float) -> bool:
    if trouble is Trouble.BUSY:
        return seconds < PATIENCE_SECONDS
    return trouble is Trouble.LOST and tries == 1 and seconds < LOST_AFTER_SECONDS


def _first_line(error: BaseException) -> str:
    """The database's own words without the statement and its values, which may be somebody's message."""
    return str(getattr(error, "orig", None) or error).partition("\n")[0]


def _forget(way: weakref.ref[Way]) -> None:
    alive = way()
    if alive is not None:
        alive.forget()
