"""Signing in, and what must not open the console."""

from __future__ import annotations

import time
from typing import Any

import pytest
import requests

from rooms import ids, sessions, staff, totp
from rooms.record.staff import Staff
from tests.console.desk import API, PASSWORD, Desk, House, Office, code


@pytest.fixture
def office(house: House) -> Office:
    return house.ours


@pytest.fixture
def desk(house: House) -> Desk:
    """A browser that nobody has signed in at."""
    return house.anonymous()


@pytest.fixture
def carol(office: Office) -> Staff:
    return office.hire("moderator")


def cookie(desk: Desk) -> str:
    return next(one.value or "" for one in desk.http.cookies if one.name == "teahouse_console")


def test_who_signs_in_is_told_who_they_are(desk: Desk, carol: Staff) -> None:
    told = desk.sign_in(f" {carol.email.upper()} ").json()
    assert (told["id"], told["role"], told["totp"]) == (carol.id, "moderator", False)
    assert desk.get("/session") == told


def test_the_cookie_is_for_this_house_and_for_no_script(desk: Desk, carol: Staff) -> None:
    set_cookie = desk.sign_in(carol.email).headers["Set-Cookie"]
    session, csrf = set_cookie.split("teahouse_console_csrf=")
    assert "HttpOnly" in session
    assert "SameSite=Strict" in session
    assert "Path=/console" in session
    assert "HttpOnly" not in csrf


@pytest.mark.parametrize(("email", "password"), [
    ("nobody@example.com", PASSWORD), ("carol", "wrong password"), ("carol", ""), ("carol", "\ud83c\udf75" * 50),
])
def test_an_unknown_account_and_a_wrong_password_are_answered_alike(desk: Desk, carol: Staff, email: str,
                                                                    password: str) -> None:
    answer = desk.sign_in(carol.email if email == "carol" else email, password)
    assert answer.status_code == 401
    assert answer.json()["error"] == {"code": "wrong_credentials",
                                      "message": "address, password and code do not fit together"}
    assert "Set-Cookie" not in answer.headers


def test_an_account_that_is_not_there_costs_a_hash_as_well(house: House, carol: Staff,
                                                           monkeypatch: pytest.MonkeyPatch) -> None:
    hashed = []
    monkeypatch.setattr("rooms.staff.passwords.fits", lambda password, sealed: hashed.append(sealed) or False)
    for email in (carol.email, f"{ids.new('x')}@example.com"):
        with pytest.raises(staff.Wrong):
            staff.sign_in(house.store, email, "wrong password", "", "")
    assert [one.startswith("$argon2id$") for one in hashed] == [True, True]


def test_the_session_changes_when_somebody_signs_in_again(desk: Desk, carol: Staff) -> None:
    desk.sign_in(carol.email)
    first = cookie(desk)
    desk.sign_in(carol.email)
    assert cookie(desk) != first
    desk.http.cookies.set("teahouse_console", first, path="/console")
    assert code(Desk(desk.web, first).ask("GET", "/session")) == (401, "unauthenticated")


def test_a_session_that_was_planted_is_never_taken(desk: Desk, carol: Staff) -> None:
    planted = f"{carol.id}.{'x' * 43}"
    desk.http.cookies.set("teahouse_console", planted, path="/console")
    desk.sign_in(carol.email)
    assert Desk(desk.web, planted).ask("GET", "/session").status_code == 401


@pytest.mark.parametrize("token", ["", "x", "s_x", "s_x.y", ".", "s_" + "x" * 5_000, "u_abc.def", "s_*.{}", "s_茶.x"])
def test_what_is_no_session_opens_nothing(desk: Desk, token: str) -> None:
    for headers in ({"Cookie": f"teahouse_console={token}".encode()}, {"Authorization": f"Bearer {token}".encode()}):
        answer = requests.get(f"http://127.0.0.1:{desk.web.port}{API}/rooms", headers=headers, timeout=60)
        assert code(answer) == (401, "unauthenticated")


def test_a_cookie_is_no_bearer_token_and_a_bearer_token_no_cookie(office: Office, house: House) -> None:
    made = office.owner.post("/tokens", {"name": "bot", "role": "moderator"})
    bearer = {"Authorization": f"Bearer {made['token']}"}
    assert house.anonymous().ask("GET", "/rooms", headers=bearer).status_code == 200
    assert Desk(house.web, made["token"]).ask("GET", "/rooms").status_code == 401
    session = sessions.begin(house.store, office.staff["owner"].id, "", "")
    answer = house.anonymous().ask("GET", "/rooms", headers={"Authorization": f"Bearer {session}"})
    assert code(answer) == (401, "unauthenticated")


