"""A link that stands alone in a digest goes as an article: a card to touch, with its title and what it is about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rooms.events import Entry
from wechat import digest
from wechat.digest import Digest
from wechat.words import Words

TITLE_CHARACTERS, ABOUT_CHARACTERS = 64, 120
"""WeChat shows two lines of a title and three of what is under it."""


class Article(NamedTuple):
    title: str
    description: str
    url: str


def alone(entries: Sequence[Entry], user: str, composed: Digest, room: str, words: Words) -> Article | None:
    """The article, where all that is owed is one link; `room` is the channel's name as it is shown."""
    owed = digest.owed(entries, user)
    if len(owed) != 1 or composed.shown != 1 or composed.beyond or owed[0].type != "link":
        return None
    body, author = owed[0].body or {}, owed[0].author
    if not body.get("url"):
        return None
    said = words.said(digest.shown_name(author.name if author else ""), str(body.get("title") or body["url"]))
    about = " ".join(text for text in (words.digest_title(room, 1, False), str(body.get("description", ""))) if text)
    return Article(said[:TITLE_CHARACTERS], about[:ABOUT_CHARACTERS], str(body["url"]))
