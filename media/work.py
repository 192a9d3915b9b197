"""Voices and videos are made playable, one after the other; what nobody wants any more is deleted.

A row says who works on what, and until when that counts. Who dies loses it after twenty seconds, and the next one
begins anew from what was uploaded.
"""

from __future__ import annotations

import logging
import os
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

from leash import lock
from media import ffmpeg
from media.exports import JOBS
from media.intake import House, remake
from media.kinds import VIDEO, Kind
from media.store import Absent
from rooms import media
from rooms.errors import Refused
from rooms.media import Media

log = logging.getLogger(__name__)

TELL_EVERY_SECONDS = 2.0


def work(given: House, until: int) -> int:
    """Everything that waits; begins nothing after `until` (ms). Returns how many were finished, well or not.

    One at a time on a host, so that the worker's other place stays free for other tasks: a lock that dies with its
    process.
    """
    if not media.due(given.store):
        return 0
    held = lock(given.kept.room() / "working")
    if held is None:
        return 0
    try:
        return _work(given, until)
    finally:
        os.close(held)


def _work(given: House, until: int) -> int:
    finished, seen = 0, set[str]()
    while given.store.clock.now() < until:
        waiting = [each for each in media.due(given.store) if each not in seen]
        if not waiting:
            break
        seen.add(waiting[0])
        finished += one(given, waiting[0])
    return finished


def one(given: House, id_: str) -> bool:
    """False where somebody else works on it."""
    taken = media.take(given.store, id_)
    if taken is None:
        return False
    with tempfile.TemporaryDirectory(dir=given.kept.room()) as folder, _held(given, taken) as held:
        try:
            _make(given, taken, Path(folder), held)
        except (ffmpeg.Unplayable, Refused) as problem:
            log.info("not made playable media=%s: %s", id_, problem)
            if not isinstance(problem, Refused) or not problem.temporary:
                media.fail(given.store, taken, str(problem))
        except Absent:
            media.fail(given.store, taken, "what was uploaded is no longer there")
    return True


def _make(given: House, taken: Media, folder: Path, held: _Held) -> None:
    if taken.type in JOBS:
        JOBS[taken.type](given, taken, folder, held.at)
        return
    program = ffmpeg.program(given.settings)
    if program is None:
        raise ffmpeg.Unplayable("the server has no ffmpeg any more")
    original = next(name for name in taken.variants.split() if name.startswith("original."))
    source, kind = folder / original, Kind(taken.type, original.partition(".")[2])
    with source.open("wb") as file:
        for chunk in given.kept.read(_key(taken, original)).chunks:
            file.write(chunk)
    poster = None
    if taken.type == VIDEO:
        facts = ffmpeg.Facts(taken.millis, taken.width, taken.height, sound=True)
        made = ffmpeg.video(program, source, kind, folder, facts, held.at, given.settings.webm)
        poster = _poster(given, program, taken, folder)
    else:
        made = ffmpeg.voice(program, source, kind, folder, taken.millis, held.at)
    size = (folder / made[0]).stat().st_size
    for name in made:
        given.kept.put(_key(taken, name), folder / name)
    if not media.settle(given.store, taken, made, poster, bytes=size):
        given.kept.delete(taken.organization, taken.id)


def _poster(given: House, program: str, taken: Media, folder: Path) -> Media:
    picture = ffmpeg.poster(program, folder / "video.mp4", folder)
    made = remake(picture, folder, "png")
    poster = taken._replace(id=taken.poster, width=made["width"], height=made["height"],
                            variants=" ".join(made["variants"]))
    for name in made["variants"]:
        given.kept.put(_key(poster, name), folder / name)
    return poster


def sweep(given: House) -> int:
    """Deletes what is gone; returns how many."""
    those = media.sweep(given.store)
    for each in those:
        given.kept.delete(each.organization, each.id)
    media.deleted(given.store, those)
    return len(those)


class _Held:
    """Says every two seconds how far it is, so that the work counts as alive, also while ffmpeg says nothing."""

    def __init__(self, advance: Callable[[int], bool]) -> None:
        self._advance, self._percent, self._wanted = advance, 0, True
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._tell, name="media-lease", daemon=True)

    def at(self, percent: int) -> bool:
        """False when it is no longer wanted."""
        self._percent = percent
        return self._wanted

    def __enter__(self) -> _Held:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _tell(self) -> None:
        while self._wanted and not self._over.wait(TELL_EVERY_SECONDS):
            try:
                self._wanted = self._advance(self._percent)
            except Refused as refused:
                log.warning("cannot say how far it is: %s", refused.message)


def _held(given: House, taken: Media) -> _Held:
    return _Held(lambda percent: media.advance(given.store, taken, percent))


def _key(each: Media, variant: str) -> str:
    return f"{each.organization}/{each.id}/{variant}"
