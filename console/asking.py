"""What a view is given, and the kinds of values that requests hold. Every one has a limit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from msgspec import UNSET, Meta

from rooms.authority import Actor
from rooms.errors import Code, Refused
from rooms.sessions import Signed
from rooms.store import Store

if TYPE_CHECKING:
    from console.feed import Feeds
    from settings import Settings

Id = Annotated[str, Meta(pattern="^[A-Za-z0-9_-]{1,64}$")]
Seq = Annotated[int, Meta(ge=1, lt=1 << 53)]
Millis = Annotated[int, Meta(ge=0, lt=1 << 53)]
Seconds = Annotated[int, Meta(ge=1, le=10 * 365 * 86_400)]
Capacity = Annotated[int, Meta(ge=0, le=1_000_000)]
Name = Annotated[str, Meta(min_length=1, max_length=128)]
Word = Annotated[str, Meta(max_length=64)]
Reason = Annotated[str, Meta(max_length=200)]
Text = Annotated[str, Meta(max_length=2_000)]
Password = Annotated[str, Meta(max_length=200)]
Cursor = Annotated[str, Meta(max_length=100, pattern="^[A-Za-z0-9_.:-]*$")]
Limit = Annotated[int, Meta(ge=1, le=200)]
Ids = Annotated[list[Id], Meta(max_length=1_000)]


class In(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What comes in: a query or a body. An unknown key is refused."""


class Out(msgspec.Struct, kw_only=True):
    """What goes out."""


def given(body: In) -> dict[str, Any]:
    """What was not left out."""
    return {name: value for name in body.__struct_fields__ if (value := getattr(body, name)) is not UNSET}


class Done(Out):
    """Nothing more is to be said."""


class Page(In):
    """`cursor` is what the page before ended with."""

    cursor: Cursor = ""
    limit: Limit = 50


@dataclass
class Ask:
    """One request. `signed` is None only where no session is needed; `token` is what the cookie, or the program,
    holds."""

    store: Store
    settings: Settings
    feeds: Feeds
    signed: Signed | None = None
    token: str = ""
    new_token: str | None = None
    """What the cookie is to hold from now on; empty: nothing any more."""

    @property
    def who(self) -> Signed:
        if self.signed is None:
            raise Refused(Code.UNAUTHENTICATED, "sign in first")
        return self.signed

    @property
    def actor(self) -> Actor:
        return self.who.actor

    @property
    def organization(self) -> str:
        return self.who.organization
