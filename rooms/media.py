"""Pictures, voices, videos and files: whose they are, who may see them, how far they are worked on, and their end.

Somebody uploads one and then says it, in one message or in several. Who may read one of these messages may see it, and
nobody else; when the last of them is recalled, it is gone. What a message says about it (size, length, name) is taken
from here, never from the one who says it. The bytes lie elsewhere: the package `media` proves and keeps them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from rooms import ids, names
from rooms.errors import Code, Refused
from rooms.events import Person
from rooms.live import keys
from rooms.record import Connection, channels, held, reports, spent
from rooms.record import media as rows
from rooms.record.media import FAILED, GONE, READY, WAITING, WORKING, Media, Use
from rooms.store import Store

if TYPE_CHECKING:
    from rooms.drafts import Draft

TYPES = frozenset({"image", "voice", "video", "file"})
"""Message types that show something uploaded."""

AVATAR = "avatar"
"""The type of a picture that somebody gives themselves (`avatars`); no message shows it."""

LEASE_MS = 20_000
"""Who works on something says so more often than this, or counts as dead."""
MOST_TRIES = 3
DAY_MS = 86_400_000
PENDING_MS = 600_000
UNSAID_MS = DAY_MS
"""What was uploaded and never said is deleted after this."""
PER_MINUTE = 30
LONGEST_NAME = 200
TOGETHER = 200

__all__ = ["FAILED", "GONE", "READY", "TYPES", "WAITING", "WORKING", "Media"]


def clean_name(text: str) -> str:
    """A file's name without folders, line breaks and what cannot be seen; its ending is kept where it is too long."""
    shown = names.shown(text.replace("\\", "/").rpartition("/")[2]).strip(". ")
    if len(shown) > LONGEST_NAME:
        stem, dot, ending = shown.rpartition(".")
        shown = stem[:LONGEST_NAME - 12] + dot + ending[:11] if dot else shown[:LONGEST_NAME]
    return shown or "file"


