"""Every verb of the socket and every route of the API, tried by somebody of another organization: what is there and
what never was are answered alike, word for word, and take the same work."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from flask import Flask

import refusals
from miniprogram import api
from miniprogram.protocol import REQUESTS, decode
from miniprogram.tokens import Tokens
from miniprogram.verbs import VERBS
from rooms import invitations, members, messages, recovery, seats
from rooms.authority import Actor
from rooms.drafts import Draft
from rooms.record import media as media_rows
from rooms.record.media import Media, Use
from rooms.store import Store
from settings import Settings
from tests.cast import Cast, opened
from tests.patience import PATIENCE_SECONDS
from tests.refusal import answer
from tests.work import least

FRAMES = Path(__file__).parent / "frames"
SECRET = "a secret key for tests, long enough"
OWN = frozenset({"hello", "ping", "typing", "leave"})
"""Of no channel but those where this socket is."""
OPS = sorted({str(struct.__struct_config__.tag) for struct in REQUESTS} - OWN)


class Stage:
    """A room of ours with everything that has an id, and Mallory, who is of another organization."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self.store, self.cast = store, Cast(store)
        self.channel = self.cast.channel("hall")
        self.alice, self.mallory = self.cast.person("Alice"), Cast(store).person("Mallory")
        members.join(store, self.alice, self.cast.room)
        members.set_role(store, self.cast.room, self.alice.id, "owner")
        recovery.make_ready(store, self.cast.room)
        seats.enter(store, self.alice, self.channel, "p.1")
        said = messages.post(store, self.alice, self.channel, Draft("text", {"text": "你好"}, "m1"))
        assert isinstance(said, messages.Said)
        self.seq, self.picture = said.seq, f"m_{self.cast.organization[2:]}"
        row = Media(self.picture, self.cast.organization, self.alice.id, "image", "ready", "", 1, 1, 1, 0, "", "small",
                    100, 0, 0, "", store.clock.now())
        store.record.write(lambda c: (media_rows.add(c, row), media_rows.use(c, [
            Use(self.picture, self.channel, said.seq, row.at)])))
        self.invitation = invitations.make(store, Actor(self.alice), self.cast.room).name
        self.app = Flask("strangers")
        refusals.register(self.app)
        self.app.register_blueprint(api.blueprint(store, settings))
        token = Tokens(SECRET).issue(self.mallory.id, self.mallory.organization, store.clock.now())
        self.bearer = {"Authorization": f"Bearer {token}"}

    def frame(self, op: str, never: bool) -> dict[str, Any]:
        """The example of the protocol, about a channel of ours, or about one that never was."""
        told: dict[str, Any] = json.loads((FRAMES / f"request.{op}.json").read_text("utf-8"))
        channel = gone(self.channel) if never else self.channel
        ours: dict[str, Any] = {"channel": channel, "source": channel, "channels": [channel], "seq": self.seq,
                                "user": self.alice.id}
        for name in ("room", "until"):
            told.pop(name, None)
        named = set(told) | (set() if op == "watch" else {"channel"})
        return {**told, **{name: value for name, value in ours.items() if name in named}}

    def on_a_socket(self, frame: dict[str, Any]) -> str:
        """What the verb behind the frame says."""
        me, store = self.mallory, self.store
        if frame["op"] == "say":
            told, come = list[Any](), threading.Event()

            def then(said: Any) -> None:
                told.append(said)
                come.set()

            messages.post_soon(store, me, frame["channel"], Draft("text", {"text": "你好"}, "k"), then)
            assert come.wait(PATIENCE_SECONDS)
            return str(told[0].code)
        if frame["op"] == "enter":
            return answer(seats.enter, store, me, frame["channel"], "p.2")
        request = decode(msgspec.json.encode(frame))
        sessions = SimpleNamespace(store=store, hub=None)
        session = SimpleNamespace(me=me, sessions=sessions, entered={}, waiting={}, holder="p.2")
        return answer(VERBS[type(request)], session, request)

    def over_http(self, method: str, rule: str, never: bool) -> tuple[int, str]:
        parts = {"room": self.cast.room, "channel": self.channel, "id": self.picture, "user": self.alice.id,
                 "seq": self.seq, "name": self.invitation}
        given = {name: gone(value) if never and isinstance(value, str) else value for name, value in parts.items()}
        path = re.sub(r"<(?:int:)?(\w+)>", lambda part: str(given[part[1]]), rule)
        body = {"approve": True} if "/requests/<" in rule else {"user": given["user"]} if "direct" in rule else {}
        query = {"q": "你好", "room": given["room"]} if rule.endswith("search") else {"ids": given["id"]}
        told = self.app.test_client().open(path, method=method, headers=self.bearer, query_string=query,
                                           json=body if method in ("POST", "PUT") else None)
        return told.status_code, told.text


def gone(value: str) -> str:
    """An id of the same form that never was."""
    return value[:2] + "".join("z" if letter != "z" else "y" for letter in value[2:])


@pytest.fixture(scope="module")
def stage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Stage:
    store = opened(request)
    return Stage(store, Settings.from_environment({
        "TEAHOUSE_SECRET_KEY": SECRET, "TEAHOUSE_VAR": str(tmp_path_factory.mktemp("var")),
        "REDIS_URL": "redis://127.0.0.1:1", "DATABASE_URL": "sqlite:///never.db"}))


def same(stage: Stage, act: Callable[[bool], Any]) -> Any:
    """What both are answered."""
    ours, never = (least(stage.store, partial(act, one)) for one in (False, True))
    assert ours == never
    return ours[0]


@pytest.mark.parametrize("op", OPS)
def test_on_a_socket_a_channel_of_others_is_none(stage: Stage, op: str) -> None:
    assert same(stage, lambda never: stage.on_a_socket(stage.frame(op, never))) == "not_found"


ROUTES = ["GET /channels/<channel>/messages", "GET /channels/<channel>/present",
          "GET /channels/<channel>/messages/<int:seq>/readers", "GET /search", "GET /media/<id>", "GET /media",
          "POST /rooms/<room>/join", "POST /rooms/<room>/leave", "GET /rooms/<room>/members",
          "GET /rooms/<room>/invitations", "POST /rooms/<room>/invitations",
          "DELETE /rooms/<room>/invitations/<name>", "GET /rooms/<room>/requests", "POST /rooms/<room>/requests",
          "POST /rooms/<room>/requests/<user>", "POST /rooms/<room>/direct", "POST /rooms/<room>/export",
          "PUT /me/blocked/<user>", "DELETE /me/blocked/<user>"]
NOT_ASKED_HERE = frozenset({"/login", "/me", "/media", "/rooms"})
"""Of oneself, or a list of what one may see."""


@pytest.mark.parametrize("route", ROUTES)
def test_over_http_what_others_have_is_not_there(stage: Stage, route: str) -> None:
    method, rule = route.split()
    status, text = same(stage, lambda never: stage.over_http(method, f"/api/v1{rule}", never))
    assert status == 404 or json.loads(text) in ({}, {"media": []})


def test_every_route_with_an_id_is_tried(stage: Stage) -> None:
    with_ids = {f"{method} {rule.rule.removeprefix('/api/v1')}" for rule in stage.app.url_map.iter_rules()
                for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
                if rule.rule.startswith("/api/v1") and "<" in rule.rule}
    assert with_ids == {route for route in ROUTES if "<" in route}
