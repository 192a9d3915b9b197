"""The OpenAPI document, made from the table of routes: what is written there is what is served."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import msgspec

from console.routes import Route

REFUSAL = {"type": "object", "required": ["error"], "properties": {"error": {
    "type": "object", "required": ["code", "message"], "properties": {
        "code": {"type": "string"}, "message": {"type": "string"}, "retry_after_seconds": {"type": "integer"}}}}}
REFERENCE = "#/components/schemas/{name}"


def document(routes: Sequence[Route], prefix: str) -> dict[str, Any]:
    shapes = [shape for route in routes for shape in (route.query, route.body, route.answer) if _is_struct(shape)]
    _, components = msgspec.json.schema_components(list(dict.fromkeys(shapes)), ref_template=REFERENCE)
    paths: dict[str, Any] = {}
    for route in routes:
        paths.setdefault(prefix + _path(route), {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Teahouse console", "version": "1", "description":
                 "JSON for the staff of one organization: see docs/console-api.md for signing in, CSRF and pages."},
        "paths": paths,
        "components": {
            "schemas": components | {"Refusal": REFUSAL},
            "securitySchemes": {
                "session": {"type": "apiKey", "in": "cookie", "name": "teahouse_console"},
                "csrf": {"type": "apiKey", "in": "header", "name": "X-CSRF-Token"},
                "token": {"type": "http", "scheme": "bearer"}}},
    }


def _operation(route: Route) -> dict[str, Any]:
    described = (route.view.__doc__ or "").strip()
    operation: dict[str, Any] = {
        "operationId": route.name, "tags": [route.path.split("/")[1]],
        "parameters": [*_parts(route), *_query(route)], "responses": _responses(route),
        "security": _security(route),
        "x-roles": sorted(route.who),
    }
    if described:
        operation["description"] = re.sub(r"\s+", " ", described)
    if route.body is not None:
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": _of(route.body)}}}
    return operation


def _responses(route: Route) -> dict[str, Any]:
    refused = {"description": "refused", "content": {"application/json": {
        "schema": {"$ref": REFERENCE.format(name="Refusal")}}}}
    if _is_struct(route.answer):
        told = {"description": "done", "content": {"application/json": {"schema": _of(route.answer)}}}
    else:
        told = {"description": "done", "content": {"text/event-stream" if route.streams else route.gives: {}}}
    return {"200": told, "4XX": refused, "503": refused}


def _security(route: Route) -> list[dict[str, list[str]]]:
    if not route.who:
        return []
    session: dict[str, list[str]] = {"session": [], "csrf": []} if route.changes else {"session": []}
    return [session] if route.people else [session, {"token": []}]


def _parts(route: Route) -> list[dict[str, Any]]:
    numbers = set(re.findall(r"<int:(\w+)>", route.path))
    return [{"name": part, "in": "path", "required": True, "schema":
             {"type": "integer", "minimum": 1} if part in numbers else
             {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$"}} for part in route.parts]


def _query(route: Route) -> list[dict[str, Any]]:
    if route.query is None:
        return []
    components = msgspec.json.schema_components([route.query], ref_template=REFERENCE)[1]
    schema = components[route.query.__name__]
    required = schema.get("required", [])
    return [{"name": name, "in": "query", "required": name in required, "schema": shape}
            for name, shape in schema["properties"].items()]


def _path(route: Route) -> str:
    return re.sub(r"<(?:int:)?(\w+)>", r"{\1}", route.path)


def _of(shape: Any) -> dict[str, Any]:
    return msgspec.json.schema_components([shape], ref_template=REFERENCE)[0][0]


def _is_struct(shape: Any) -> bool:
    return isinstance(shape, type) and issubclass(shape, msgspec.Struct)
