"""Saying again in another channel what somebody said in one: a message of who forwards it, marked as forwarded.

It holds what the message says now, and it goes the way of every message: the lists of words, the review, the pace and
the rules of the channel it goes to. The mark says when it was first said and, within one room, where; never by whom,
so that who is erased, or may not be seen there, is in nobody's copy. What was said between two is forwarded only by
who said it.
"""

from __future__ import annotations

from typing import Any

import msgspec

from rooms import direct, ids, messages
from rooms.drafts import Draft
from rooms.errors import Code, Refused
from rooms.events import Person
from rooms.messages import Held, Said
from rooms.store import Store


def forward(store: Store, person: Person, channel: str, client_id: str, source: str, seq: int) -> Said | Held:
    """Says in `channel` what the message `seq` of `source` says, as far as the person may read it.

    Raises Refused: not_found (no such message, taken back, or hidden from them), not_member, forbidden (another's words
    between two), and whatever `messages.post` does.
    """
    told = _told(store, person, source, seq)
    if told["from"]["id"] != person.id and direct.is_between_two(store, source):
        raise Refused(Code.FORBIDDEN, "what was said between two is forwarded by who said it")
    body = told.get("body") or _told(store, person, source, told["repeat_of"])["body"]
    mark = told.get("forwarded") or _mark(channel, source, told)
    return messages.post(store, person, channel, Draft(told["type"], body, client_id, forwarded=mark))


def _told(store: Store, person: Person, source: str, seq: int) -> dict[str, Any]:
    """The message as it stands for them."""
    if not 1 <= seq < 1 << 53:
        raise Refused(Code.NOT_FOUND)
    page = messages.history(store, person, source, after_seq=seq - 1, limit=1).entries
    told: dict[str, Any] = msgspec.json.decode(page[0].frame) if page and page[0].seq == seq else {}
    if told.get("op") != "message" or told.get("recalled") or told.get("hidden"):
        raise Refused(Code.NOT_FOUND, "no such message")
    if "body" not in told and "repeat_of" not in told:
        raise Refused(Code.NOT_FOUND, "it says nothing any more")
    return told


def _mark(channel: str, source: str, told: dict[str, Any]) -> dict[str, Any]:
    near = ids.room_of(source) == ids.room_of(channel) if ids.is_channel(channel) else False
    return {"at": told["at"], **({"channel": source, "seq": told["seq"]} if near else {})}
