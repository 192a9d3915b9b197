"""SQL is locked, or gone for a while: talk does not notice, the log is not trimmed, the archive catches up."""

from __future__ import annotations

import sqlite3
import time

from tests.faults.conftest import Note
from tests.house_client import House
from tests.oracle import Load, Oracle, after_fault


def test_somebody_holds_the_database_locked(house: House, channel: str, note: Note) -> None:
    """F19, F20: for four seconds nobody else can write."""
    phones = house.phones_in_each_process(channel, 6, "锁")
    oracle = Oracle(house, channel, phones)

    def fault() -> None:
        with sqlite3.connect(house.var / "teahouse.db", timeout=60, isolation_level=None) as database:
            database.execute("BEGIN EXCLUSIVE")
            time.sleep(4)
            database.execute("ROLLBACK")
        database.close()

    verdict = after_fault(oracle, Load(phones, channel), fault)
    assert verdict.seconds_until_sending < 1, "who is in talks on"
    tip = oracle.log()[0][-1].seq
    seconds = house.wait(lambda: len(oracle.recorded()) == tip, 15, "everything is archived")
    oracle.check()
    note(verdict, archived_after=seconds)
