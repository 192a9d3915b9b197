"""`/webhooks`: the organization's own servers hear what happens. See docs/console-api.md for how a call is signed."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from console.asking import Ask, Done, In, Limit, Millis, Out
from rooms import webhooks
from rooms.record.webhooks import Webhook

Event = Literal["message", "announced", "moderation", "rules"]


class WebhookView(Out):
    """`failures` in a row; a hundred stop it."""

    id: str
    url: str
    events: list[str]
    by: str
    made_at: int
    failures: int
    stopped_at: int | None


class Webhooks(Out):
    webhooks: list[WebhookView]


class NewWebhook(In):
    url: Annotated[str, Meta(max_length=webhooks.LONGEST_URL)]
    events: Annotated[list[Event], Meta(min_length=1, max_length=8)]


class WebhookMade(Out):
    """The secret is shown only now."""

    id: str
    secret: str


class EditWebhook(In):
    on: bool


class CallsQuery(In):
    before: Millis = (1 << 53) - 1
    limit: Limit = 50


class CallView(Out):
    """`state`: waiting, calling, done or failed; `status` is what the server answered."""

    id: str
    event: str
    state: str
    tries: int
    status: int | None
    detail: str
    at: int
    next_at: int
    settled_at: int | None
    body: str


class Calls(Out):
    calls: list[CallView]


def listed(ask: Ask) -> Webhooks:
    return Webhooks(webhooks=[_view(one) for one in webhooks.of(ask.store, ask.organization)])


def make(ask: Ask, body: NewWebhook) -> WebhookMade:
    made = webhooks.add(ask.store, ask.actor, body.url, body.events)
    return WebhookMade(**made._asdict())


def edit(ask: Ask, hook: str, body: EditWebhook) -> Done:
    """Stops it, or lets it hear again."""
    webhooks.edit(ask.store, ask.actor, hook, body.on)
    return Done()


def remove(ask: Ask, hook: str) -> Done:
    webhooks.remove(ask.store, ask.actor, hook)
    return Done()


def test(ask: Ask, hook: str) -> Done:
    """A call of the event `test`, within seconds; how it went stands in the log."""
    webhooks.test(ask.store, ask.actor, hook)
    return Done()


def calls(ask: Ask, hook: str, query: CallsQuery) -> Calls:
    found = webhooks.calls(ask.store, ask.actor, hook, query.before, query.limit)
    return Calls(calls=[CallView(**{name: getattr(one, name) for name in CallView.__struct_fields__})
                        for one in found])


def _view(one: Webhook) -> WebhookView:
    return WebhookView(id=one.id, url=one.url, events=one.events.split(), by=one.by, made_at=one.made_at,
                       failures=one.failures, stopped_at=one.stopped_at)
