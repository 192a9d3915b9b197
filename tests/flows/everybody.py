"""One house in which everybody there is can ask at every door: the stage of `test_one_answer_at_every_door`."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

import refusals
from miniprogram import api
from rooms import accounts, identities, members, messages, sanctions, seats
from rooms.drafts import Draft
from rooms.events import Person
from rooms.record import media as media_rows
from rooms.record import rooms as room_rows
from rooms.record.media import Media, Use
from settings import Settings
from tests.cast import Cast
from tests.console.desk import Desk, Office
from tests.miniprogram.web import Web, ask, running
from tests.socket_client import Socket
from tests.wechat.stage import WeChat, official, openid
from wechat import callback, followers

ROLES = ("owner", "moderator", "member", "guest", "muted", "banned", "outsider", "other")
"""In the room; `other` is of another organization, `outsider` of this one and nobody's member."""
INSIDE = ("owner", "moderator", "member", "guest", "muted")
STAFF = {"owner": "owner", "moderator": "moderator", "auditor": "auditor", "other": "other"}
"""Whose desk stands for whom; an auditor reads everything and changes nothing."""


class House:
    """One room, and one of everybody: as somebody of the mini-program, and as a follower."""

    def __init__(self, web: Web) -> None:
        self.web, self.store = web, web.store
        self.office, self.elsewhere = Office(web, web.cast), Cast(web.store)
        self.room, self.channel = self.office.room, self.office.channel
        self.count = itertools.count(1_000)
        self.store.record.write(lambda c: room_rows.change(c, self.room, direct=True))
        self.app = Flask("doors")
        settings = Settings.from_environment(web.environ)
        refusals.register(self.app)
        self.app.register_blueprint(callback.blueprint(web.store, settings))
        self.app.register_blueprint(api.blueprint(web.store, settings))
        self.http: FlaskClient = self.app.test_client()
        self.desks: dict[str, Desk] = {**self.office.desks, "other": Office(web, self.elsewhere).desks["owner"]}
        self.people = {role: self._cast(role).person(role) for role in ROLES}
        self.sockets: dict[str, Socket] = {role: web.greeted(person) for role, person in self.people.items()}
        ours, theirs = (self._account(cast.organization) for cast in (self.office.cast, self.elsewhere))
        self.wechats = {role: theirs if role == "other" else ours for role in ROLES}
        self.phones = {role: openid() for role in ROLES}
        self.followers = {role: identities.follower(self.store, self.wechats[role].account, self.phones[role])
                          for role in ROLES}
        for role in ROLES:
            self.restore(role)

    def restore(self, role: str) -> None:
        """Both who play it are again what it says, and sit in the channel where they may."""
        if role == "outsider":
            ask(self.sockets[role], {"op": "leave", "channel": self.channel}, next(self.count))
        for person in (self.people[role], self.followers[role]):
            self._dress(role, person)
        if role in INSIDE:
            told = ask(self.sockets[role], {"op": "enter", "channel": self.channel}, next(self.count))
            assert told["op"] == "entered", told
            seats.enter(self.store, self.followers[role], self.channel, "")
        self._place(role)

    def target(self, op: str = "") -> Person:
        """Somebody new who sits in the channel, a member like any other; muted or banned where `op` would end that."""
        person = self.office.cast.person(f"客人{next(self.count)}")
        seats.enter(self.store, person, self.channel, "p.1")
        before = {"unmute": sanctions.mute, "pardon": sanctions.ban}.get(op)
        if before is not None:
            before(self.store, self.office.actor, self.channel, person.id)
        return person

    def said(self, by: Person | None = None) -> int:
        """The number of a fresh message of somebody else."""
        person = by or self.target()
        return messages.post(self.store, person, self.channel, Draft("text", {"text": "hi"}, person.id)).seq

    def shown(self) -> str:
        """A picture that a fresh message shows."""
        person = self.target()
        name = f"m_{next(self.count)}"
        row = Media(name, person.organization, person.id, "image", "ready", "", 1, 1, 1, 0, "", "small", 100, 0, 0, "",
                    self.store.clock.now())
        self.store.record.write(lambda c: media_rows.add(c, row))
        use = Use(name, self.channel, self.said(person), row.at)
        self.store.record.write(lambda c: media_rows.use(c, [use]))
        return name

    def say(self, role: str, text: str) -> str:
        """What the follower of that role is answered, as somebody whose words go to this channel."""
        self._place(role)
        return self.wechats[role].say(self.phones[role], text)

    def bearer(self, role: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.web.token(self.people[role])}"}

    def _cast(self, role: str) -> Cast:
        return self.elsewhere if role == "other" else self.office.cast

    def _account(self, organization: str) -> WeChat:
        made = official(organization)
        accounts.add(self.store, made.organization, made.appid, made.kind, made.secret, made.token, made.aes_key,
                     made.mode, made.gh_id, made.data_format)
        return WeChat(self.app.test_client(), made)

    def _dress(self, role: str, person: Person) -> None:
        if role == "outsider":
            members.leave(self.store, person, self.room)
        if role in ("outsider", "other"):
            return
        plain = role not in ("owner", "moderator", "guest")
        members.set_role(self.store, self.room, person.id, "member" if plain else role)
        if role == "muted":
            sanctions.mute(self.store, self.office.actor, self.room, person.id)
        if role == "banned":
            sanctions.ban(self.store, self.office.actor, self.room, person.id)

    def _place(self, role: str) -> None:
        """Their words go to this channel, also where somebody ended that by another door: the core has to notice."""
        account, phone = self.wechats[role].account, self.phones[role]
        key = self.store.live.name("follower", f"{{{followers.key(account.appid, phone)}}}")
        self.store.live.command("HSET", key, "channel", self.channel, "title", "hall", "notices", "", "waiting", "",
                                "question", "", key=key)


@contextmanager
def everybody(folder: Path) -> Iterator[House]:
    with running(folder) as web:
        yield House(web)
        assert "Traceback" not in web.log()
