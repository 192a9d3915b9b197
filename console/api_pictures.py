"""`/review/pictures`: pictures of people about which WeChat could not decide. `/people/…/avatar`: one that must go."""

from __future__ import annotations

from flask import Response

from console.api_media import send
from console.api_people import find
from console.api_review import Decided, place_of
from console.asking import Ask, Cursor, In, Out, Reason
from rooms import avatars, doubtful_pictures


class PictureView(Out):
    """`shown`: others see it meanwhile; one that is not is held."""

    id: str
    user: str
    name: str
    shown: bool
    at: int


class PicturesQuery(In):
    """The longest waiting first."""

    cursor: Cursor = ""


class PicturesPage(Out):
    pictures: list[PictureView]
    cursor: str | None


class DecidePicture(In):
    """Without `keep` it is taken away, and who chose it finds why."""

    keep: bool
    reason: Reason = ""


class TakeAway(In):
    reason: Reason = ""


class TakenAway(Out):
    user: str


def doubtful(ask: Ask, query: PicturesQuery) -> PicturesPage:
    at, name = place_of(query.cursor, 2)
    found = doubtful_pictures.waiting(ask.store, ask.who.reader, (int(at or 0), name))
    shown = [PictureView(id=one.id, user=one.user, name=one.name, shown=one.shown, at=one.at) for one in found]
    more = len(shown) == doubtful_pictures.PAGE
    return PicturesPage(pictures=shown, cursor=f"{shown[-1].at}.{shown[-1].id}" if more else None)


def picture(ask: Ask, picture_id: str) -> Response:
    """To look at."""
    found = doubtful_pictures.picture(ask.store, ask.who.reader, picture_id)
    return send(ask, found, found.variants.split()[0])


def decide(ask: Ask, picture_id: str, body: DecidePicture) -> Decided:
    """Lets it be seen, or takes it away."""
    return Decided(decided=doubtful_pictures.settle(ask.store, ask.actor, picture_id, body.keep, body.reason))


def take_away(ask: Ask, user: str, body: TakeAway) -> TakenAway:
    """The picture that a person is seen with; they may choose another one."""
    known = find(ask, user)
    avatars.take_away(ask.store, ask.actor, known.id, body.reason)
    return TakenAway(user=known.id)