def test_a_program_speaks_under_its_own_name_until_its_token_is_revoked(office: Office, house: House) -> None:
    made = office.owner.post("/tokens", {"name": "报时", "role": "moderator"})
    program, bearer = house.anonymous(), {"Authorization": f"Bearer {made['token']}"}
    channel = house.web.channel(ids.new("x"))
    said = program.ask("POST", f"/channels/{channel}/messages", {"text": "八点"}, headers=bearer)
    assert said.status_code == 200, said.text
    shown = office.owner.get(f"/channels/{channel}/messages")["messages"][0]
    assert shown["from"] == {"id": made["id"], "name": "报时", "door": "console"}
    office.owner.delete(f"/tokens/{made['id']}")
    assert program.ask("GET", "/rooms", headers=bearer).status_code == 401


def test_guessing_is_stopped_for_the_account_and_only_for_it(desk: Desk, office: Office) -> None:
    victim, other = office.hire("auditor"), office.hire("auditor")
    answers = [desk.sign_in(victim.email, "wrong password") for _ in range(12)]
    wrong = [one.status_code for one in answers].count(401)
    assert [one.status_code for one in answers] == [401] * wrong + [429] * (12 - wrong)
    assert wrong in (10, 11)  # where a window ends just then, one more may pass
    assert answers[-1].json()["error"]["retry_after_seconds"] <= 600
    assert code(desk.sign_in(victim.email)) == (429, "rate_limited")
    assert desk.sign_in(other.email).status_code == 200


def test_an_address_in_a_header_gets_nobody_past_the_limit(house: House, office: Office) -> None:
    victim = office.hire("auditor")
    codes = [house.anonymous().ask("POST", "/session", {"email": victim.email, "password": "wrong password"},
                                   headers={"X-Forwarded-For": f"10.0.0.{n}"}).status_code for n in range(12)]
    assert codes[-1] == 429


# the second factor


def enrolled(desk: Desk, account: Staff) -> tuple[str, list[str], int]:
    """(secret, recovery codes, the step that was used) of an account whose second factor is on now."""
    assert desk.sign_in(account.email).status_code == 200
    secret = desk.post("/session/totp")["secret"]
    step = int(time.time() * 1000) // totp.STEP_MS
    told = desk.post("/session/totp/confirm", {"code": totp.code(secret, step)})
    desk.csrf = told["session"]["csrf"]
    return secret, told["recovery_codes"], step


