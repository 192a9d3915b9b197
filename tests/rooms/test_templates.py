"""What stands in a template's fields, and who may say so, on both databases."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rooms import accounts, identities, ids, templates
from rooms.authority import Actor
from rooms.errors import Code, Refused
from rooms.events import Door, Person
from rooms.planner import Way
from rooms.store import Store
from rooms.templates import Kind, fit
from tests.cast import Cast


@pytest.mark.parametrize(("field", "value", "told"), [
    ("thing1", "大厅", "大厅"), ("thing1", "长" * 30, "长" * 19 + "…"), ("thing1", " \n\t ", "无"),
    ("thing2", "一\n二", "一 二"), ("number3", "12 条", "12"), ("number3", "", "0"),
    ("phrase4", "禁言了很长时间", "禁言了很长"), ("phrase4", "abc", "通知"),
    ("name5", "一个有十二个字的名字啊啊", "一个有十二个字的名…"), ("character_string6", "中a b", "ab"),
    ("time7", "2026-11-25 21:30", "2026-11-25 21:30")])
def test_a_value_is_made_to_fit_its_field(field: str, value: str, told: str) -> None:
    assert fit(field, value) == told


@given(st.sampled_from(["thing1", "number2", "phrase3", "name4", "character_string5", "time6", "symbol7"]),
       st.text(max_size=80))
def test_no_value_is_empty_or_breaks_the_line(field: str, value: str) -> None:
    told = fit(field, value)
    assert told.strip()
    assert "\n" not in told
    assert len(told) <= (20 if field == "thing1" else 32)


@pytest.mark.parametrize("kind", list(Kind))
def test_each_kind_can_be_previewed(kind: Kind) -> None:
    fields = {f"thing{number}": f"{{{name}}}" for number, name in enumerate(templates.FACTS[kind])}
    assert all(templates.preview(kind, fields).values())


@pytest.mark.parametrize(("kind", "fields", "wrong"), [
    ("gossip", {"thing1": "x"}, "kind"), ("unread", {}, "fields"), ("unread", {"text1": "x"}, "text1"),
    ("unread", {"thing1": "{text}"}, "not text"), ("unread", {"thing1": " "}, "thing1")])
def test_a_mapping_that_cannot_work_is_refused_with_its_reason(kind: str, fields: dict[str, str], wrong: str) -> None:
    with pytest.raises(Refused, match=wrong):
        templates.preview(kind, fields)


class Stage:
    def __init__(self, store: Store) -> None:
        self.store, self.cast = store, Cast(store)
        self.appid, self.mini = (self._add(kind) for kind in ("official_account", "mini_program"))
        self.steward = self._staff("owner")

    def _add(self, kind: str) -> str:
        return accounts.add(self.store, self.cast.organization, f"wx{ids.new('x')[2:]}", kind, "secret", "token123")

    def _staff(self, role: str) -> Actor:
        return Actor(Person(ids.new("s"), self.cast.organization, "Steward", Door.CONSOLE), role)


def test_owners_of_the_organization_set_templates_and_nobody_else(store: Store) -> None:
    stage, other = Stage(store), Stage(store)
    templates.set_template(store, stage.steward, stage.appid, "template", "unread", "tmpl", {"thing1": "{channel}"})
    assert [one.template_id for one in templates.of_account(store, stage.steward, stage.appid)] == ["tmpl"]
    for actor, code in ((stage._staff("moderator"), Code.FORBIDDEN), (other.steward, Code.NOT_FOUND)):
        with pytest.raises(Refused) as refused:
            templates.set_template(store, actor, stage.appid, "template", "unread", "tmpl", {"thing1": "{channel}"})
        assert refused.value.code is code
    with pytest.raises(Refused):
        templates.set_template(store, stage.steward, stage.mini, "template", "unread", "tmpl", {"thing1": "{channel}"})


def test_a_yes_is_one_ticket_and_they_come_in_order(store: Store) -> None:
    stage = Stage(store)
    account = accounts.of(store, stage.appid)
    assert account is not None
    mei = identities.follower(store, account, "o_mei")
    for way, template in (("template", "plain"), ("bizsend", "biz")):
        templates.set_template(store, stage.steward, stage.appid, way, "mention", template, {"thing1": "{channel}"})
    ways = [ticket.way for ticket, _ in store.record.read(lambda c: templates.tickets(c, mei.id, "mention"))]
    assert ways == [Way.TEMPLATE]
    for _ in range(2):
        templates.accepted(store, stage.appid, "o_mei", "biz")
    found = store.record.read(lambda c: templates.tickets(c, mei.id, "mention", 7))
    assert [(ticket.way, ticket.left, ticket.free_at) for ticket, _ in found] == [
        (Way.BIZSEND, 2, 0), (Way.TEMPLATE, 1, 7)]
    templates.refused(store, stage.appid, "o_mei", "biz")
    assert len(store.record.read(lambda c: templates.tickets(c, mei.id, "mention"))) == 1
