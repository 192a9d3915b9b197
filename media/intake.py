"""A file comes in: how large it may be, what it is, made safe, kept. From the mini-program and from WeChat alike."""

from __future__ import annotations

import json
import logging
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from media import ffmpeg, silk
from media.child import run
from media.kinds import FILE, IMAGE, VIDEO, VOICE, Kind, prove
from media.store import MediaStore, kept
from rooms import ids, media, members
from rooms.errors import Code, Refused
from rooms.events import Person
from rooms.media import READY, WAITING, WORKING, Media
from rooms.record import media as rows
from rooms.store import Store

if TYPE_CHECKING:
    from settings import Settings

log = logging.getLogger(__name__)

IMAGE_SECONDS = 20
ROOM_LEFT = 1 << 30
"""Bytes that stay free where files are kept."""
TAKEN = ("pictures (JPEG, PNG, GIF, WebP), voices (MP3, AAC, AMR, Speex, SILK), videos (MP4, WebM), and documents"
         " (PDF, Word, Excel, PowerPoint, text)")


class House(NamedTuple):
    """What is needed to take something in."""

    store: Store
    kept: MediaStore
    settings: Settings


def house(store: Store, settings: Settings) -> House:
    return House(store, kept(store, settings), settings)


def largest(settings: Settings) -> int:
    """Bytes, of any type."""
    return max(settings.image_mb, settings.voice_mb, settings.video_mb, settings.file_mb) << 20


def take(given: House, person: Person, chunks: Iterable[bytes], name: str) -> Media:
    """Keeps it and returns what it is; a voice or a video is still to be worked on.

    Raises Refused: too_long, bad_frame (none of the types that are taken, or broken), rate_limited, unavailable (no
    ffmpeg here, or no room left).
    """
    with _received(given, person, chunks, name, largest(given.settings)) as (fresh, source, kind):
        if kind.type == IMAGE:
            return _image(given, person, fresh, source, kind)
        if kind.type == FILE:
            return _keep(given, person, fresh, {f"file.{kind.ending}": source})
        return _to_be_played(given, person, fresh, source, kind)


def take_face(given: House, person: Person, chunks: Iterable[bytes]) -> Media:
    """A picture of the person themselves: kept small and square, and never said. Raises Refused as `take` does."""
    with _received(given, person, chunks, "", given.settings.image_mb << 20) as (fresh, source, kind):
        if kind.type != IMAGE:
            raise Refused(Code.BAD_FRAME, "not one of what is taken here: pictures (JPEG, PNG, GIF, WebP)")
        return _image(given, person, fresh._replace(type=media.AVATAR), source, kind)


@contextmanager
def _received(given: House, person: Person, chunks: Iterable[bytes], name: str,
              longest: int) -> Iterator[tuple[Media, Path, Kind]]:
    """What came, proven to be what it is, in a folder that is there for as long as it is worked on."""
    members.count_try(given.store, "upload", person.id, media.PER_MINUTE)
    room = given.kept.room()
    if shutil.disk_usage(room).free < ROOM_LEFT:
        raise Refused(Code.UNAVAILABLE, "there is no room for files left on the server")
    with tempfile.TemporaryDirectory(dir=room) as folder:
        source = Path(folder) / "original"
        size = _receive(chunks, source, longest)
        if not size:
            raise Refused(Code.BAD_FRAME, "the file is empty")
        clean = media.clean_name(name)
        kind = prove(source, clean)
        if kind is None:
            raise Refused(Code.BAD_FRAME, f"not one of what is taken here: {TAKEN}")
        most = {IMAGE: given.settings.image_mb, VOICE: given.settings.voice_mb, VIDEO: given.settings.video_mb,
                FILE: given.settings.file_mb}[kind.type]
        if size > most << 20:
            raise Refused(Code.TOO_LONG, f"{kind.type}: at most {most} MB")
        yield Media(ids.new("m"), person.organization, person.id, kind.type, WORKING, clean, size, 0, 0, 0, "", "", 0,
                    0, 0, "", given.store.clock.now()), source, kind


def _receive(chunks: Iterable[bytes], target: Path, most: int) -> int:
    size = 0
    with target.open("wb") as file:
        for chunk in chunks:
            size += len(chunk)
            if size > most:
                raise Refused(Code.TOO_LONG, f"at most {most >> 20} MB")
            file.write(chunk)
    return size


def _image(given: House, person: Person, fresh: Media, source: Path, kind: Kind) -> Media:
    made = remake(source, source.parent, kind.ending, face=fresh.type == media.AVATAR)
    files = {variant: source.parent / variant for variant in made["variants"]}
    size = files[made["variants"][0]].stat().st_size
    return _keep(given, person, fresh._replace(width=made["width"], height=made["height"], bytes=size), files)


def remake(source: Path, folder: Path, ending: str, face: bool = False) -> dict[str, Any]:
    """See `images`. Raises Refused(bad_frame) with the reason."""
    ended = run([sys.executable, "-m", "media.images", str(source), str(folder), ending, *["face"] * face],
                IMAGE_SECONDS)
    try:
        made: dict[str, Any] = json.loads(ended.output)
    except ValueError:
        made = {"problem": "it takes too much to decode"}
    if ended.status != 0:
        log.info("a picture was refused: %s %s", made.get("problem"), ended.words[-300:])
        raise Refused(Code.BAD_FRAME, f"the picture is not taken: {made.get('problem')}")
    return made


def _to_be_played(given: House, person: Person, fresh: Media, source: Path, kind: Kind) -> Media:
    """Kept as it came; the clock makes it playable (see `work`)."""
    program = ffmpeg.program(given.settings)
    if program is None:
        raise Refused(Code.UNAVAILABLE, "voices and videos are not taken here: the server has no ffmpeg")
    try:
        if kind.ending == "silk":
            source, kind = silk.decoded(source, source.parent)
        facts = ffmpeg.probe(program, source, kind)
    except ffmpeg.Unplayable as problem:
        raise Refused(Code.BAD_FRAME, f"the {kind.type} is not taken: {problem}") from problem
    except silk.NoDecoder as problem:
        raise Refused(Code.UNAVAILABLE, str(problem)) from problem
    has_picture = kind.type == VIDEO and facts.width > 0
    poster = None
    fresh = fresh._replace(type=VIDEO if has_picture else VOICE, millis=facts.millis, width=facts.width,
                           height=facts.height)
    if has_picture:
        poster = fresh._replace(id=ids.new("m"), type=IMAGE, name="poster.jpg", bytes=0, millis=0)
        fresh = fresh._replace(poster=poster.id)
    return _keep(given, person, fresh, {f"original.{kind.ending}": source}, WAITING, poster)


def _keep(given: House, person: Person, fresh: Media, files: dict[str, Path], state: str = READY,
          poster: Media | None = None) -> Media:
    """The row first, then the bytes, then the word that they are there: what dies in between is swept."""
    media.add(given.store, person, fresh, poster)
    for variant, path in files.items():
        given.kept.put(f"{fresh.organization}/{fresh.id}/{variant}", path)
    variants = " ".join(files)
    given.store.record.write(lambda c: rows.change(c, fresh.id, (WORKING,), state=state, variants=variants))
    if state == WAITING:
        given.store.live.hint("media", fresh.id)
    return fresh._replace(state=state, variants=variants)
