"""`/api/v1/media` and `/media/…`: files come in with a token, and go out to signed addresses."""

from __future__ import annotations

import hmac
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, BinaryIO

from flask import Blueprint, Response, request
from gevent.lock import BoundedSemaphore
from werkzeug.datastructures import FileStorage

from media import intake, sending
from media.links import Link, Links
from media.store import Absent
from refusals import error
from rooms import avatars, erasure, exports, identities, media
from rooms.authority import Actor
from rooms.errors import Code, Refused
from rooms.events import Person
from rooms.media import FAILED, READY, Media
from rooms.record import media as media_rows
from rooms.store import Store

if TYPE_CHECKING:
    from miniprogram.api import Api

log = logging.getLogger(__name__)

AT_ONCE = 8
"""Files that one process takes in at the same time."""
MOST_ASKED = 50
CHUNK = 64 * 1024
FORM_BYTES = 64 * 1024
"""What a form may weigh beside its file."""


def add_to(pages: Blueprint, api: Api) -> None:
    files = Files(api)
    pages.post("/media")(api.signed(files.upload))
    pages.get("/media")(api.signed(files.many))
    pages.get("/media/<id>")(api.signed(files.one))
    pages.post("/me/export")(api.signed(files.export))
    pages.get("/me/export")(api.signed(files.exports))
    pages.post("/rooms/<room>/export")(api.signed(files.export_room))
    pages.delete("/me")(api.signed(files.erase_me))
    pages.post("/me/avatar")(api.signed(files.choose_avatar))
    pages.delete("/me/avatar")(api.signed(files.remove_avatar))


def blueprint(api: Api) -> Blueprint:
    """What signed and secret addresses lead to; they carry no token."""
    pages, files = Blueprint("media", __name__), Files(api)
    pages.get("/media/<id>/<variant>")(files.send)
    pages.get("/avatar/<id>/<secret>")(files.send_avatar)
    return pages


class Files:
    def __init__(self, api: Api) -> None:
        self._store = api.store
        self._house = intake.house(api.store, api.settings)
        assert api.settings.secret_key is not None
        self._links = Links(api.settings.secret_key)
        self._largest = intake.largest(api.settings)
        self._places = BoundedSemaphore(AT_ONCE)

    # ---- in

    def upload(self, person: Person) -> Any:
        with self._given(self._largest) as given:
            took = intake.take(self._house, person, _chunks(given.stream), given.filename or "")
        return {"media": self._told(took, person)}

    def choose_avatar(self, person: Person) -> Any:
        avatars.count(self._store, person)
        with self._given(self._house.settings.image_mb << 20) as given:
            took = intake.take_face(self._house, person, _chunks(given.stream))
        return about(self._store, avatars.choose(self._store, person, took))

    def remove_avatar(self, person: Person) -> Any:
        return about(self._store, avatars.remove(self._store, person.id))

    @contextmanager
    def _given(self, largest: int) -> Iterator[FileStorage]:
        """The file of this request; its place among those that are taken in at once is kept meanwhile."""
        if not self._places.acquire(blocking=False):
            raise Refused(Code.RATE_LIMITED, "too many files at once", 2_000)
        try:
            request.max_content_length = largest + FORM_BYTES
            request.max_form_parts = 4
            given = request.files.get("file")
            if given is None or len(request.files) != 1:
                raise Refused(Code.BAD_FRAME, "multipart/form-data with one file in the field `file` is expected")
            yield given
        finally:
            self._places.release()

    # ---- about

    def one(self, person: Person, id: str) -> Any:  # noqa: A002 - the route's word
        return {"media": self._told(media.one(self._store, person, id), person)}

    def many(self, person: Person) -> Any:
        wanted = [word for word in request.args.get("ids", "").split(",") if word]
        if not 1 <= len(wanted) <= MOST_ASKED:
            raise Refused(Code.BAD_FRAME, f"ids: 1 to {MOST_ASKED}, with commas between")
        found = media.visible(self._store, person, wanted)
        return {"media": [self._told(found[each], person) for each in wanted if each in found]}

    def _told(self, each: Media, person: Person) -> dict[str, Any]:
        told: dict[str, Any] = {"id": each.id, "type": each.type, "state": each.state, "bytes": each.bytes}
        if each.type in media.TYPES:
            told["body"] = media.body(each)
        if each.state == FAILED:
            return told | {"problem": each.problem}
        if each.state != READY:
            return told | {"percent": each.progress}
        now, (first, *others) = self._store.clock.now(), each.variants.split()
        told["url"] = self._links.to(each, first, person.id, now)
        for name in others:
            word = "thumbnail" if name.startswith("thumb.") else name.rpartition(".")[2]
            told[word] = self._links.to(each, name, person.id, now)
        return told

    # ---- one's data

    def export(self, person: Person) -> Any:
        return {"export": self._told(exports.ask(self._store, person), person)}

    def exports(self, person: Person) -> Any:
        return {"exports": [self._told(each, person) for each in exports.of(self._store, person)]}

    def export_room(self, person: Person, room: str) -> Any:
        return {"export": self._told(exports.ask_room(self._store, Actor(person), room), person)}

    def erase_me(self, person: Person) -> Any:
        erasure.begin(self._store, person.id, person.id, "asked")
        return {}

    # ---- out

    def send(self, id: str, variant: str) -> Response:  # noqa: A002 - the route's word
        """Not found, not for this person, and a signature that is wrong or over look the same."""
        each = self._meant(id, variant)
        if each is None:
            return error(404, Code.NOT_FOUND, "no such file, or its address is over: ask for a new one")
        try:
            return sending.answer(self._house.kept, each, variant)
        except Absent:
            return error(404, Code.NOT_FOUND, "no such file, or its address is over: ask for a new one")

    def send_avatar(self, id: str, secret: str) -> Response:  # noqa: A002 - the route's word
        """Only the picture that its person has now; one that is wrong and one that is over look the same."""
        each = self._store.record.read(lambda c: media_rows.one(c, id))
        who = identities.who(self._store, each.user) if each else None
        try:
            if each is not None and who is not None and hmac.compare_digest(
                    who.person.avatar.encode(), f"{avatars.PATH}{id}/{secret}".encode()):
                return sending.answer(self._house.kept, each, each.variants)
        except Absent:
            log.warning("the picture of somebody is not where it should be: media=%s", id)
        return error(404, Code.NOT_FOUND, "no such picture, or its person has another one")

    def _meant(self, id_: str, variant: str) -> Media | None:
        user, expires = request.args.get("u", ""), request.args.get("e", "")
        if not (expires.isascii() and expires.isdigit() and len(expires) <= 16):
            return None
        link = Link(id_, variant, user, int(expires))
        if not self._links.is_good(link, request.args.get("s", ""), self._store.clock.now()):
            return None
        who = identities.who(self._store, user)
        found = media.visible(self._store, who.person, [id_]).get(id_) if who else None
        return found if found is not None and variant in found.variants.split() else None


def about(store: Store, person: Person) -> dict[str, Any]:
    """Who they are, and what became of a picture that they chose and do not have."""
    latest = avatars.latest(store, person)
    user = {"id": person.id, "name": person.name, "avatar": person.avatar}
    return user | ({"avatar_state": latest.state, "avatar_reason": latest.reason} if latest else {})


def _chunks(stream: Any) -> Iterator[bytes]:
    source: BinaryIO = stream
    while chunk := source.read(CHUNK):
        yield chunk
