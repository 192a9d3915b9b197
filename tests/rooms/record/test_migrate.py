from __future__ import annotations

import subprocess
import sys

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from rooms.errors import Misconfigured, Refused
from rooms.record import Record, generations, migrate
from rooms.record.tables import metadata

UPGRADE = "import sys; from rooms.record import migrate; print(len(migrate.upgrade(sys.argv[1])))"


def test_three_processes_that_upgrade_at_once_apply_each_migration_once(empty_database: str) -> None:
    known = migrate.pending(empty_database)
    assert known[0] == "0001"
    upgrades = [subprocess.Popen([sys.executable, "-c", UPGRADE, empty_database], stdout=subprocess.PIPE)
                for _ in range(3)]
    applied = [int(upgrade.communicate(timeout=60)[0]) for upgrade in upgrades]
    assert sorted(applied) == [0, 0, len(known)]
    assert migrate.pending(empty_database) == []


def test_the_migrations_make_exactly_the_tables_of_the_code(database_url: str) -> None:
    record = Record.open(database_url)
    options = {"compare_type": True}
    assert record.read(lambda c: compare_metadata(MigrationContext.configure(c, opts=options), metadata)) == []
    record.close()


def test_a_record_that_is_put_back_gets_a_greater_generation(database_url: str) -> None:
    record = Record.open(database_url)
    before = record.read(generations.current)
    assert record.write(generations.begin) > before
    assert record.read(generations.current) > before
    record.close()


def test_a_record_without_tables_says_what_to_run(tmp_path: object) -> None:
    record = Record.open(f"sqlite:///{tmp_path}/empty.db")
    with pytest.raises(Misconfigured, match="teahouse migrate"):
        record.read(generations.current)
    record.close()


def test_a_database_that_is_away_is_refused_for_now() -> None:
    with pytest.raises(Refused) as refused:
        migrate.upgrade("mysql://root@127.0.0.1:1/none")
    assert refused.value.temporary
