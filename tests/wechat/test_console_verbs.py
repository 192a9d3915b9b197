"""What staff see and do about their accounts: quotas, the menu, a template on trial, who would hear by which way."""

from __future__ import annotations

import pytest

from rooms import accounts, broadcasts, followers, identities, tags, templates
from rooms.authority import Actor
from rooms.broadcasts import Audience
from rooms.denials import Feature
from rooms.errors import Code, Refused
from tests.sandbox_client import MINI
from tests.wechat.town import HOUR, OFFICIAL, Town
from wechat.platform import features, forecast, menu, quotas, trying
from wechat.platform.sending import State

pytestmark = pytest.mark.usefixtures("calm")


def test_quotas_tell_what_is_used_what_stops_and_what_is_off(town: Town, staff: Actor) -> None:
    mei = town.follower("阿额")
    town.alice_says("说给阿额听")
    town.wait(31)
    town.run()
    assert len(town.digests(mei)) == 1
    found = {one.way: one for one in quotas.of_account(town.store, staff, OFFICIAL).quotas}
    assert set(found) == {"customer_service", "bizsend", "template", "mass"}
    customer = found["customer_service"]
    assert (customer.used, customer.left) == (1, customer.most - 1)
    assert customer.ends_at > town.clock.now()
    town.wechat.inject("/cgi-bin/message/custom/send", errcode=40164)
    town.alice_says("再说一句")
    town.wait(200)
    town.run()
    stopped = quotas.of_account(town.store, staff, OFFICIAL).quotas[0]
    assert stopped.stopped_until > town.clock.now()
    assert "127.0.0.1" in stopped.alarm
    with pytest.raises(Refused):
        quotas.of_account(town.store, staff._replace(person=staff.person._replace(organization="o_else")), OFFICIAL)


def test_the_menu_is_read_published_and_refused_where_it_may_not_be(town: Town) -> None:
    account = accounts.of(town.store, OFFICIAL)
    assert account is not None
    client = features.client(town.store, town.stage.settings.wechat_api_url, account)
    assert menu.read(client) == {"button": []}
    menu.publish(client)
    assert [one["name"] for one in menu.read(client)["button"]] == ["更多", "聊天室", "帮助"]
    menu.remove(client)
    assert menu.read(client) == {"button": []}
    town.wechat.inject("/cgi-bin/menu/create", errcode=48001)
    for _ in range(2):
        with pytest.raises(Refused) as refused:
            features.attempt(town.store, account, Feature.MENU, lambda: menu.publish(client))
        assert refused.value.code is Code.FORBIDDEN


def test_a_template_is_tried_on_one_person_with_its_example(town: Town, staff: Actor) -> None:
    fields = {"thing1": "{room}", "thing2": "{text}"}
    templates.set_template(town.store, staff, MINI, "subscribe", "announcement", "tmpl_try", fields)
    bo = town.wechat.follower(MINI, follow=False)
    account = accounts.of(town.store, MINI)
    assert account is not None
    user = identities.sign_in(town.store, account, bo).id

    def tried() -> State:
        return trying.send(town.store, town.stage.settings.wechat_api_url, staff, MINI, "subscribe", "announcement",
                           user).state

    assert tried() is State.REFUSED, "they gave no yes"
    town.wechat.act(bo, "answer_subscription", templates={"tmpl_try": "accept"})
    assert tried() is State.SENT
    assert town.wechat.outbox(bo)[-1]["data"] == {"thing1": "茶馆", "thing2": "明天休息"}
    with pytest.raises(Refused) as refused:
        trying.send(town.store, town.stage.settings.wechat_api_url, staff, MINI, "subscribe", "seat", user)
    assert refused.value.code is Code.NOT_FOUND


def test_the_forecast_asks_the_planner(town: Town, staff: Actor) -> None:
    templates.set_template(town.store, staff, OFFICIAL, "bizsend", "announcement", "tmpl_many", {"thing1": "{room}"})
    people = [town.wechat.follower(OFFICIAL) for _ in range(3)]
    for each in people:
        town.wechat.say(each, "加入 茶馆")
        town.wechat.say(each, "退出")
        tags.set_(town.store, staff, town.person(each).id, ["会员"])
    members = Audience(tag="会员")
    assert broadcasts.preview(town.store, staff, "开会", members).notices == 3
    town.wait(31)
    assert forecast.of(town.store, town.stage.settings, staff, "开会", members).ways == {"customer_service": 3}
    followers.note_seen(town.store)
    town.wait(49 * HOUR)
    town.wechat.say(people[0], "帮助")
    templates.accepted(town.store, OFFICIAL, people[1], "tmpl_many")
    town.wait(31)
    found = forecast.of(town.store, town.stage.settings, staff, "开会", members)
    assert (found.asked, found.ways) == (3, {"customer_service": 1, "bizsend": 1, "held": 1})
    followers.note_seen(town.store)
    assert broadcasts.preview(town.store, staff, "开会", Audience(days=1, tag="会员")).notices == 1
    assert tags.of_organization(town.store, staff) == {"会员": 3}
