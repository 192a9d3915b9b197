"""`/broadcasts`: announcements to many, and the tags by which some of them are chosen."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from console.api_people import find
from console.asking import Ask, Cursor, Id, In, Limit, Millis, Out
from rooms import broadcasts, identities, tags
from rooms.broadcasts import Audience, Broadcast
from wechat.platform import forecast

Words = Annotated[str, Meta(min_length=1, max_length=broadcasts.LONGEST)]
Tag = Annotated[str, Meta(max_length=tags.LONGEST)]
State = Literal["scheduled", "running", "paused", "done", "cancelled"]


class ForWhom(In):
    """A room, or without one the organization; of its followers those who were here within `days` (0: ever) and who
    bear the tag (empty: all). In channels everybody hears it who is there."""

    room: Id | None = None
    days: Annotated[int, Meta(ge=0, le=broadcasts.LONGEST_DAYS)] = 0
    tag: Tag = ""

    @property
    def audience(self) -> Audience:
        return Audience(self.room or "", self.days, self.tag)


class Draft(ForWhom, kw_only=True):
    text: Words


class NewBroadcast(ForWhom, kw_only=True):
    """Without `starts_at` (ms) it goes now. `mass`: also as the Official Account's mass message, of which a follower
    gets four in a month."""

    text: Words
    starts_at: Millis = 0
    mass: bool = False


class Turn(In):
    to: Literal["pause", "resume", "cancel"]


class ForecastView(Out):
    """It stands in the channels of `rooms` rooms; `listeners` followers hear it there, `notices` get a message of their
    own. Of these `asked` were looked at, and `ways` says how they would be told: by which way, `later`, or `held` until
    they come."""

    rooms: int
    listeners: int
    notices: int
    asked: int
    ways: dict[str, int]


class BroadcastView(Out):
    """`reached`: people whom it has come to so far."""

    id: str
    room: str
    days: int
    tag: str
    text: str
    mass: bool
    state: str
    by: str
    at: int
    starts_at: int
    reached: int
    ended_at: int | None
    problem: str


class BroadcastList(Out):
    broadcasts: list[BroadcastView]


class MassView(Out):
    """WeChat's own counts, told when it is done."""

    appid: str
    state: str
    people: int
    sent: int
    filtered: int
    failed: int
    detail: str


class ProgressView(Out):
    """`told` by way; of the others `waiting`, `paused`, `telling`, `cancelled` and `expired`."""

    broadcast: BroadcastView
    told: dict[str, int]
    waiting: int
    paused: int
    telling: int
    cancelled: int
    expired: int
    mass: list[MassView]


class ResultsQuery(In):
    cursor: Cursor = ""
    limit: Limit = 50


class ResultView(Out):
    """What became of one person's message; `way` is empty while nothing did."""

    user: str
    name: str
    state: str
    way: str
    settled_at: int | None


class Results(Out):
    results: list[ResultView]
    cursor: str | None


class TagView(Out):
    tag: str
    people: int


class Tags(Out):
    tags: list[TagView]


class SetTags(In):
    tags: Annotated[list[Annotated[str, Meta(min_length=1, max_length=tags.LONGEST)]], Meta(max_length=tags.MOST)]


class TagsOfPerson(Out):
    tags: list[str]


def listed(ask: Ask) -> BroadcastList:
    """The newest fifty."""
    return BroadcastList(broadcasts=[_view(one) for one in broadcasts.of_organization(ask.store, ask.who.onlooker)])


def preview(ask: Ask, body: Draft) -> ForecastView:
    """Who would hear it, and how. Nothing is sent."""
    found = forecast.of(ask.store, ask.settings, ask.actor, body.text, body.audience)
    return ForecastView(**found.preview._asdict(), asked=found.asked, ways=dict(found.ways))


def start(ask: Ask, body: NewBroadcast) -> BroadcastView:
    return _view(broadcasts.start(ask.store, ask.actor, body.text, body.audience, body.starts_at, body.mass))


def turn(ask: Ask, broadcast: str, body: Turn) -> BroadcastView:
    """Paused, nobody else is told; cancelled, who was not told yet never is."""
    verb = {"pause": broadcasts.pause, "resume": broadcasts.resume, "cancel": broadcasts.cancel}[body.to]
    return _view(verb(ask.store, ask.actor, broadcast))


def progress(ask: Ask, broadcast: str) -> ProgressView:
    found = broadcasts.progress(ask.store, ask.who.onlooker, broadcast)
    mass = [MassView(**{name: getattr(job, name) for name in MassView.__struct_fields__}) for job in found.mass]
    return ProgressView(
        broadcast=_view(found.broadcast), told=dict(found.told), waiting=found.waiting, paused=found.paused,
        telling=found.telling, cancelled=found.cancelled, expired=found.expired, mass=mass)


def results(ask: Ask, broadcast: str, query: ResultsQuery) -> Results:
    found = broadcasts.results(ask.store, ask.who.onlooker, broadcast, query.cursor, query.limit)
    called = identities.names_of(ask.store, [one.user for one in found])
    shown = [ResultView(user=one.user, name=called.get(one.user, ""), state=one.state, way=one.way,
                        settled_at=one.settled_at) for one in found]
    return Results(results=shown, cursor=found[-1].id if len(found) == query.limit else None)


def tags_listed(ask: Ask) -> Tags:
    found = tags.of_organization(ask.store, ask.who.reader)
    return Tags(tags=[TagView(tag=tag, people=people) for tag, people in found.items()])


def set_tags(ask: Ask, user: str, body: SetTags) -> TagsOfPerson:
    """These are on the person, and no others."""
    return TagsOfPerson(tags=tags.set_(ask.store, ask.actor, find(ask, user).id, body.tags))


def _view(one: Broadcast) -> BroadcastView:
    told: dict[str, Any] = {name: getattr(one, name) for name in BroadcastView.__struct_fields__}
    return msgspec.convert(told, BroadcastView)
