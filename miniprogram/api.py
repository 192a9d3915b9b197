"""`/api/v1`: what a mini-program asks outside its socket. JSON in and out, bearer tokens only, no cookies, no CORS."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

import msgspec
from flask import Blueprint, Response, request

from miniprogram import identity, login, media, search, subscriptions
from miniprogram.arrival import fit, raw
from miniprogram.bodies import body
from miniprogram.login import BadCode, Login
from miniprogram.query import number
from miniprogram.tokens import Tokens
from refusals import error
from rooms import (
    avatars,
    blocks,
    direct,
    identities,
    invitations,
    members,
    messages,
    network,
    nicknames,
    receipts,
    rooms,
    seats,
)
from rooms.errors import Code, Refused
from rooms.events import Person
from rooms.rooms import ChannelView, RoomView
from rooms.store import Store

if TYPE_CHECKING:
    from settings import Settings

PAGE = 50


class Rename(msgspec.Struct, forbid_unknown_fields=True):
    name: str


class Join(msgspec.Struct, forbid_unknown_fields=True):
    password: str | None = None
    invitation: str | None = None


class Direct(msgspec.Struct, forbid_unknown_fields=True):
    user: str


def blueprint(store: Store, settings: Settings) -> Blueprint:
    assert settings.secret_key is not None
    api = Api(store, settings, Tokens(settings.secret_key))
    pages = Blueprint("api", __name__, url_prefix="/api/v1")
    pages.post("/login")(api.log_in)
    pages.get("/me")(api.signed(api.me))
    pages.route("/me", methods=["PATCH", "PUT"])(api.signed(api.rename))  # wx.request knows no PATCH
    pages.get("/people")(api.signed(api.people))
    pages.get("/rooms")(api.signed(api.rooms))
    pages.post("/rooms/<room>/join")(api.signed(api.join))
    pages.post("/rooms/<room>/leave")(api.signed(api.leave))
    pages.post("/rooms/<room>/direct")(api.signed(api.direct))
    pages.get("/channels/<channel>/messages")(api.signed(api.messages))
    pages.get("/channels/<channel>/present")(api.signed(api.present))
    pages.get("/channels/<channel>/messages/<int:seq>/readers")(api.signed(api.readers))
    pages.get("/me/blocked")(api.signed(api.blocked))
    pages.put("/me/blocked/<user>")(api.signed(api.block))
    pages.delete("/me/blocked/<user>")(api.signed(api.unblock))
    identity.add_to(pages, api)
    media.add_to(pages, api)
    search.add_to(pages, api)
    subscriptions.add_to(pages, api)
    pages.after_request(_keep_private)
    return pages


def files(store: Store, settings: Settings) -> Blueprint:
    """What signed addresses lead to, outside `/api/v1`."""
    assert settings.secret_key is not None
    return media.blueprint(Api(store, settings, Tokens(settings.secret_key)))


class Api:
    def __init__(self, store: Store, settings: Settings, tokens: Tokens) -> None:
        self.store = store
        self.settings = settings
        self.tokens = tokens

    def signed(self, view: Callable[..., Any]) -> Callable[..., Response]:
        """The view of somebody who is logged in; what it returns is sent as JSON, or is an answer already."""

        @wraps(view)
        def signed(**given: str) -> Response:
            person = login.bearer(self.store, self.tokens, request)
            told = view(person, **given)
            return told if isinstance(told, Response) else _json(told)

        return signed

    def log_in(self) -> Response:
        login.count_login(self.store, request.remote_addr or "", self.settings.logins_per_minute)
        try:
            done = login.log_in(self.store, self.settings, self.tokens, body(Login))
        except BadCode as bad:
            return error(401, "bad_code", str(bad))
        network.note(self.store, done.person.organization, done.person.id, network.LOGIN, request.remote_addr or "")
        return _json({"token": done.token, "expires_in_seconds": done.expires_in_seconds, "user": _user(done.person)})

    def me(self, person: Person) -> Any:
        return media.about(self.store, person)

    def people(self, person: Person) -> Any:
        wanted = [word for word in request.args.get("ids", "").split(",") if word]
        if not 1 <= len(wanted) <= avatars.MOST_ASKED:
            raise Refused(Code.BAD_FRAME, f"ids: 1 to {avatars.MOST_ASKED}, with commas between")
        return {"people": [_user(one) | {"id": user}
                           for user, one in avatars.seen(self.store, person, wanted).items()]}

    def rename(self, person: Person) -> Any:
        return _user(nicknames.rename(self.store, person, body(Rename).name))

    def rooms(self, person: Person) -> Any:
        views = rooms.visible(self.store, person)
        unread = receipts.unread(self.store, person, [channel.id for view in views for channel in view.channels])
        return {"rooms": [_room(view, unread) for view in views]}

    def join(self, person: Person, room: str) -> Any:
        given = body(Join)
        if given.invitation is not None:
            invitations.use(self.store, person, given.invitation, room)
        else:
            members.join(self.store, person, room, given.password)
        return {}

    def leave(self, person: Person, room: str) -> Any:
        members.leave(self.store, person, room)
        return {}

    def direct(self, person: Person, room: str) -> Any:
        two = direct.begin(self.store, person, room, body(Direct).user)
        return {"channel": {"id": two.channel, "name": two.name, "direct": {"id": two.other, "name": two.name}}}

    def messages(self, person: Person, channel: str) -> Any:
        before, after = number("before"), number("after")
        page = messages.history(self.store, person, channel, before, after, number("limit") or PAGE)
        entries, whole = fit(page.entries, keep_newest=after is None)
        return {"messages": raw(entries), "more": page.more or not whole}

    def blocked(self, person: Person) -> Any:
        return {"blocked": [{"id": user, "name": name} for user, name in identities.names_of(
            self.store, sorted(blocks.of(self.store, person.id))).items()]}

    def block(self, person: Person, user: str) -> Any:
        blocks.block(self.store, person, user)
        return {}

    def unblock(self, person: Person, user: str) -> Any:
        blocks.unblock(self.store, person, user)
        return {}

    def readers(self, person: Person, channel: str, seq: int) -> Any:
        found = receipts.readers(self.store, person, channel, seq)
        return {"count": found.count, "of": found.of, "people": [reader._asdict() for reader in found.people]}

    def present(self, person: Person, channel: str) -> Any:
        messages.history(self.store, person, channel, limit=1)  # who may not read may not see who is there
        found = seats.present(self.store, channel, request.args.get("cursor", "0"))
        people = [person._asdict() for person in found.people]
        return {"count": found.count, "people": people, "cursor": found.cursor or None}


def _room(view: RoomView, unread: dict[str, receipts.Unread]) -> dict[str, Any]:
    channels = [{"id": channel.id, "name": channel.name, **_direct(channel), **_unread(unread[channel.id])}
                for channel in view.channels]
    return {"id": view.id, "name": view.name, "locked": view.locked, "member": view.member,
            "by_request": view.by_request, "verified": view.verified, "direct": view.direct,
            "channels": channels}


def _direct(channel: ChannelView) -> dict[str, Any]:
    return {"direct": {"id": channel.direct, "name": channel.name}} if channel.direct else {}


def _unread(state: receipts.Unread) -> dict[str, Any]:
    return {"epoch": state.epoch, "tip": state.tip, "read": state.read, "unread": state.unread,
            "mentions": state.mentions}


def _user(person: Person) -> dict[str, str]:
    return {"id": person.id, "name": person.name, "avatar": person.avatar}


def _json(told: Any) -> Response:
    return Response(msgspec.json.encode(told), content_type="application/json")


def _keep_private(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response
