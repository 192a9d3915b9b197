"""Staff at their desks: a browser of each role, in two organizations that know nothing of each other."""

from __future__ import annotations

from typing import Any

import requests

from rooms import ids, passwords, sessions
from rooms.authority import Actor
from rooms.events import Door, Person
from rooms.permissions import StaffRole
from rooms.record import staff
from rooms.record.staff import Staff
from tests.cast import Cast
from tests.miniprogram.web import Web

PASSWORD = "a password for tests"
API = "/console/api/v1"


class Desk:
    """Somebody's browser: cookies, and the CSRF token with every change."""

    def __init__(self, web: Web, token: str = "") -> None:
        self.web, self.http = web, requests.Session()
        self.csrf = ""
        if token:
            self.http.cookies.set("teahouse_console", token, path="/console")
            self.csrf = sessions.csrf(web.store, token)

    def ask(self, method: str, path: str, body: Any = None, **more: Any) -> requests.Response:
        headers = {"X-CSRF-Token": self.csrf, **more.pop("headers", {})}
        return self.http.request(method, f"http://127.0.0.1:{self.web.port}{API}{path}", json=body, headers=headers,
                                 timeout=60, **more)

    def get(self, path: str, **more: Any) -> Any:
        return self.told(self.ask("GET", path, **more))

    def post(self, path: str, body: Any = None) -> Any:
        return self.told(self.ask("POST", path, body if body is not None else {}))

    def put(self, path: str, body: Any = None) -> Any:
        return self.told(self.ask("PUT", path, body if body is not None else {}))

    def patch(self, path: str, body: Any) -> Any:
        return self.told(self.ask("PATCH", path, body))

    def delete(self, path: str, body: Any = None) -> Any:
        return self.told(self.ask("DELETE", path, body))

    @staticmethod
    def told(answer: requests.Response) -> Any:
        assert answer.status_code == 200, answer.text
        return answer.json()

    def sign_in(self, email: str, password: str = PASSWORD, code: str = "") -> requests.Response:
        answer = self.ask("POST", "/session", {"email": email, "password": password, "code": code})
        if answer.status_code == 200:
            self.csrf = answer.json()["csrf"]
        return answer


class Office:
    """An organization with a room, a channel, a member, and staff of every role, who are signed in."""

    def __init__(self, web: Web, cast: Cast) -> None:
        self.web, self.store, self.cast = web, web.store, cast
        self.organization, self.room = cast.organization, cast.room
        self.channel = cast.channel("hall")
        self.alice = cast.person("Alice")
        self.hired, self.password_hash = 0, passwords.seal(PASSWORD)
        self.staff: dict[str, Staff] = {}
        self.desks: dict[str, Desk] = {}
        for role in StaffRole:
            self.hire(role)

    @property
    def actor(self) -> Actor:
        """The organization's owner, as the core knows them."""
        return Actor(Person(self.staff["owner"].id, self.organization, "Tea", Door.CONSOLE), "owner")

    def hire(self, role: str) -> Staff:
        """A new account of that role, signed in at `desks[role]`."""
        self.hired += 1
        made = Staff(ids.new("s"), f"{role}{self.hired}.{self.organization}@example.com", self.organization, role,
                     self.password_hash, self.cast.now)
        assert self.store.record.write(lambda c: staff.add(c, made))
        self.staff[role] = made
        self.desks[role] = Desk(self.web, sessions.begin(self.store, made.id, "127.0.0.1", "tests"))
        return made

    def __getattr__(self, role: str) -> Desk:
        return self.desks[role]


class House:
    def __init__(self, web: Web) -> None:
        self.web, self.store = web, web.store
        self.ours = Office(web, web.cast)
        self.theirs = Office(web, Cast(web.store))

    def anonymous(self) -> Desk:
        return Desk(self.web)


def code(answer: requests.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]
