"""`/api/v1/me/subscriptions`: which templates to ask for, and what the person answered.

WeChat tells us of an answer too; whichever comes first counts. What a client claims is at most one yes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from flask import Blueprint

from miniprogram.bodies import body
from rooms import templates
from rooms.errors import Code, Refused
from rooms.events import Person
from rooms.record import Connection, identities
from rooms.record import templates as rows

if TYPE_CHECKING:
    from miniprogram.api import Api

MOST = 10


class Answers(msgspec.Struct, forbid_unknown_fields=True):
    """Template → accept, reject, ban or filter, as `wx.requestSubscribeMessage` gives them."""

    answers: dict[str, str]
    appid: str | None = None


def add_to(pages: Blueprint, api: Api) -> None:
    subscriptions = Subscriptions(api)
    pages.get("/me/subscriptions")(api.signed(subscriptions.wanted))
    pages.post("/me/subscriptions")(api.signed(subscriptions.answered))


class Subscriptions:
    def __init__(self, api: Api) -> None:
        self._store = api.store

    def wanted(self, person: Person) -> Any:
        """What to ask for, by kind, in each mini-program of the person."""
        return {"templates": [{"appid": appid, "kind": template.kind, "template_id": template.template_id}
                              for appid, _, template in self._known(person)]}

    def answered(self, person: Person) -> Any:
        given = body(Answers)
        if len(given.answers) > MOST:
            raise Refused(Code.BAD_FRAME, f"answers: at most {MOST}")
        known = {template.template_id: (appid, openid) for appid, openid, template in self._known(person)
                 if given.appid in (None, appid)}
        for template_id, answer in given.answers.items():
            if template_id not in known:
                raise Refused(Code.NOT_FOUND, "no such template")
            appid, openid = known[template_id]
            if answer.startswith("accept"):
                templates.said_yes(self._store, appid, openid, template_id)
            elif answer in ("reject", "ban"):
                templates.refused(self._store, appid, openid, template_id)
        return {}

    def _known(self, person: Person) -> list[tuple[str, str, templates.Template]]:
        def look(connection: Connection) -> list[tuple[str, str, templates.Template]]:
            mine = [one for one in identities.of_user(connection, person.id) if one.kind == "mini_program"]
            return [(one.appid, one.openid, template) for one in mine
                    for template in rows.of_account(connection, one.appid) if template.on]

        return self._store.record.read(look)