def add(store: Store, person: Person, media: Media, poster: Media | None = None) -> None:
    """It stands in the record from here on. Raises Refused(rate_limited) after too many uploads on one day."""
    now = store.clock.now()

    def act(connection: Connection) -> None:
        if not spent.spend(connection, now // DAY_MS, "upload", person.id, store.limits.uploads_per_day):
            raise Refused(Code.RATE_LIMITED, "that is enough for today", DAY_MS - now % DAY_MS)
        for each in filter(None, (media, poster)):
            rows.add(connection, each)

    store.record.write(act)


def visible(store: Store, person: Person, wanted: Sequence[str]) -> dict[str, Media]:
    """Those of them that the person may see: their own, and what is shown where they may read."""
    from rooms import messages

    found, used = store.record.read(lambda c: (rows.many(c, wanted), rows.used_in(c, wanted)))
    ends: dict[str, int] = {}

    def may_read(use: Use) -> bool:
        if use.channel not in ends:
            ends[use.channel] = messages.readable(store, person, use.channel)
        return ends[use.channel] >= (use.seq or messages.ENDLESS)

    return {id_: media for id_, media in found.items()
            if media.organization == person.organization and media.state != GONE and (
                media.user == person.id or any(map(may_read, used.get(id_, ()))))}


def one(store: Store, person: Person, id: str) -> Media:  # noqa: A002 - the wire's word
    """Raises Refused(not_found), also for what one may not see."""
    found = visible(store, person, [id]).get(id)
    if found is None:
        raise Refused(Code.NOT_FOUND, "no such media")
    return found


def overlooked(store: Store, organization: str, id: str) -> Media | None:  # noqa: A002 - the wire's word
    """For the organization's staff: what is shown in channels of its rooms, or between two who reported it, or waits
    for a review."""
    def look(connection: Connection) -> Media | None:
        found = rows.one(connection, id)
        if found is None or found.organization != organization or found.state == GONE:
            return None
        uses = rows.used_in(connection, [id]).get(id, [])
        waits = (msgspec.json.decode(one.body) for one in held.waiting_of(connection, found.user))
        seen = any(_overlooks(connection, use) for use in uses) or any(
            id in (body.get("media"), body.get("poster")) for body in waits)
        return found if seen else None

    return store.record.read(look)


def _overlooks(connection: Connection, use: Use) -> bool:
    channel = channels.one(connection, use.channel)
    return channel is not None and (not channel.direct or bool(reports.of_entry(connection, use.channel, use.seq)))


# being said


def attach(store: Store, person: Person, channel: str, draft: Draft) -> Draft:
    """The draft with the record's words about what it shows; from now on the channel's readers may see it.

    Raises Refused: not_found (no such media, or not for this person), bad_frame (of another type), unavailable (it
    could not be made ready).
    """
    id_ = draft.body.get("media")
    if not isinstance(id_, str) or not ids.is_channel(channel):
        raise Refused(Code.BAD_FRAME, "media: the id that the upload answered")
    _check_keys(draft)
    media = one(store, person, id_)
    if media.type != draft.type:
        raise Refused(Code.BAD_FRAME, f"{id_} is of the type {media.type}")
    if media.state == FAILED:
        raise Refused(Code.BAD_FRAME, media.problem)
    shown, now = _shown(media), store.clock.now()
    store.record.write(lambda c: rows.use(c, [Use(each, channel, 0, now) for each in shown]))
    return draft._replace(body=body(media))


def _check_keys(draft: Draft) -> None:
    from rooms import drafts

    unknown = set(draft.body) - set(drafts.TYPES[draft.type].__struct_fields__)
    if unknown:
        raise Refused(Code.BAD_FRAME, f"body: no {min(unknown)!r} in a message of this type")


def body(media: Media) -> dict[str, Any]:
    """What a message that shows it says about it."""
    size = {"width": media.width, "height": media.height}
    seconds = {"seconds": round(media.millis / 1000, 3)}
    about: dict[str, dict[str, Any]] = {
        "image": size, "voice": seconds, "video": {**seconds, **size, "poster": media.poster},
        "file": {"name": media.name, "bytes": media.bytes}}
    return {"media": media.id, **about[media.type]}


def said(store: Store, channel: str, seq: int, draft: Draft) -> None:
    """The message that shows it has its number. Should this be lost, the archive does it."""
    now, shown = store.clock.now(), shown_by(draft.body)

    def act(connection: Connection) -> None:
        rows.use(connection, [Use(each, channel, seq, now) for each in shown])
        rows.arrived(connection, channel, shown)

    store.record.write(act)


def shown_by(body: Any) -> list[str]:
    """The media that a message's body names."""
    named = [body.get("media"), body.get("poster")] if isinstance(body, dict) else []
    return [each for each in named if isinstance(each, str) and each]


def recalled(store: Store, channel: str, seq: int) -> None:
    """The message shows nothing any more; what no other message shows is gone."""
    store.record.write(lambda c: rows.let_go(c, rows.drop(c, channel, [seq])))


def _shown(media: Media) -> list[str]:
    return [media.id, media.poster] if media.poster else [media.id]


# being worked on


def take(store: Store, id: str) -> Media | None:  # noqa: A002
    """For the one who works on it now, until the lease ends; None when somebody else does. After the last try it has
    failed."""
    now = store.clock.now()

    def act(connection: Connection) -> Media | None:
        taken = rows.take(connection, id, now, now + LEASE_MS)
        return rows.one(connection, id) if taken else None

    media = store.record.write(act)
    if media is not None and media.tries > MOST_TRIES:
        fail(store, media, "it could not be made ready")
        return None
    return media


def advance(store: Store, media: Media, percent: int) -> bool:
    """So far it is; the lease begins anew. False when it is no longer wanted, or no longer ours."""
    until = store.clock.now() + LEASE_MS
    kept = store.record.write(lambda c: rows.change(c, media.id, (WORKING,), progress=percent, held_until=until))
    if kept:
        _tell(store, media.id, WORKING, percent)
    return kept


def settle(store: Store, media: Media, variants: Sequence[str], poster: Media | None = None, **facts: Any) -> bool:
    """It is ready. False when it is no longer wanted: then its files are to be deleted."""
    def act(connection: Connection) -> bool:
        if poster is not None:
            rows.change(connection, poster.id, (WAITING, WORKING), state=READY, variants=poster.variants,
                        width=poster.width, height=poster.height, progress=100)
        return rows.change(connection, media.id, (WORKING,), state=READY, variants=" ".join(variants), progress=100,
                           **facts)

    settled = store.record.write(act)
    if settled:
        _tell(store, media.id, READY, 100)
    return settled


def fail(store: Store, media: Media, problem: str) -> None:
    shown = _shown(media)

    def act(connection: Connection) -> None:
        for each in shown:
            rows.change(connection, each, (WAITING, WORKING), state=FAILED, problem=problem[:200])

    store.record.write(act)
    _tell(store, media.id, FAILED, 0)


def due(store: Store) -> list[str]:
    return store.record.read(lambda c: rows.due(c, store.clock.now(), TOGETHER))


def _tell(store: Store, id_: str, state: str, percent: int) -> None:
    """Those who see the message see how far it is."""
    note = b"P" + msgspec.json.encode({"op": "progress", "media": id_, "state": state, "percent": percent})
    for channel in {use.channel for use in store.record.read(lambda c: rows.used_in(c, [id_])).get(id_, ())}:
        feed = keys.of_channel(store.live.prefix, channel).feed
        store.live.tell("SPUBLISH", feed, note, key=feed)


# the end


def sweep(store: Store) -> list[Media]:
    """What nobody said goes; returns what is to be deleted from where the bytes lie (then call `deleted`)."""
    now = store.clock.now()

    def act(connection: Connection) -> list[Media]:
        rows.forget_pending(connection, now - PENDING_MS)
        rows.let_go(connection, rows.unused(connection, now - UNSAID_MS, TOGETHER))
        return rows.gone(connection, TOGETHER)

    return store.record.write(act)


def deleted(store: Store, those: Sequence[Media]) -> None:
    """Their bytes are gone."""
    if those:
        store.record.write(lambda c: rows.remove(c, [media.id for media in those]))
