"""`GET /api/v1/search`: what the bearer may read, by text, newest first.

`q`, `room`, `channel`, `user` (the author), `type`, `from` and `to` (ms), `after` (from the page before), `limit`. What
is marked comes as parts of text, never as markup.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, request

from miniprogram.arrival import raw
from miniprogram.query import number
from rooms import search
from rooms.errors import Code, Refused
from rooms.events import Person
from rooms.search import Hit, Query

if TYPE_CHECKING:
    from miniprogram.api import Api

KNOWN = frozenset({"q", "room", "channel", "user", "type", "from", "to", "after", "limit"})


def add_to(pages: Blueprint, api: Api) -> None:
    def find(person: Person) -> Any:
        if unknown := sorted(set(request.args) - KNOWN):
            raise Refused(Code.BAD_FRAME, f"no parameter {unknown[0]}")
        words = {name: request.args.get(name, "") for name in ("room", "channel", "user", "type")}
        query = Query(request.args.get("q", ""), **words, since=number("from"), until=number("to"))
        found = search.search(api.store, person, query, request.args.get("after"), number("limit") or search.PAGE)
        return {"results": [_result(hit) for hit in found.hits], "after": found.after}

    pages.get("/search")(api.signed(find))


def _result(hit: Hit) -> dict[str, Any]:
    excerpt = [{"text": text, "hit": True} if wanted else {"text": text} for text, wanted in hit.excerpt]
    return {"room": hit.room, "channel": hit.channel, "entry": raw([hit.entry])[0], "excerpt": excerpt}
