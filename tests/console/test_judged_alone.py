"""What an organization has judged without people, as the console sets, shows, and takes it back."""

from __future__ import annotations

from typing import Any

import pytest

from rooms import authority, ids, spam
from rooms.record import suspicions
from rooms.record.suspicions import Suspicion
from tests.cast import Cast
from tests.console.desk import House, Office, code


@pytest.fixture
def office(house: House) -> Office:
    return Office(house.web, Cast(house.store))


def suspected(office: Office, name: str) -> str:
    person = office.cast.person(name)
    row = Suspicion(ids.new("x"), office.organization, person.id, 85, '{"rate":20,"same":25,"links":25,"new":10}',
                    "proposed", office.cast.now)
    office.store.record.write(lambda c: suspicions.add(c, row))
    return row.id


def muted(office: Office) -> list[tuple[str, str]]:
    return [(one["user"], one["room"]) for one in office.auditor.get("/sanctions")["sanctions"]]


def test_a_policy_is_shown_to_all_staff_and_set_by_admins(office: Office) -> None:
    assert office.auditor.get("/safety/policy") == {"text": "off", "media": "off", "outage": "show"}
    wanted: dict[str, Any] = {"text": "after", "media": "before", "outage": "people"}
    assert office.admin.put("/safety/policy", wanted) == wanted == office.auditor.get("/safety/policy")
    assert code(office.admin.ask("PUT", "/safety/policy", {**wanted, "text": "sometimes"})) == (400, "bad_frame")
    assert office.auditor.get("/spam/policy") == {"mode": "off", "threshold": 60, "mute_seconds": 86_400}
    wanted = {"mode": "act", "threshold": 70, "mute_seconds": 60}
    assert office.admin.put("/spam/policy", wanted) == wanted == office.auditor.get("/spam/policy")
    assert [one["act"] for one in office.auditor.get("/audit")["acts"]][:2] == ["spam", "safety"]


def test_who_was_proposed_is_muted_and_within_a_week_let_speak_again(office: Office) -> None:
    name = suspected(office, "Sam")
    (one,) = office.auditor.get("/spam/suspicions")["suspicions"]
    assert (one["name"], one["state"], one["why"]["same"], one["undo_until"]) == ("Sam", "proposed", 25, None)
    path = f"/spam/suspicions/{name}"
    assert office.moderator.post(path, {"decision": "mute"}) == {"decided": True}
    assert office.moderator.post(path, {"decision": "dismiss"}) == {"decided": False}
    assert muted(office) == [(one["user"], "")]
    (one,) = office.auditor.get("/spam/suspicions")["suspicions"]
    assert (one["state"], one["by"]) == ("acted", office.staff["moderator"].id)
    assert one["undo_until"] == one["decided_at"] + 7 * 86_400_000
    assert office.moderator.post(path, {"decision": "undo"}) == {"decided": True}
    assert muted(office) == []


def test_who_was_taken_for_a_spammer_by_mistake_is_let_be_and_that_is_written_down(office: Office) -> None:
    name = suspected(office, "Dora")
    assert office.moderator.post(f"/spam/suspicions/{name}", {"decision": "dismiss"}) == {"decided": True}
    assert muted(office) == []
    assert office.auditor.get("/audit")["acts"][0]["act"] == "spam_dismiss"


def test_what_is_refused_was_not_decided(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    name = suspected(office, "Zoe")
    office.admin.put("/spam/policy", {"mode": "propose"})
    monkeypatch.setattr(spam, "REASON", "x" * (authority.LONGEST_REASON + 1))
    with pytest.raises(Exception, match="at most"):
        spam.decide(office.store, office.actor, name, True)
    (one,) = office.auditor.get("/spam/suspicions")["suspicions"]
    assert (one["state"], one["by"], one["decided_at"]) == ("proposed", "", None)
