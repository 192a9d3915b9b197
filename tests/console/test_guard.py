"""What must not pass the guard, whoever sends it."""

from __future__ import annotations

import socket
from typing import Any

import pytest
import requests

from console.table import ROUTES
from rooms import ids
from tests.console.desk import API, PASSWORD, Desk, House, Office, code


@pytest.fixture
def office(house: House) -> Office:
    return house.ours


def make(desk: Desk, **more: Any) -> requests.Response:
    """A change: a new room."""
    return desk.ask("POST", "/rooms", {"name": ids.new("x")}, **more)


# from elsewhere


@pytest.mark.parametrize("token", ["", "x", "0" * 40, "茶".encode().decode("latin-1")])
def test_a_change_without_the_session_s_own_csrf_token_is_refused(office: Office, token: str) -> None:
    answer = make(office.owner, headers={"X-CSRF-Token": token})
    assert code(answer) == (403, "forbidden")


def test_the_csrf_token_of_another_session_is_none(office: Office, house: House) -> None:
    assert code(make(office.owner, headers={"X-CSRF-Token": office.admin.csrf})) == (403, "forbidden")
    assert code(make(office.owner, headers={"X-CSRF-Token": house.theirs.owner.csrf})) == (403, "forbidden")


@pytest.mark.parametrize("origin", [
    "https://evil.example", "null", "http://127.0.0.1", "http://127.0.0.1:{port}.evil.example", "http://[", ""])
def test_another_site_s_page_changes_nothing(office: Office, origin: str) -> None:
    headers = {"Origin": origin.replace("{port}", str(office.web.port))}
    assert code(make(office.owner, headers=headers)) == (403, "forbidden")
    login = {"email": office.staff["owner"].email, "password": PASSWORD}
    assert code(Desk(office.web).ask("POST", "/session", login, headers=headers)) == (403, "forbidden")


def test_our_own_page_does(office: Office) -> None:
    headers = {"Origin": f"http://127.0.0.1:{office.web.port}", "Sec-Fetch-Site": "same-origin"}
    assert make(office.owner, headers=headers).status_code == 200


@pytest.mark.parametrize("site", ["cross-site", "same-site", "x"])
def test_what_the_browser_says_comes_from_another_site_is_refused(office: Office, site: str) -> None:
    assert code(make(office.owner, headers={"Sec-Fetch-Site": site})) == (403, "forbidden")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "",
                                  "text/plain;application/json"])
def test_a_body_that_a_plain_form_could_send_is_refused(office: Office, kind: str) -> None:
    answer = office.owner.http.post(f"http://127.0.0.1:{office.web.port}{API}/rooms", data=b'{"name":"x"}', timeout=60,
                                    headers={"Content-Type": kind, "X-CSRF-Token": office.owner.csrf})
    assert code(answer) == (400, "bad_frame")


# what is sent


@pytest.mark.parametrize("body", [
    b"", b"{", b"[]", b"null", b'"x"', b'{"name":1}', b'{"name":"x","organization":"o_x"}',
    b'{"name":"x","is_admin":true}', b'{"name":"x","id":"r_x"}', b'{"name":"\\ud800"}', b'{"name":"\\u0000x"}',
    b"[" * 9_000, b'{"name":"%s"}' % (b"x" * 500),
    b'{"name":{"$ne":""}}', b"\xff\xfe", b'{"name":NaN}', b'{"name":""}', b'{"name":"\\u200b"}',
])
def test_a_body_of_another_shape_is_refused(office: Office, body: bytes) -> None:
    answer = office.owner.http.post(f"http://127.0.0.1:{office.web.port}{API}/rooms", data=body, timeout=60, headers={
        "Content-Type": "application/json", "X-CSRF-Token": office.owner.csrf})
    assert answer.status_code in (400, 413)
    assert answer.json()["error"]["code"] in ("bad_frame", "too_long")