def test_codes_are_those_of_the_standard() -> None:
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # RFC 6238, appendix B, its last six digits
    for seconds, expected in ((59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")):
        assert totp.code(secret, seconds // 30) == expected
    assert totp.step_of(secret, "287082", 59_000) == 1
    assert totp.step_of(secret, "287082", 150_000) is None


def test_a_second_factor_is_asked_for_and_each_code_opens_once(house: House, desk: Desk, carol: Staff) -> None:
    secret, _, step = enrolled(desk, carol)
    assert desk.get("/session")["totp"]
    other = house.anonymous()
    assert code(other.sign_in(carol.email)) == (401, "code_needed")
    assert code(other.sign_in(carol.email, code="000000")) == (401, "wrong_credentials")
    assert code(other.sign_in(carol.email, code=totp.code(secret, step))) == (401, "wrong_credentials")
    assert other.sign_in(carol.email, code=totp.code(secret, step + 1)).status_code == 200
    assert code(house.anonymous().sign_in(carol.email, code=totp.code(secret, step + 1))) == (401, "wrong_credentials")


def test_turning_it_on_changes_the_session_and_ends_the_others(house: House, desk: Desk, carol: Staff) -> None:
    before = house.anonymous()
    before.sign_in(carol.email)
    desk.sign_in(carol.email)
    old = cookie(desk)
    secret = desk.post("/session/totp")["secret"]
    step = int(time.time() * 1000) // totp.STEP_MS
    desk.csrf = desk.post("/session/totp/confirm", {"code": totp.code(secret, step)})["session"]["csrf"]
    assert cookie(desk) != old
    assert desk.get("/session")["recovery_codes_left"] == 10
    assert before.ask("GET", "/session").status_code == 401
    assert Desk(house.web, old).ask("GET", "/session").status_code == 401


def test_a_recovery_code_opens_once(house: House, desk: Desk, carol: Staff) -> None:
    _, codes, _ = enrolled(desk, carol)
    assert house.anonymous().sign_in(carol.email, code=codes[0].upper()).status_code == 200
    assert code(house.anonymous().sign_in(carol.email, code=codes[0])) == (401, "wrong_credentials")
    assert desk.get("/session")["recovery_codes_left"] == 9


def test_the_second_factor_ends_with_password_and_code_only(desk: Desk, carol: Staff) -> None:
    _, codes, _ = enrolled(desk, carol)
    body: dict[str, Any] = {"password": "wrong password", "code": codes[0]}
    assert code(desk.ask("DELETE", "/session/totp", body)) == (403, "wrong_credentials")
    told = desk.delete("/session/totp", body | {"password": PASSWORD})
    assert not told["totp"]


# the end of a session


def test_signing_out_everywhere_leaves_this_one(house: House, desk: Desk, carol: Staff) -> None:
    other = house.anonymous()
    other.sign_in(carol.email)
    desk.sign_in(carol.email)
    listed = desk.get("/session/sessions")["sessions"]
    assert [one["current"] for one in listed].count(True) == 1
    assert cookie(desk).partition(".")[2] not in str(listed)
    desk.delete("/session/sessions")
    assert other.ask("GET", "/session").status_code == 401
    assert desk.ask("GET", "/session").status_code == 200


@pytest.mark.parametrize("change", [{"active": False}, {"role": "auditor"}, {"role": "admin"}])
def test_another_role_or_none_ends_every_session_at_once(house: House, office: Office, desk: Desk, carol: Staff,
                                                         change: dict[str, Any]) -> None:
    desk.sign_in(carol.email)
    assert desk.ask("GET", "/rooms").status_code == 200
    office.owner.patch(f"/staff/{carol.id}", change)
    assert code(desk.ask("GET", "/rooms")) == (401, "unauthenticated")
    if change == {"active": False}:
        assert code(desk.sign_in(carol.email)) == (401, "wrong_credentials")


def test_a_new_password_ends_every_session_but_the_new_one(house: House, desk: Desk, carol: Staff) -> None:
    other = house.anonymous()
    other.sign_in(carol.email)
    desk.sign_in(carol.email)
    old = cookie(desk)
    body = {"old": "wrong password", "new": "another password"}
    assert code(desk.ask("PUT", "/session/password", body)) == (403, "wrong_credentials")
    desk.put("/session/password", body | {"old": PASSWORD})
    assert cookie(desk) != old
    assert other.ask("GET", "/session").status_code == 401
    assert house.anonymous().sign_in(carol.email).status_code == 401
    assert house.anonymous().sign_in(carol.email, "another password").status_code == 200


def test_a_session_ends_when_it_is_not_used_and_when_it_is_old(house: House, carol: Staff) -> None:
    class Later:
        def __init__(self, by: int) -> None:
            self.by = by

        def now(self) -> int:
            return house.store.clock.now() + self.by

    from dataclasses import replace
    token = sessions.begin(house.store, carol.id, "", "")
    assert sessions.look(house.store, token) is not None
    for by in (sessions.IDLE_MS + 1_000, sessions.LONGEST_MS + 1_000):
        assert sessions.look(replace(house.store, clock=Later(by)), token) is None


# who may do what to whom


def test_nobody_rises_above_themselves(office: Office) -> None:
    admin, owner = office.desks["admin"], office.staff["owner"]
    assert code(admin.ask("POST", "/staff", {"email": "x@example.com", "role": "owner"})) == (403, "forbidden")
    assert code(admin.ask("PATCH", f"/staff/{owner.id}", {"role": "auditor"})) == (403, "forbidden")
    assert code(admin.ask("PATCH", f"/staff/{office.staff['admin'].id}", {"role": "moderator"})) == (403, "forbidden")
    assert code(admin.ask("POST", "/tokens", {"name": "x", "role": "owner"})) == (403, "forbidden")
    made = office.owner.post("/tokens", {"name": "x", "role": "admin"})
    bearer = {"Authorization": f"Bearer {made['token']}"}
    answer = Desk(office.web).ask("POST", "/staff", {"email": "x@example.com", "role": "admin"}, headers=bearer)
    assert code(answer) == (403, "forbidden")


def test_the_last_owner_stays(house: House) -> None:
    office = Office(house.web, type(house.web.cast)(house.store))
    second = office.hire("owner")
    owners = [one["id"] for one in office.owner.get("/staff")["staff"] if one["role"] == "owner"]
    office.owner.patch(f"/staff/{next(one for one in owners if one != second.id)}", {"active": False})
    answer = office.owner.ask("PATCH", f"/staff/{second.id}", {"role": "admin"})
    assert code(answer) == (403, "forbidden")


def test_the_operator_sets_a_new_password(house: House, desk: Desk, carol: Staff) -> None:
    desk.sign_in(carol.email)
    staff.set_password(house.store, None, staff.find(house.store, carol.email).id, "by the operator")
    assert desk.ask("GET", "/session").status_code == 401
    assert desk.sign_in(carol.email, "by the operator").status_code == 200
    newest = house.ours.owner.get("/audit?limit=1")["acts"][0]
    assert (newest["act"], newest["actor"], newest["target"]) == ("staff_password", "operator", carol.id)
