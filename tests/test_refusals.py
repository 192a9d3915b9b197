"""Every error of the web application has one form."""

from __future__ import annotations

import pytest
from flask import Flask, Response, request
from flask.testing import FlaskClient

import metrics
import refusals
from rooms.errors import Code, Refused


@pytest.fixture
def client() -> FlaskClient:
    app = Flask("test", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = 100
    refusals.register(app)
    metrics.count(app)
    app.register_blueprint(metrics.blueprint("letmein"))

    @app.get("/refuse/<code>")
    def refuse(code: str) -> Response:
        raise Refused(Code(code), "no", 1500)

    @app.get("/mistake")
    def mistake() -> Response:
        raise RuntimeError("the password is hunter2")

    @app.post("/body")
    def body() -> dict[str, int]:
        return {"bytes": len(request.get_data())}

    return app.test_client()


@pytest.mark.parametrize(("code", "status"), [
    ("unauthenticated", 401), ("not_found", 404), ("forbidden", 403), ("muted", 403), ("rate_limited", 429),
    ("unavailable", 503), ("bad_frame", 400), ("too_long", 413),
])
def test_a_refusal_carries_its_code_and_when_to_come_back(client: FlaskClient, code: str, status: int) -> None:
    answer = client.get(f"/refuse/{code}")
    assert answer.status_code == status
    assert answer.json == {"error": {"code": code, "message": "no", "retry_after_seconds": 2}}
    assert answer.headers["Retry-After"] == "2"


def test_an_unknown_path_and_a_wrong_method_are_answered_in_the_same_form(client: FlaskClient) -> None:
    assert client.get("/nothing").json == {"error": {"code": "not_found", "message": "Not Found"}}
    wrong = client.delete("/body")
    assert (wrong.status_code, wrong.json["error"]["code"]) == (405, "method_not_allowed")  # type: ignore[index]
    assert "POST" in wrong.headers["Allow"]


def test_a_body_over_the_limit_is_413(client: FlaskClient) -> None:
    answer = client.post("/body", data=b"x" * 101)
    assert answer.status_code == 413
    assert answer.json is not None
    assert "error" in answer.json


def test_a_mistake_of_ours_tells_the_visitor_nothing(client: FlaskClient) -> None:
    answer = client.get("/mistake")
    assert answer.status_code == 500
    assert "hunter2" not in answer.text
    assert answer.json is not None
    assert answer.json["error"]["code"] == "internal"


def test_numbers_are_for_this_host(client: FlaskClient) -> None:
    client.get("/nothing/at/all?id=1")
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert 'teahouse_http_requests_total{method="GET",route="none",status="404"}' in answer.text


@pytest.mark.parametrize("headers", [
    {"X-Forwarded-For": "127.0.0.1"}, {"Forwarded": "for=127.0.0.1"}, {"X-Real-IP": "127.0.0.1"},
])
def test_a_proxy_on_this_host_does_not_open_them_to_the_world(client: FlaskClient, headers: dict[str, str]) -> None:
    assert client.get("/metrics", headers=headers).status_code == 403


def test_from_elsewhere_they_need_the_token(client: FlaskClient) -> None:
    elsewhere = {"REMOTE_ADDR": "203.0.113.9"}
    for wrong in ("", "Bearer", "Bearer ", "Bearer wrong", "Basic letmein"):
        assert client.get("/metrics", environ_base=elsewhere, headers={"Authorization": wrong}).status_code == 403
    right = {"Authorization": "Bearer letmein"}
    assert client.get("/metrics", environ_base=elsewhere, headers=right).status_code == 200


def test_a_made_up_forwarded_address_is_not_loopback(client: FlaskClient) -> None:
    answer = client.get("/metrics", environ_base={"REMOTE_ADDR": "203.0.113.9"}, headers={"X-Forwarded-For": "::1"})
    assert answer.status_code == 403
