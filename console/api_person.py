"""`/people/…`: what owners and admins do with all that is known of a person: join it with another's, hand it out, erase
it."""

from __future__ import annotations

from typing import Annotated

from flask import Response
from msgspec import Meta

from console.api_people import find
from console.asking import Ask, Id, In, Out, Reason
from media.store import Absent, kept
from rooms import erasure, exports, merging
from rooms.errors import Code, Refused
from rooms.media import READY, Media


class Merge(In):
    """`other` is the same person. Who logs in to the mini-program is kept, else who was here first."""

    other: Id
    reason: Reason = ""


class MergedInto(Out):
    """Who is kept."""

    user: str


class ExportView(Out):
    """`state`: waiting, working, ready, failed; ready ones are there for a day."""

    id: str
    state: str
    percent: int
    bytes: int
    at: int


class Exports(Out):
    exports: list[ExportView]


class Erase(In):
    """`name` is the person's, typed by who erases them: there is no way back."""

    name: Annotated[str, Meta(max_length=128)]
    reason: Reason = ""


class Erasing(Out):
    """They are nobody from now on; their words follow within a minute."""

    id: str


def merge(ask: Ask, user: str, body: Merge) -> MergedInto:
    """Joins two people into one. There is no way back."""
    one, other = find(ask, user), find(ask, body.other)
    if one.id == other.id:
        raise Refused(Code.BAD_FRAME, "they are one person already")
    return MergedInto(user=merging.merge(ask.store, one.id, other.id, body.reason or "staff", ask.actor))


def exports_of(ask: Ask, user: str) -> Exports:
    """What was packed of them lately."""
    known = find(ask, user)
    return Exports(exports=[_view(one) for one in exports.of_person(ask.store, known.id)])


def export(ask: Ask, user: str) -> ExportView:
    """Packs what is known of them, for them. It is written down who asked for it."""
    return _view(exports.ask_for(ask.store, ask.actor, find(ask, user).id))


def download(ask: Ask, user: str, job: str) -> Response:
    """A zip: data.json, messages.jsonl, index.html and their files."""
    known = find(ask, user)
    found = next((one for one in exports.of_person(ask.store, known.id) if one.id == job and one.state == READY), None)
    if found is None:
        raise Refused(Code.NOT_FOUND)
    try:
        opened = kept(ask.store, ask.settings).read(f"{found.organization}/{found.id}/export.zip")
    except Absent:
        raise Refused(Code.NOT_FOUND) from None
    return Response(opened.chunks, content_type="application/zip", headers={
        "Content-Disposition": f'attachment; filename="{known.id}.zip"', "Content-Length": str(opened.size)})


def erase(ask: Ask, user: str, body: Erase) -> Erasing:
    """Their name, identities, phone and files go now; every entry of theirs becomes a tombstone within a minute."""
    known = find(ask, user)
    if body.name != known.name:
        raise Refused(Code.BAD_FRAME, "name: the person's, exactly")
    return Erasing(id=erasure.begin(ask.store, known.id, ask.who.id, body.reason or "staff").id)


def _view(one: Media) -> ExportView:
    return ExportView(id=one.id, state=one.state, percent=one.progress, bytes=one.bytes, at=one.at)
