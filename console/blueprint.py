"""Everything under `/console`, for `app.py`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec
from flask import Blueprint, Response
from werkzeug.exceptions import NotFound

from console import pages
from console.feed import Feeds
from console.guard import guarded
from console.openapi import document
from console.table import ROUTES
from rooms.store import Store

if TYPE_CHECKING:
    from settings import Settings

PREFIX = "/api/v1"


def blueprint(store: Store, settings: Settings, ending: Callable[[], bool] = lambda: False) -> Blueprint:
    """`ending`: whether this process is on its way out, so that live views end."""
    feeds = Feeds(store, ending)
    console = Blueprint("console", __name__, url_prefix="/console")
    for route in ROUTES:
        view = guarded(store, settings, feeds, route)
        console.add_url_rule(PREFIX + route.path, route.name, view, methods=[route.method])
    described = msgspec.json.encode(document(ROUTES, f"/console{PREFIX}"))
    console.add_url_rule(f"{PREFIX}/openapi.json", "openapi",
                         lambda: Response(described, content_type="application/json"))
    console.add_url_rule("/api/<path:path>", "nowhere", _nowhere, methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
    console.add_url_rule("", "home", pages.home)
    console.add_url_rule("/", "front", lambda: pages.page(""))
    console.add_url_rule("/<path:path>", "page", pages.page)
    console.after_request(_keep_safe)
    return console


def _nowhere(path: str) -> Response:
    raise NotFound(path)


def _keep_safe(response: Response) -> Response:
    """Nothing of the console is shown in somebody else's frame, kept by a cache, or loads a script from elsewhere."""
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers.setdefault("Content-Security-Policy", pages.POLICY)
    response.headers["X-Frame-Options"] = "DENY"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
