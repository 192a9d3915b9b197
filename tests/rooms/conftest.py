"""What touches the record is tested twice: on SQLite and on a real MariaDB, one server for the whole run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from rooms.record import Record, migrate
from tests.needs import needs
from tests.servers import MariaServer, mariadb


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
    migrate.upgrade(empty_database)
    return empty_database


@pytest.fixture(scope="module")
def record(database_url: str) -> Iterator[Record]:
    record = Record.open(database_url, "a key for tests")
    yield record
    record.close()
