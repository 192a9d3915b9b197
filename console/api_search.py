"""`/search`: what was said anywhere in the organization."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from console.api_channels import Entry
from console.asking import Ask, Id, In, Millis, Out
from rooms import search
from rooms.grams import LONGEST_QUERY
from rooms.record import search as index
from rooms.search import Query


class SearchQuery(In):
    """Newest first. `q` is split at spaces into words that all must stand there; `user` said it; `after` goes on."""

    q: Annotated[str, Meta(max_length=LONGEST_QUERY)] = ""
    room: Id | None = None
    channel: Id | None = None
    user: Id | None = None
    since: Millis | None = None
    until: Millis | None = None
    after: Annotated[str, Meta(max_length=100)] | None = None


class HitView(Out):
    """`excerpt`: pieces of the text, and whether each is what was searched for."""

    room: str
    channel: str
    at: int
    entry: Entry
    excerpt: list[tuple[str, bool]]


class HitsPage(Out):
    """There may be more even where there are no hits: the work of one page is bounded. `unindexed` entries cannot be
    found yet."""

    hits: list[HitView]
    after: str | None
    unindexed: int


def found(ask: Ask, query: SearchQuery) -> HitsPage:
    wanted = Query(query.q, query.room or "", query.channel or "", query.user or "", "", query.since, query.until)
    page = search.search(ask.store, ask.actor.person, wanted, query.after, staff=True)
    unindexed = ask.store.record.read(lambda c: index.lacking(c, ask.organization))
    return HitsPage(after=page.after, unindexed=unindexed, hits=[
        HitView(room=hit.room, channel=hit.channel, at=hit.at, entry=msgspec.json.decode(hit.entry.frame),
                excerpt=list(hit.excerpt)) for hit in page.hits])
