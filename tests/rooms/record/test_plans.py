"""How SQLite finds what is asked for all the time. It keeps no statistics, so the indexes alone must lead it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, event

from rooms.record import notices
from tests.tables import with_tables


def test_what_waits_for_one_is_found_without_reading_what_waits_for_others(tmp_path: Path) -> None:
    engine = create_engine(with_tables(f"sqlite:///{tmp_path}/record.db"))
    with engine.connect() as connection:
        asked = statements(connection)
        notices.waiting(connection, "u_mei", 5)
        [(text, values)] = asked
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values).all()
    engine.dispose()
    assert "ix_notices_user_state_at (user=? AND state=?)" in plan[0][-1], plan


def statements(connection: Connection) -> list[tuple[str, Any]]:
    """What is executed on this connection from now on."""
    asked: list[tuple[str, Any]] = []

    @event.listens_for(connection, "before_cursor_execute")
    def note(_connection: Any, _cursor: Any, text: str, values: Any, *_rest: Any) -> None:
        asked.append((text, values))

    return asked
