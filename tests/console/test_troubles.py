"""What the overview says wants somebody's attention."""

from __future__ import annotations

from typing import Any

from console import troubles
from console.asking import Ask
from rooms import accounts, backup, held, ids, members, shedding
from rooms.drafts import Draft
from rooms.planner import Way
from rooms.record import backups, channels, deliveries
from rooms.record.backups import GOOD, Backup
from rooms.record.deliveries import FAILED, Delivery
from rooms.sessions import Signed
from rooms.shedding import Shed
from settings import Settings
from tests.console.desk import House, Office
from wechat.platform import stops


def seen(office: Office, role: str = "auditor") -> dict[str, Any]:
    """kind → the last trouble of that kind."""
    known = office.staff[role]
    signed = Signed(known.id, office.organization, role, "", known.email, "", 0, False)
    feeds: Any = None
    ask = Ask(office.store, Settings.from_environment(office.web.environ), feeds, signed)
    inside = office.store.record.read(lambda c: channels.of_organization(c, office.organization))
    return {one.kind: one for one in troubles.of(ask, list(inside), 0)}


def test_each_trouble_is_told_where_it_is_and_only_to_those_whose_it_is(house: House) -> None:
    office, now = house.ours, house.ours.cast.now
    appid = ids.new("x")
    accounts.add(office.store, office.organization, appid, "official_account", "s3cret")
    before = seen(office)
    assert not {"delivery", "stopped", "shedding"} & set(before)
    person = office.cast.person("Hank")
    members.set_role(office.store, office.room, person.id, "member")
    held.keep(office.store, person, office.channel, Draft("text", {"text": "加我"}, ids.new("x")), "words")
    office.store.record.write(lambda c: deliveries.intend(c, Delivery(
        ids.new("d"), appid, "o1", person.id, "customer", None, "", 0, 0, FAILED, 40001, now, now, "no")))
    stops.begin(office.store, appid, Way.CUSTOMER, 60_000, 1, "the secret is wrong")
    shedding.write_down(office.store, office.channel, Shed(now // 1000, 7, 3))
    told = seen(office)
    assert told["held"].count == getattr(before.get("held"), "count", 0) + 1
    assert (told["delivery"].appid, told["delivery"].count) == (appid, 1)
    assert (told["stopped"].appid, told["stopped"].detail) == (appid, "the secret is wrong")
    assert (told["shedding"].channel, told["shedding"].count) == (office.channel, 10)
    assert not {"delivery", "stopped", "shedding"} & set(seen(house.theirs))


def test_a_backup_is_missed_until_there_is_a_new_one(house: House) -> None:
    office, now = house.ours, house.ours.cast.now
    assert seen(office)["backup"].at == 0
    office.store.record.write(lambda c: backups.add(c, Backup(now - 3 * backup.HOUR_MS * 24, now, GOOD, 1, "")))
    assert seen(office)["backup"].at > 0
    assert office.auditor.get("/backups")["old"]
    office.store.record.write(lambda c: backups.add(c, Backup(now, now, GOOD, 1, "")))
    assert "backup" not in seen(office)
