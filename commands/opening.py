"""A store for one command; the embedded Redis runs meanwhile if it does not run already."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from embedded import running_redis, settle
from rooms.errors import Misconfigured
from rooms.record import migrate
from rooms.store import Store, open_store
from settings import Settings


@contextmanager
def opened(settings: Settings) -> Iterator[Store]:
    """Raises Misconfigured when the tables are not there yet."""
    with running_redis(settings):
        ready = settle(settings)
        if migrate.pending(str(ready.database_url)):
            raise Misconfigured("the tables are not up to date; run `teahouse migrate`")
        store = open_store(ready)
        try:
            yield store
        finally:
            store.close()
