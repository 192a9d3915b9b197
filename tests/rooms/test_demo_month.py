"""The demo's month: something for every page of the console, once, and nothing that a stranger sees."""

from __future__ import annotations

import time

import msgspec
import pytest
from sqlalchemy import func, select

from rooms import auditing, demo, messages, rollups, safety, webhooks
from rooms import rooms as tearooms
from rooms.authority import Actor
from rooms.events import Door, Person
from rooms.record import Record, alarms, channels, hourly, rooms, sanctions, tables
from rooms.store import Store

NOW = int(time.time() * 1000)
FILLED = ("users", "members", "entries", "audit", "sanctions", "deliveries", "requests", "hourly", "activity",
          "followers", "held", "reports", "suspicions", "word_lists", "broadcasts", "notices", "tags", "templates",
          "retention")


@pytest.fixture(scope="module")
def organization(record: Record) -> str:
    return str(demo.init(record, NOW)["organization"]["id"])


def counts(record: Record) -> dict[str, int]:
    return record.read(lambda c: {table.name: c.scalars(select(func.count()).select_from(table)).one()
                                  for table in tables.metadata.sorted_tables})


def test_every_table_that_a_page_shows_is_filled_and_doing_it_again_changes_nothing(
        record: Record, organization: str) -> None:
    before = counts(record)
    assert all(before[name] > 0 for name in FILLED), before
    assert 1_000 < before["entries"] < 5_000
    assert demo.init(record, NOW + 86_400_000)["organization"]["id"] == organization
    assert counts(record) == before


def test_the_answer_names_the_one_room_of_the_contract(record: Record, organization: str) -> None:
    facts = demo.init(record, NOW)
    assert [(room["name"], [one["name"] for one in room["channels"]]) for room in facts["rooms"]] == [
        ("茶馆", ["大厅", "闲聊"])]
    assert [one["email"] for one in facts["staff"]] == ["owner@teahouse.example"]
    hall = facts["rooms"][0]["channels"][0]["id"]
    known = record.read(lambda c: channels.one(c, hall))
    assert known is not None
    assert known.archived_seq == 0


def test_a_stranger_sees_only_the_room_of_the_contract(store: Store, organization: str) -> None:
    stranger = Person("u_stranger", organization, "Eve", Door.MINIPROGRAM)
    assert [room.name for room in tearooms.visible(store, stranger)] == ["茶馆"]


def test_the_month_fits_together(store: Store, record: Record, organization: str) -> None:
    assert auditing.verify(store, organization).broken is None
    assert record.read(alarms.count_open) == 0
    for room in record.read(lambda c: rooms.of_organization(c, organization))[1:]:
        assert any(one.until > NOW for one in record.read(lambda c, room=room: sanctions.of_room(  # type: ignore[misc]
            c, organization, room.id)))
        for channel in record.read(lambda c, room=room: channels.of_room(c, room.id)):  # type: ignore[misc]
            page = messages.history(store, Person("s_x", organization, "", Door.CONSOLE), channel.id, role="owner")
            assert [entry.seq for entry in page.entries] == list(
                range(channel.archived_seq - 49, channel.archived_seq + 1))


def test_wechat_is_not_asked_about_what_nobody_said(store: Store, record: Record, organization: str) -> None:
    safety.collect(store)
    asked = record.read(lambda c: c.scalars(select(tables.checks.c.seq).where(
        tables.checks.c.organization == organization, tables.checks.c.seq.is_not(None))).all())
    assert asked == []


def test_what_was_said_is_in_the_charts_already(store: Store, record: Record, organization: str) -> None:
    last = NOW // rollups.HOUR_MS + 1
    counted = record.read(lambda c: hourly.sums(c, organization, "messages", last - 24 * 40, last, None, 24 * 40))
    said = record.read(lambda c: c.scalars(select(func.count()).select_from(tables.entries).where(
        tables.entries.c.op == "message")).one())
    assert sum(one.amount for one in counted) == said
    assert rollups.roll(store) == 0


def test_the_calls_of_its_webhook_open_for_who_looks_and_for_who_is_forgotten(store: Store, organization: str) -> None:
    steward = Actor(Person("s_steward", organization, "Steward", Door.CONSOLE), "owner")
    [hook] = webhooks.of(store, organization)
    bodies = [msgspec.json.decode(call.body) for call in webhooks.calls(store, steward, hook.id, NOW, 50)]
    assert [body["event"] for body in bodies] == ["moderation", "moderation", "announced"]
    assert webhooks.erase(store, organization, ["u_stranger"]) == 0
