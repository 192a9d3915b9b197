"""The OpenAPI document is what is served: whatever it allows is answered, and never by a mistake of ours."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from console.openapi import document
from console.routes import Route
from console.table import ROUTES
from tests.console.desk import API, House

DOCUMENT = document(ROUTES, API)
LEFT_OUT = {"/live/overview", "/live/channels/<channel>", "/accounts/<appid>/test", "/accounts/<appid>/menu",
            "/accounts/<appid>/templates/test"}
"""Streams without an end, and what waits for WeChat. Nor what a person does to their own session."""

FEW = settings(max_examples=6, deadline=None, database=None, phases=[Phase.generate], derandomize=True,
               suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def schema() -> Any:
    import schemathesis  # here, because it takes seconds that each process of the tests would spend

    return schemathesis.openapi.from_dict(DOCUMENT)


def test_every_route_stands_in_the_document_with_its_roles() -> None:
    described = {(method.upper(), path) for path, methods in DOCUMENT["paths"].items() for method in methods}
    assert len(described) == len(ROUTES)
    operations = [one for methods in DOCUMENT["paths"].values() for one in methods.values()]
    assert {one["operationId"] for one in operations} == {route.name for route in ROUTES}
    assert {one["operationId"] for one in operations if not one["x-roles"]} == {
        "session_sign_in", "scan_begin", "scan_check"}, "nobody has a role before signing in"


@pytest.mark.parametrize("route", [route for route in ROUTES if route.path not in LEFT_OUT and not route.people],
                         ids=lambda route: route.name)
def test_what_the_document_allows_is_never_answered_with_a_mistake(house: House, schema: Any, route: Route) -> None:
    from schemathesis.core import NOT_SET

    office = house.theirs
    known = {"room": office.room, "channel": office.channel, "user": office.alice.id}
    path = re.sub(r"<(?:int:)?(\w+)>", r"{\1}", route.path)

    @FEW
    @given(case=schema[API + path][route.method].as_strategy())
    def check(case: Any) -> None:
        parts = {name: known.get(name, value) for name, value in (case.path_parameters or {}).items()}
        body = None if case.body is NOT_SET else case.body
        answer = office.owner.ask(route.method, path.format(**parts), body, params=case.query or {})
        assert answer.status_code < 500 or answer.json()["error"]["code"] in ("full", "unavailable"), answer.text

    check()
