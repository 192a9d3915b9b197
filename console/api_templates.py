"""`/accounts/…/templates`: which of WeChat's templates tells what, and what stands in its fields."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from console.api_accounts import find
from console.asking import Ask, Done, Id, In, Out
from rooms import templates
from rooms.templates import FACTS, LONGEST_FIELD, LONGEST_ID, LONGEST_PAGE, MOST_FIELDS, Kind, Template
from wechat.platform import trying

Way = Literal["subscribe", "bizsend", "template"]
Field = Annotated[str, Meta(min_length=1, max_length=LONGEST_FIELD)]
Fields = Annotated[dict[Annotated[str, Meta(max_length=40)], Field], Meta(max_length=MOST_FIELDS)]


class TemplateView(Out):
    """`fields`: the template's field, and what stands in it. Not `on`: WeChat refused it, `problem` says why."""

    way: str
    kind: str
    template_id: str
    fields: dict[str, str]
    page: str
    on: bool
    problem: str
    at: int


class TemplateList(Out):
    """`facts`: what each kind knows, with examples: `{name}` in a field stands for it."""

    templates: list[TemplateView]
    facts: dict[str, dict[str, str]]


class SetTemplate(In):
    """`subscribe` is a mini-program's; `bizsend` and `template` are an Official Account's."""

    way: Way
    kind: Kind
    template_id: Annotated[str, Meta(min_length=1, max_length=LONGEST_ID)]
    fields: Fields
    page: Annotated[str, Meta(max_length=LONGEST_PAGE)] = ""


class WhichTemplate(In):
    way: Way
    kind: Kind


class PreviewFields(In):
    kind: Kind
    fields: Fields


class Previewed(Out):
    """What would stand there, for an example, within the rules of each field's kind."""

    fields: dict[str, str]


class TestSend(WhichTemplate):
    user: Id


class TestSent(Out):
    """WeChat's answer. `state`: sent, refused, unsent, unknown."""

    state: str
    errcode: int | None
    detail: str


def listed(ask: Ask, appid: str) -> TemplateList:
    find(ask, appid)
    found = templates.of_account(ask.store, ask.who.onlooker, appid)
    return TemplateList(templates=[_view(one) for one in found],
                        facts={kind.value: dict(known) for kind, known in FACTS.items()})


def set_(ask: Ask, appid: str, body: SetTemplate) -> TemplateView:
    find(ask, appid)
    return _view(templates.set_template(
        ask.store, ask.actor, appid, body.way, body.kind, body.template_id, body.fields, body.page))


def remove(ask: Ask, appid: str, body: WhichTemplate) -> Done:
    find(ask, appid)
    templates.remove(ask.store, ask.actor, appid, body.way, body.kind)
    return Done()


def preview(ask: Ask, body: PreviewFields) -> Previewed:  # noqa: ARG001 - as every view
    return Previewed(fields=templates.preview(body.kind, body.fields))


def test(ask: Ask, appid: str, body: TestSend) -> TestSent:
    """One message with the example's facts to one person. Costs a yes of theirs where the way needs one."""
    find(ask, appid)
    sent = trying.send(ask.store, ask.settings.wechat_api_url, ask.actor, appid, body.way, body.kind, body.user)
    return TestSent(state=sent.state, errcode=sent.errcode, detail=sent.detail)


def _view(one: Template) -> TemplateView:
    fields = msgspec.json.decode(one.fields, type=dict[str, str])
    return TemplateView(way=one.way, kind=one.kind, template_id=one.template_id, fields=fields, page=one.page,
                        on=one.on, problem=one.problem, at=one.at)
