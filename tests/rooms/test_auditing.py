"""The audit as others read it, on both databases."""

from __future__ import annotations

import hashlib
import json

import pytest

from rooms import auditing
from rooms.errors import Code, Refused
from rooms.record import audit, tables
from rooms.record.audit import Act
from rooms.store import Store
from tests.cast import Cast


@pytest.fixture
def organization(store: Store) -> str:
    """With five acts."""
    cast = Cast(store)
    for number in range(5):
        act = Act(number, "u_a", "console", "mute", "u_b", cast.room, "", f"理由 {number} \U0001f375\u2028", "{}",
                  '{"until":0}')
        store.record.write(lambda c, act=act: audit.add(c, cast.organization, act))  # type: ignore[misc]
    return cast.organization


def test_an_export_can_be_verified_by_anybody(store: Store, organization: str) -> None:
    before = "0" * 64
    for line in auditing.export(store, organization):
        told = json.loads(line)
        words = [before, told["number"], *(told[name] for name in (
            "at", "actor", "door", "act", "target", "room", "channel", "reason", "before", "after"))]
        before = hashlib.sha256(json.dumps(words, ensure_ascii=False).encode()).hexdigest()
        assert told["hash"] == before
    assert auditing.verify_lines(auditing.export(store, organization)) == (5, before, None)
    assert auditing.verify(store, organization) == (5, before, None)


def test_long_exports_come_page_by_page(store: Store, organization: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit.page, "__defaults__", (0, 2))
    assert [json.loads(line)["number"] for line in auditing.export(store, organization)] == [1, 2, 3, 4, 5]
    assert [json.loads(line)["number"] for line in auditing.export(store, organization, after=3)] == [4, 5]


@pytest.mark.parametrize(("change", "broken"), [
    ({"reason": "another"}, 3), ({"actor": "u_x"}, 3), ({"number": 9}, 3), ({"hash": "0" * 64}, 3)])
def test_what_was_changed_in_the_record_is_found(store: Store, organization: str, change: dict[str, object],
                                                 broken: int) -> None:
    table = tables.audit
    store.record.write(lambda c: c.execute(table.update().where(
        table.c.organization == organization, table.c.number == 3).values(change)))
    found = auditing.verify(store, organization)
    assert (found.acts, found.broken) == (2, broken)


def test_what_is_missing_in_an_export_is_found(store: Store, organization: str) -> None:
    lines = list(auditing.export(store, organization))
    whole = auditing.verify_lines(lines)
    assert auditing.verify_lines([*lines[:1], *lines[2:]]).broken == 2
    assert auditing.verify_lines([lines[1], lines[0], *lines[2:]]).broken == 1
    assert auditing.verify_lines(lines[:-1]).head != whole.head, "a cut end is found by who kept the last hash"
    for wrong in ("{", "[]", "{}", '{"number":"x"}'):
        with pytest.raises(Refused) as caught:
            auditing.verify_lines([wrong])
        assert caught.value.code is Code.BAD_FRAME
