"""`/api/v1/me/phone`, `/me/sms`, and the ways into rooms: what a person shows, and who is let in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from flask import Blueprint, request

from miniprogram.bodies import body
from miniprogram.login import BadCode
from refusals import error
from rooms import accounts, identities, invitations, members, phones, requests
from rooms.authority import Actor
from rooms.errors import Code, Refused
from rooms.events import Person
from rooms.phones import Bound, WrongCodeError
from rooms.record import identities as rows
from rooms.record.requests import Request
from sms import sending
from sms.provider import chosen
from wechat.platform.login import PlatformDown
from wechat.platform.phone import phone_number
from wechat.platform.token import Credentials, SharedTokens

if TYPE_CHECKING:
    from miniprogram.api import Api


class WeChatPhone(msgspec.Struct, forbid_unknown_fields=True):
    """The code of the phone button; `appid` where the person uses several mini-programs of the organization."""

    code: str
    appid: str | None = None


class AskCode(msgspec.Struct, forbid_unknown_fields=True):
    phone: str


class Guess(msgspec.Struct, forbid_unknown_fields=True):
    code: str


class Invite(msgspec.Struct, forbid_unknown_fields=True):
    seconds: int = invitations.USUAL_SECONDS
    uses: int = 1


class Ask(msgspec.Struct, forbid_unknown_fields=True):
    text: str = ""


class Answer(msgspec.Struct, forbid_unknown_fields=True):
    approve: bool
    reason: str = ""


def add_to(pages: Blueprint, api: Api) -> None:
    identity = Identity(api)
    pages.post("/me/phone")(api.signed(identity.phone))
    pages.post("/me/sms")(api.signed(identity.ask_code))
    pages.post("/me/sms/verify")(api.signed(identity.verify))
    pages.get("/me/requests")(api.signed(identity.own_requests))
    pages.get("/rooms/<room>/members")(api.signed(identity.members))
    pages.get("/rooms/<room>/invitations")(api.signed(identity.invitations))
    pages.post("/rooms/<room>/invitations")(api.signed(identity.invite))
    pages.delete("/rooms/<room>/invitations/<name>")(api.signed(identity.uninvite))
    pages.get("/rooms/<room>/requests")(api.signed(identity.requests))
    pages.post("/rooms/<room>/requests")(api.signed(identity.ask))
    pages.post("/rooms/<room>/requests/<user>")(api.signed(identity.answer))


class Identity:
    def __init__(self, api: Api) -> None:
        self.store, self.settings, self.tokens = api.store, api.settings, api.tokens
        self._sms = chosen(api.settings)

    def phone(self, person: Person) -> Any:
        """WeChat's word for a number is as good as our own SMS."""
        given = body(WeChatPhone)
        account, openid = self._account(person, given.appid)
        tokens = SharedTokens(self.store.live, Credentials(account.appid, account.secret), self.settings.wechat_api_url)
        try:
            told = phone_number(tokens, self.settings.wechat_api_url, account, given.code, openid)
        except BadCode as bad:
            return error(403, "bad_code", str(bad))
        except PlatformDown as down:
            raise Refused(Code.UNAVAILABLE, "WeChat does not answer", 2_000) from down
        return self._bound(person, phones.bind(self.store, person, phones.of_wechat(told.country, told.number)))

    def ask_code(self, person: Person) -> Any:
        if self._sms is None:
            raise Refused(Code.UNAVAILABLE, "no SMS can be sent here")
        asked = phones.ask_code(self.store, person, body(AskCode).phone, request.remote_addr or "")
        sending.send_soon(self.store, self._sms, asked.sms)
        return {"expires_in_seconds": asked.expires_in_seconds, "retry_after_seconds": asked.retry_after_seconds}

    def verify(self, person: Person) -> Any:
        try:
            bound = phones.verify(self.store, person, body(Guess).code)
        except WrongCodeError as wrong:
            return error(403, "bad_code", f"not the code, {wrong.tries_left} tries left")
        except Refused as refused:
            if refused.code is not Code.EXPIRED:
                raise
            return error(403, "bad_code", refused.message)  # `expired` is what one hears of one's token
        return self._bound(person, bound)

    def _bound(self, person: Person, bound: Bound) -> dict[str, Any]:
        """With a token of who they are now, where that is somebody else: the one they asked with is over."""
        who = identities.who(self.store, bound.user)
        now = who.person if who else person
        told = {"phone": bound.phone, "merged": bound.merged,
                "user": {"id": now.id, "name": now.name, "avatar": now.avatar}}
        if bound.user != person.id:
            told["token"] = self.tokens.issue(now.id, now.organization, self.store.clock.now())
        return told

    def _account(self, person: Person, appid: str | None) -> tuple[accounts.Account, str]:
        """The mini-program that the person uses, and who they are there."""
        known = self.store.record.read(lambda c: rows.of_user(c, person.id))
        mine = [one for one in known if one.kind == identities.MINI_PROGRAM and appid in (None, one.appid)]
        account = accounts.of(self.store, mine[0].appid) if len(mine) == 1 else None
        if account is None:
            raise Refused(Code.BAD_FRAME, "appid: name the mini-program")
        return account, mine[0].openid

    def own_requests(self, person: Person) -> Any:
        return {"requests": [_request(one) for one in requests.of(self.store, person)]}

    def members(self, person: Person, room: str) -> Any:
        found = members.page(self.store, person, room, request.args.get("cursor", ""))
        people = [{"id": one.user, "name": one.name, "role": one.role} for one in found.people]
        return {"people": people, "cursor": found.cursor or None}

    def invitations(self, person: Person, room: str) -> Any:
        return {"invitations": [one._asdict() for one in invitations.of_room(self.store, Actor(person), room)]}

    def invite(self, person: Person, room: str) -> Any:
        given = body(Invite)
        made = invitations.make(self.store, Actor(person), room, given.seconds, given.uses)
        return {"invitation": made.code, "name": made.name, "expires_at": made.expires_at, "uses": made.uses}

    def uninvite(self, person: Person, room: str, name: str) -> Any:
        invitations.revoke(self.store, Actor(person), room, name)
        return {}

    def requests(self, person: Person, room: str) -> Any:
        found = requests.waiting(self.store, Actor(person), room)
        return {"requests": [{**_request(one.request), "name": one.name} for one in found]}

    def ask(self, person: Person, room: str) -> Any:
        return _request(requests.ask(self.store, person, room, body(Ask).text))

    def answer(self, person: Person, room: str, user: str) -> Any:
        given = body(Answer)
        return _request(requests.answer(self.store, Actor(person), room, user, given.approve, given.reason))


def _request(one: Request) -> dict[str, Any]:
    return {"room": one.room, "user": one.user, "state": one.state, "text": one.text, "at": one.at,
            "answered_at": one.answered_at, "reason": one.reason}