@pytest.mark.parametrize("body", [{"role": "owner", "email": "x@example.com", "organization": "o_other"},
                                  {"role": "owner", "email": "x@example.com", "deactivated_at": None},
                                  {"role": "root", "email": "x@example.com"}])
def test_nobody_sets_what_is_not_theirs_to_set(office: Office, body: dict[str, Any]) -> None:
    assert code(office.owner.ask("POST", "/staff", body)) == (400, "bad_frame")


def test_a_body_above_the_limit_is_refused(office: Office) -> None:
    assert office.owner.ask("POST", "/rooms", {"name": "x" * 100_000}).status_code == 413


@pytest.mark.parametrize("query", ["limit=-1", "limit=0", "limit=1000000000", "limit=x", "limit=1e3", "limit=٣",
                                   "cursor=%27%20OR%201=1", "cursor=" + "x" * 200, "sort=password_hash",
                                   "q=" + "x" * 99, "q=%00"])
def test_a_page_has_limits_and_no_column_of_one_s_choice(office: Office, query: str) -> None:
    answer = office.auditor.ask("GET", f"/people?{query}")
    assert code(answer) == (400, "bad_frame")


def test_what_like_takes_for_a_pattern_is_text(house: House, office: Office) -> None:
    named = [office.cast.person(name).id for name in ("50% off", "snake_case", "snakeXcase", "bang!")]
    found = {q: {one["id"] for one in office.auditor.get("/people", params={"q": q})["people"]} & set(named)
             for q in ("%", "_", "!", "SNAKE")}
    assert found == {"%": {named[0]}, "_": {named[1]}, "!": {named[3]}, "SNAKE": {named[1], named[2]}}


def test_pages_go_on_where_they_ended_without_holes(house: House, office: Office) -> None:
    made = {office.cast.person(f"Crowd {number}").id for number in range(7)}
    found: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = office.auditor.get("/people", params={"q": "Crowd ", "limit": 3, "cursor": cursor})
        assert len(page["people"]) <= 3
        found += [one["id"] for one in page["people"]]
        cursor = page["cursor"]
    assert sorted(found) == sorted(made)


# tricks with paths and methods


@pytest.mark.parametrize("path", [
    "/rooms/..;/staff", "/rooms/%2e%2e/staff", "//rooms", "/rooms//", "/rooms/%252e%252e", "/rooms/r_x%00",
    "/rooms/r_{x}", "/rooms/r_x%0a", "/rooms/*", "/rooms/%E8%8C%B6", "/channels/c_x/messages/-1/recall", "/nowhere",
    "/rooms/r_x/../../staff",
])
def test_a_path_that_is_none_is_not_found(office: Office, path: str) -> None:
    raw = (f"GET {API}{path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
           f"Cookie: teahouse_console={cookie(office.owner)}\r\n\r\n")
    with socket.create_connection(("127.0.0.1", office.web.port), 10) as connection:
        connection.sendall(raw.encode())
        status = int(connection.makefile("rb").readline().split()[1])
    assert status in (404, 405, 308)


def cookie(desk: Desk) -> str:
    return next(one.value or "" for one in desk.http.cookies if one.name == "teahouse_console")


def test_a_method_that_a_route_does_not_have_is_refused(office: Office) -> None:
    methods = {path: {route.method for route in ROUTES if route.path == path} for path in {r.path for r in ROUTES}}
    for path in ("/overview", "/audit", "/people"):
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            assert method not in methods[path]
            assert office.owner.ask(method, path, {}).status_code in (404, 405)
    answer = office.auditor.ask("POST", "/rooms", {"name": "x"}, headers={"X-HTTP-Method-Override": "GET"})
    assert code(answer) == (403, "forbidden")


