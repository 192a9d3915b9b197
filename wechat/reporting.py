"""举报: the newest message of somebody else, or of who is named, goes to those who keep order; the answer shows it."""

from __future__ import annotations

import re

from rooms import messages, reports
from rooms.events import Entry
from rooms.names import LONGEST_OF_A_PERSON, key
from rooms.store import Store
from wechat import digest
from wechat.followers import Follower
from wechat.telling import parsed

LOOKED_AT = 50
SHOWN = 30
_AT = re.compile(r"[@＠]\s*(.+)", re.DOTALL)


def report(store: Store, follower: Follower, argument: str) -> str:
    """Raises Refused."""
    if not follower.channel:
        return follower.words.not_here()
    page = parsed(messages.history(store, follower.person, follower.channel, limit=LOOKED_AT).entries)
    others = [entry for entry in reversed(page) if entry.op == "message" and entry.body is not None
              and entry.author is not None and entry.author.id != follower.person.id]
    entry, reason = _meant(others, argument)
    if entry is None:
        return follower.words.nothing_to_report()
    fresh = reports.report(store, follower.person, follower.channel, entry.seq, reason)
    line = digest.lines_of(entry, follower.words)[0]
    shown = line if len(line) <= SHOWN else line[:SHOWN - 1] + "…"
    return follower.words.reported(shown) if fresh else follower.words.reported_before(shown)


def _meant(others: list[Entry], argument: str) -> tuple[Entry | None, str]:
    """The newest, or the newest of whom the argument begins with."""
    at = _AT.fullmatch(argument)
    if at is None:
        return next(iter(others), None), argument
    words = at[1].split()
    for count in range(min(len(words), LONGEST_OF_A_PERSON), 0, -1):
        wanted = key(" ".join(words[:count]))
        for entry in others:
            if entry.author is not None and key(entry.author.name) == wanted:
                return entry, " ".join(words[count:])
    return None, argument
