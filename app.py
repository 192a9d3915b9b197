"""Where the web process is put together: settings, the store, the faces' blueprints.

Gunicorn's master imports this module, so that its workers find everything read; each asks for `app:application` after
its fork. It is made then, and nothing is opened before.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from flask import Flask, Response, jsonify
from werkzeug.middleware.proxy_fix import ProxyFix

import console.blueprint
import metrics
import miniprogram.api
import miniprogram.draining
import miniprogram.gateway
import miniprogram.preview
import refusals
import slow_bodies
import traces
import wechat.callback
import wechat.checking
import wechat.platform.hosting
from embedded import settle, wait_for_redis
from rooms.errors import Refused
from rooms.store import Store, check_durability, open_store
from settings import Settings

BODY_LIMIT = 64 * 1024
"""Bytes of a request's body; a route that takes files says so itself."""
READY_SECONDS = 1.0
"""For each master of Redis to answer, all asked at once."""


def create_app(settings: Settings) -> Flask:
    """The whole web application on one store of its own. Raises Misconfigured where a server cannot be used."""
    settled = settle(settings)
    if settings.redis_url is None:
        wait_for_redis(settled)
    traces.begin(settled, "web")
    wechat.platform.hosting.own = settled.cloud_hosting[:1]
    store = open_store(settled)
    check_durability(store.live, settled.durability)
    app = bare_app(store, settled)
    for face in (miniprogram.gateway, miniprogram.api):
        app.register_blueprint(face.blueprint(store, settled))
    handlers = {"wxa_media_check": wechat.checking.media_verdict}
    app.register_blueprint(wechat.callback.blueprint(store, settled, handlers))
    app.register_blueprint(console.blueprint.blueprint(store, settled, miniprogram.draining.begun))
    app.register_blueprint(miniprogram.api.files(store, settled))
    if (preview := miniprogram.preview.blueprint(settled)) is not None:
        app.register_blueprint(preview)
    return app


def bare_app(store: Store, settings: Settings) -> Flask:
    """Everything but the faces: health, metrics, the form of errors, limits."""
    app = Flask("teahouse", static_folder=None)
    app.config.update(MAX_CONTENT_LENGTH=BODY_LIMIT, MAX_FORM_MEMORY_SIZE=BODY_LIMIT, MAX_FORM_PARTS=50)
    app.json.ensure_ascii = False  # type: ignore[attr-defined]  # Flask's own provider has it
    refusals.register(app)
    traces.watch(app)
    metrics.count(app)
    app.register_blueprint(metrics.blueprint(settings.metrics_token, store))
    app.add_url_rule("/healthz", view_func=lambda: jsonify(status="ok"), endpoint="healthz")
    app.add_url_rule("/readyz", view_func=lambda: ready(store), endpoint="readyz")
    app.after_request(_keep_out_of_caches)
    app.wsgi_app = slow_bodies.refuse(app.wsgi_app)  # type: ignore[method-assign, assignment]
    if proxies := settings.trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies)  # type: ignore[method-assign]
    return app


def ready(store: Store) -> Response:
    """200 when this process can serve; else 503 and what is missing. Where some of several masters of Redis are away it
    serves the rooms of the others, and says which."""
    missing = []
    away = store.live.away(READY_SECONDS)
    if len(away) == len(store.live.masters()):
        missing.append("redis")
    if not _answers(lambda: store.record.read(lambda sql: sql.exec_driver_sql("SELECT 1").scalar())):
        missing.append("sql")
    if miniprogram.draining.begun():
        missing.append("draining")
    told = {"status": "not ready", "missing": missing} if missing else {"status": "ready"}
    response = jsonify(told | ({"away": away} if len(away) < len(store.live.masters()) and away else {}))
    response.status_code = 503 if missing else 200
    return response


def _answers(ask: Callable[[], object]) -> bool:
    try:
        ask()
    except Refused:
        return False
    return True


def _keep_out_of_caches(response: Response) -> Response:
    if response.status_code == 101:  # becomes a socket; there may be thousands a second
        return response
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    return response


@cache
def _application() -> Flask:
    return create_app(Settings.from_environment())


def __getattr__(name: str) -> Flask:
    if name == "application":
        return _application()
    raise AttributeError(name)