def test_a_host_header_makes_no_link(office: Office) -> None:
    office.owner.post("/accounts", {"appid": ids.new("x"), "kind": "mini_program", "secret": "s3cret"})
    answer = office.owner.ask("GET", "/accounts", headers={"Host": "evil.example"})
    assert "evil.example" not in answer.text
    assert all(one["callback_url"] is None for one in answer.json()["accounts"])


# what comes back


def test_a_secret_that_went_in_never_comes_out(office: Office, house: House) -> None:
    secret = "c4nary-5ecret"
    appid = ids.new("x")
    office.owner.post("/accounts", {"appid": appid, "kind": "official_account", "secret": secret, "mode": "safe",
                                    "token": "canarytoken", "aes_key": "k" * 43})
    office.owner.patch(f"/accounts/{appid}", {"secret": f"{secret}-2"})
    office.owner.post(f"/accounts/{appid}/test")
    shown = "".join(office.owner.ask("GET", path).text for path in ("/accounts", "/audit", "/audit/export", "/session"))
    shown += house.web.log()
    assert not [word for word in (secret, "canarytoken", "k" * 43, PASSWORD) if word in shown]
    account = next(one for one in office.owner.get("/accounts")["accounts"] if one["appid"] == appid)
    assert (account["has_secret"], account["has_token"], account["has_aes_key"]) == (True, True, True)


def test_every_answer_says_how_it_may_be_used(office: Office) -> None:
    for path in ("/rooms", "/nowhere", "/openapi.json"):
        headers = office.owner.ask("GET", path).headers
        assert headers["Cache-Control"] == "no-store"
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert "unsafe-inline' " not in headers["Content-Security-Policy"].split("script-src")[1].split(";")[0]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "Access-Control-Allow-Origin" not in headers


def test_the_pages_are_served_at_every_view_and_nothing_above_them(house: House) -> None:
    for path in ("/console/", "/console/rooms/r_x", "/console/assets/..%2f..%2f..%2fsettings.py",
                 "/console/%2e%2e/app.py"):
        answer = house.web.get(path)
        assert answer.status_code in (200, 404)
        assert "def create_app" not in answer.text
        assert "from __future__" not in answer.text
    assert house.web.get("/console", allow_redirects=False).headers["Location"].endswith("/console/")


def test_a_stored_script_comes_back_as_text(office: Office) -> None:
    script = "<img src=x onerror=alert(1)>"
    room = office.owner.post("/rooms", {"name": script[:31]})
    answer = office.owner.ask("GET", f"/rooms/{room['id']}")
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json()["name"] == script[:31]


# what the audit says


def test_every_act_stands_in_the_audit_with_who_and_what(office: Office) -> None:
    room = office.admin.post("/rooms", {"name": ids.new("x")})["id"]
    channel = office.admin.post(f"/rooms/{room}/channels", {"name": "大厅"})["id"]
    office.admin.patch(f"/rooms/{room}", {"name": "改名" + room[2:], "private": True})
    office.admin.patch(f"/channels/{channel}", {"archived": True})
    office.moderator.patch(f"/channels/{channel}/rules", {"slow_seconds": 9})
    acts = office.auditor.get("/audit", params={"room": room})["acts"]
    assert [one["act"] for one in acts] == ["rules", "channel_edit", "room_edit", "doors", "channel_add", "room_add"]
    assert {one["actor"] for one in acts} == {office.staff["admin"].id, office.staff["moderator"].id}
    assert (acts[1]["before"], acts[1]["after"]) == ('{"state":"open"}', '{"state":"archived"}')
    assert office.auditor.get("/audit/verify")["broken"] is None
    mine = office.auditor.get("/audit", params={"room": room, "actor": office.staff["moderator"].id})["acts"]
    assert [one["act"] for one in mine] == ["rules"]
    page = office.auditor.get("/audit", params={"room": room, "limit": 4})
    rest = office.auditor.get("/audit", params={"room": room, "limit": 4, "cursor": page["cursor"]})
    assert [*page["acts"], *rest["acts"]] == acts
