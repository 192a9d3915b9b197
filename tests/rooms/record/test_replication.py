"""A replica that really replicates: two MariaDB on loopback, GTIDs between them. Who is asked what while one is away:
`tests/rooms/test_replica.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple

import pymysql
import pytest
from sqlalchemy import Connection, Engine, event

from rooms import archive, indexing, members, messages, search, seats
from rooms.drafts import Draft
from rooms.live import keys
from rooms.record import Record
from rooms.search import Query
from rooms.store import Store
from tests.cast import Cast, store_on
from tests.needs import needs
from tests.servers import MariaServer, RedisServer, mariadb

LOGGED = ("--server-id=1", "--log-bin=changes", "--binlog-format=ROW")


class Pair(NamedTuple):
    """A MariaDB, and one that follows it."""

    primary: MariaServer
    follower: MariaServer

    def follow(self) -> None:
        self.follower.run(f"CHANGE MASTER TO MASTER_HOST='127.0.0.1', MASTER_PORT={self.primary.port}, "
                          "MASTER_USER='root', MASTER_USE_GTID=slave_pos, MASTER_CONNECT_RETRY=1")
        self.follower.run("START SLAVE")

    def wait(self) -> None:
        """Until the follower has all that was committed by now."""
        [place] = _ask(self.primary, "SELECT @@gtid_current_pos")
        assert _ask(self.follower, f"SELECT MASTER_GTID_WAIT('{place}', 60)") == (0,)


def _ask(server: MariaServer, question: str) -> Any:
    with (pymysql.connect(unix_socket=str(server.dir / "socket"), user="root") as connection,
          connection.cursor() as cursor):
        cursor.execute(question)
        return cursor.fetchone()


@pytest.fixture
def pair() -> Iterator[Pair]:
    needs("mariadbd")
    with mariadb("127.0.0.1", *LOGGED) as primary, mariadb("127.0.0.1", "--server-id=2", "--read-only") as follower:
        pair = Pair(primary, follower)
        pair.follow()
        yield pair


@pytest.fixture
def asked() -> Iterator[list[int]]:
    """The port of which server was asked for entries."""
    ports: list[int] = []

    def note(connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        if "FROM entries" in statement:
            ports.append(connection.engine.url.port or 0)

    event.listen(Engine, "before_cursor_execute", note)
    yield ports
    event.remove(Engine, "before_cursor_execute", note)


def test_history_and_search_ask_a_follower_and_what_it_lacks_the_record_has(
        pair: Pair, redis: RedisServer, asked: list[int]) -> None:
    url = pair.primary.url
    store = store_on(redis.url, url)
    cast = Cast(store)
    hall, alice = cast.channel("hall"), cast.person("Alice")
    members.join(store, alice, cast.room)
    seats.enter(store, alice, hall, "p.1")
    copy_url = url.replace(f":{pair.primary.port}/", f":{pair.follower.port}/")
    record = Record.open(url, "a key for tests", copy_url=copy_url)
    store, first = replace(store, record=record), store

    def say(*texts: str) -> None:
        for text in texts:
            messages.post(store, alice, hall, Draft("text", {"text": text}, text))
        archive.archive_channel(store, hall)
        indexing.index(store)
        forget(store, hall)

    def history(before: int | None = None) -> list[int]:
        asked.clear()
        return [entry.seq for entry in messages.history(store, alice, hall, before).entries]

    def found(word: str) -> list[int]:
        asked.clear()
        return [hit.entry.seq for hit in search.search(store, alice, Query(word)).hits]

    say("龙井茶", "普洱茶", "乌龙茶")
    pair.wait()
    assert (history(before=3), set(asked)) == ([1, 2], {pair.follower.port})
    assert (found("普洱"), set(asked)) == ([2], {pair.follower.port})

    pair.follower.run("STOP SLAVE SQL_THREAD")  # it is there, and lags
    say("铁观音", "白毫")
    assert history(before=5) == [1, 2, 3, 4]
    assert asked == [pair.follower.port, pair.primary.port]
    assert history() == [1, 2, 3, 4, 5]
    assert (history(before=3), set(asked)) == ([1, 2], {pair.follower.port})
    assert (found("普洱"), found("铁观音")) == ([2], []), "search is as old as the follower"

    pair.follower.run("START SLAVE SQL_THREAD")
    pair.wait()
    assert (history(before=5), set(asked)) == ([1, 2, 3, 4], {pair.follower.port})
    assert (found("铁观音"), set(asked)) == ([4], {pair.follower.port})
    store.close()
    first.record.close()


def forget(store: Store, channel: str) -> None:
    """What is in SQL is no more in Redis."""
    log = keys.of_channel(store.live.prefix, channel).log
    store.live.command("DEL", log, key=log)
