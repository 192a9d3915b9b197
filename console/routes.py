"""A route: a method, a path, a view, and who may use it. What comes in and goes out is read from the view's signature.

    def edit(ask: Ask, room: str, body: EditRoom) -> RoomView: ...

`query` and `body` are structs; every other parameter is a part of the path.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, get_type_hints

from rooms.permissions import StaffRole

View = Callable[..., Any]

OWNERS = frozenset({StaffRole.OWNER})
ADMINS = OWNERS | {StaffRole.ADMIN}
MODERATORS = ADMINS | {StaffRole.MODERATOR}
STAFF = MODERATORS | {StaffRole.AUDITOR}


@dataclass(frozen=True)
class Route:
    """`who` is empty where nobody has to be signed in; `people`: only a person with a cookie, no program;
    `streams`: the answer is server-sent events; `gives`: the type of an answer that is no JSON."""

    method: str
    path: str
    view: View
    who: frozenset[StaffRole] = STAFF
    people: bool = False
    streams: bool = False
    gives: str = ""
    body: Any = field(init=False)
    query: Any = field(init=False)
    answer: Any = field(init=False)

    def __post_init__(self) -> None:
        hints = get_type_hints(self.view, include_extras=True)
        for name, value in (("body", hints.get("body")), ("query", hints.get("query")), ("answer", hints["return"])):
            object.__setattr__(self, name, value)
        given = set(inspect.signature(self.view).parameters) - {"ask", "body", "query"}
        assert given == set(self.parts), f"{self.path} and {self.view.__qualname__} do not fit"

    @property
    def parts(self) -> list[str]:
        return re.findall(r"<(?:int:)?(\w+)>", self.path)

    @property
    def name(self) -> str:
        """Unique in the table; also the operation's id in the document."""
        return f"{self.view.__module__.rpartition('.')[2].removeprefix('api_')}_{self.view.__name__}"

    @property
    def changes(self) -> bool:
        return self.method != "GET"


def get(path: str, view: View, who: frozenset[StaffRole] = STAFF, **more: Any) -> Route:
    return Route("GET", path, view, who, **more)


def post(path: str, view: View, who: frozenset[StaffRole] = ADMINS, **more: Any) -> Route:
    return Route("POST", path, view, who, **more)


def put(path: str, view: View, who: frozenset[StaffRole] = ADMINS, **more: Any) -> Route:
    return Route("PUT", path, view, who, **more)


def patch(path: str, view: View, who: frozenset[StaffRole] = ADMINS, **more: Any) -> Route:
    return Route("PATCH", path, view, who, **more)


def delete(path: str, view: View, who: frozenset[StaffRole] = ADMINS, **more: Any) -> Route:
    return Route("DELETE", path, view, who, **more)
