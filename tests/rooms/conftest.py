"""What touches the record is tested twice: on SQLite and on a real MariaDB, one server for the whole run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from rooms.record import Record
from rooms.store import Store
from tests.cast import store_on
from tests.needs import needs
from tests.servers import MariaServer, RedisServer, mariadb, valkey
from tests.tables import with_tables


@pytest.fixture(scope="session")
def maria() -> Iterator[MariaServer]:
    with mariadb() as server:
        yield server


@pytest.fixture(scope="module", params=["sqlite", "mariadb"])
def empty_database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URL of a database without tables, fresh for this module."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path_factory.mktemp('record')}/record.db"
    needs("mariadbd")
    server: MariaServer = request.getfixturevalue("maria")
    return server.url


@pytest.fixture(scope="module")
def database_url(empty_database: str) -> str:
    """The same with the tables."""
    return with_tables(empty_database)


@pytest.fixture(scope="module")
def record(database_url: str) -> Iterator[Record]:
    record = Record.open(database_url, "a key for tests")
    yield record
    record.close()


@pytest.fixture(scope="session")
def redis() -> Iterator[RedisServer]:
    with valkey() as server:
        yield server


@pytest.fixture
def store(redis: RedisServer, database_url: str) -> Iterator[Store]:
    """On a real Redis under a prefix of its own, and on either database."""
    store = store_on(redis.url, database_url)
    yield store
    store.close()
