"""Our house and WeChat's over real HTTP, on a clock that both share."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from werkzeug.serving import make_server

from rooms import accounts, cursors, identities, messages, seats
from rooms.events import Person
from rooms.messages import Draft
from rooms.record import deliveries
from rooms.store import SystemClock
from tests.cast import opened
from tests.sandbox_client import AES_KEY, MINI, OFFICIAL, Sandbox, mini_program, official_account
from tests.wechat.stage import Stage, set_stage
from wechat import courier
from wechat.agenda import Agenda

MINUTE = 60.0
HOUR = 60 * MINUTE


class Clock(SystemClock):
    """The real one, moved."""

    def __init__(self) -> None:
        self.offset_ms = 0

    def now(self) -> int:
        return super().now() + self.offset_ms


class Town:
    """Our house and WeChat's, one clock."""

    def __init__(self, stage: Stage, wechat: Sandbox, clock: Clock) -> None:
        self.stage, self.wechat, self.clock, self.store = stage, wechat, clock, stage.store
        self.alice = stage.cast.person("Alice")
        self._count = 0

    def follower(self, nickname: str = "") -> str:
        mei = self.wechat.follower(OFFICIAL)
        self.wechat.say(mei, "加入 茶馆")
        if nickname:
            self.wechat.say(mei, f"昵称 {nickname}")
        return mei

    def person(self, openid: str) -> Person:
        account = accounts.of(self.store, OFFICIAL)
        assert account is not None
        return identities.follower(self.store, account, openid)

    def alice_says(self, text: str, channel: str = "") -> None:
        self.alice_sends("text", {"text": text}, channel)

    def alice_sends(self, type_: str, body: dict[str, Any], channel: str = "") -> None:
        self._count += 1
        channel = channel or self.stage.hall
        seats.enter(self.store, self.alice, channel, "p.1")
        messages.post(self.store, self.alice, channel, Draft(type_, body, f"a{self._count}"))

    def wait(self, seconds: float) -> None:
        self.clock.offset_ms += int(seconds * 1000)
        self.wechat.advance(seconds)

    def wait_past_midnight(self, seconds: float) -> None:
        """Where fewer seconds are left of the day in China, at whose end quotas are anew, until it is over."""
        left = 86_400 - (self.clock.now() / 1000 + 8 * 3_600) % 86_400
        if left < seconds:
            self.wait(left + 1)

    def run(self) -> courier.Delivered:
        """One run of the courier; hints are not thrown away by the throttle of one a second."""
        self.store.live._hinted.clear()
        for channel in (self.stage.hall, self.stage.chat):
            self.store.live.hint("due", channel)
        self.store.live._hinted.clear()
        return courier.deliver(self.store, self.stage.settings)

    def digests(self, openid: str) -> list[str]:
        return [each.get("text") or each["head"] for each in self.wechat.outbox(openid)
                if each["kind"] == "customer_message"]

    def sent(self, openid: str) -> list[Any]:
        return list(self.store.record.read(lambda c: deliveries.of_follower(c, OFFICIAL, openid)))[::-1]


@contextmanager
def founded(request: pytest.FixtureRequest, **environ: str) -> Iterator[Town]:
    """With an Official Account in safe mode and a mini-program."""
    clock = Clock()
    store = dataclasses.replace(opened(request), clock=clock)
    with Sandbox([official_account(mode="safe"), mini_program()]) as wechat:
        stage = set_stage(store, TEAHOUSE_WECHAT_API_URL=wechat.url, TEAHOUSE_CALLBACK_MAX_AGE_SECONDS="0", **environ)
        accounts.add(store, stage.cast.organization, OFFICIAL, "official_account", "official-secret", "AAAAA", AES_KEY,
                     "safe")
        accounts.add(store, stage.cast.organization, MINI, "mini_program", "mini-secret", "BBBBB", data_format="json")
        server = make_server("127.0.0.1", 0, stage.app, threaded=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.port}/wechat/"
        wechat.add_account(**official_account(mode="safe", callback_url=address + OFFICIAL))
        wechat.add_account(**mini_program(callback_url=address + MINI))
        yield Town(stage, wechat, clock)
        server.shutdown()


def calm_down(town: Town) -> None:
    """Nobody from the test before is still waiting, and no account is stopped."""
    town.wechat.clear_faults()
    town.store.live.delete(town.store.live.name("stopped", OFFICIAL))
    town.store.live.delete(Agenda(town.store.live)._key)
    for channel in (town.stage.hall, town.stage.chat):
        for user in cursors.listeners(town.store, channel):
            cursors.forget(town.store, channel, user)
