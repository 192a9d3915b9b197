"""Databases with the tables in them. The migrations take seconds, so a run makes the tables once for SQLite and once
for each MariaDB, and copies them; tests of the migrations themselves go their own way.
"""

from __future__ import annotations

import shutil
import tempfile
from functools import cache
from pathlib import Path

from sqlalchemy import Connection, create_engine, make_url
from sqlalchemy.pool import NullPool

from rooms.record import migrate

MODEL = "teahouse_model"


@cache
def with_tables(database_url: str) -> str:
    """The same URL; afterwards the newest tables are there."""
    file = Path(database_url.removeprefix("sqlite:///"))
    if database_url.startswith("sqlite:///") and not file.exists():
        shutil.copyfile(_model_file(), file)
    elif database_url.startswith("mysql") and _is_empty(database_url):
        _copy(database_url)
    else:
        migrate.upgrade(database_url)
    return database_url


@cache
def _model_file() -> Path:
    file = Path(tempfile.mkdtemp(prefix="teahouse-tables-")) / "record.db"
    migrate.upgrade(f"sqlite:///{file}")
    return file


def _is_empty(database_url: str) -> bool:
    with create_engine(database_url, poolclass=NullPool).connect() as connection:
        return connection.exec_driver_sql("SHOW TABLES").first() is None


def _copy(database_url: str) -> None:
    url = make_url(database_url)
    recipe = _recipe(url.set(database="").render_as_string(hide_password=False))
    with create_engine(url, poolclass=NullPool).begin() as connection:
        for statement in recipe:
            connection.exec_driver_sql(statement)


@cache
def _recipe(server: str) -> tuple[str, ...]:
    """What makes another database like the model: its tables, and the rows that the migrations put there."""
    model = make_url(server).set(database=MODEL).render_as_string(hide_password=False)
    with create_engine(server, poolclass=NullPool).begin() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE IF NOT EXISTS {MODEL} CHARACTER SET utf8mb4")
    migrate.upgrade(model)
    with create_engine(model, poolclass=NullPool).connect() as connection:
        names = [row[0] for row in connection.exec_driver_sql("SHOW TABLES")]
        made = [str(connection.exec_driver_sql(f"SHOW CREATE TABLE `{name}`").one()[1]) for name in names]
        filled = [name for name in names if _holds_rows(connection, name)]
    return ("SET foreign_key_checks=0", *(statement.replace("%", "%%") for statement in made),
            *(f"INSERT INTO `{name}` SELECT * FROM {MODEL}.`{name}`" for name in filled))


def _holds_rows(connection: Connection, name: str) -> bool:
    return connection.exec_driver_sql(f"SELECT 1 FROM `{name}` LIMIT 1").first() is not None
