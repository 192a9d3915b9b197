"""What is packed by the clock: a person's data, a room's words; and the end of an erasure."""

from __future__ import annotations

import html
import zipfile
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from media.intake import House
from media.store import Absent
from rooms import erasure, exports, media
from rooms.events import Logged
from rooms.media import Media
from rooms.record import media as rows

Progress = Callable[[int], bool]

PAGE = """<!doctype html><html lang="zh"><meta charset="utf-8"><title>{title}</title>
<style>body{{font:16px/1.6 sans-serif;max-width:48rem;margin:2rem auto;padding:0 1rem}}
p{{margin:.2rem 0}}time,small{{color:#777;font-size:.8rem}}</style>
<h1>{title}</h1>
"""


def person(given: House, job: Media, folder: Path, progress: Progress) -> Path:
    """data.json, messages.jsonl, index.html to read, and the files themselves."""
    store, target = given.store, folder / "export.zip"
    about = exports.about(store, job.organization, job.user)
    files = [each for each in store.record.read(lambda c: rows.of_user(c, job.user))
             if each.type in (*media.TYPES, media.AVATAR)]
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as parcel:
        parcel.writestr("data.json", msgspec.json.format(msgspec.json.encode(about), indent=2))
        _write_words(parcel, folder, "我的数据 My data", exports.words_of(store, job.organization, job.user))
        for number, each in enumerate(files):
            progress(min(99, number * 100 // len(files)))
            for variant in each.variants.split()[:1]:
                _write_file(given, parcel, each, variant)
    return target


def room(given: House, job: Media, folder: Path, progress: Progress) -> Path:
    """messages.jsonl and index.html."""
    target = folder / "export.zip"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as parcel:
        _write_words(parcel, folder, "聊天室 Room", exports.words_in(given.store, job.name))
    progress(99)
    return target


def erase(given: House, job: Media, folder: Path, progress: Progress) -> None:  # noqa: ARG001 - as the others
    erasure.finish(given.store, job, progress)
    media.settle(given.store, job, [])


def _kept(pack: Callable[[House, Media, Path, Progress], Path]) -> Callable[[House, Media, Path, Progress], None]:
    """Packs it, and keeps the parcel for who asked."""
    def keep(given: House, job: Media, folder: Path, progress: Progress) -> None:
        target = pack(given, job, folder, progress)
        size = target.stat().st_size
        given.kept.put(f"{job.organization}/{job.id}/export.zip", target)
        if not media.settle(given.store, job, ["export.zip"], bytes=size):
            given.kept.delete(job.organization, job.id)

    return keep


JOBS: dict[str, Callable[[House, Media, Path, Progress], None]] = {
    exports.PERSON: _kept(person), exports.ROOM: _kept(room), erasure.JOB: erase}


def _write_words(parcel: zipfile.ZipFile, folder: Path, title: str, words: Iterable[Logged]) -> None:
    """Both forms in one go, by way of files, as there may be very many."""
    lines, page = folder / "messages.jsonl", folder / "index.html"
    with lines.open("wb") as as_json, page.open("w", encoding="utf-8") as to_read:
        to_read.write(PAGE.format(title=title))
        for entry in words:
            as_json.write(entry.frame + b"\n")
            to_read.write(_line(msgspec.json.decode(entry.frame)))
    for path in (lines, page):
        parcel.write(path, path.name)
        path.unlink()


def _line(frame: dict[str, Any]) -> str:
    at = datetime.fromtimestamp(frame["at"] / 1_000, UTC).strftime("%Y-%m-%d %H:%M:%S")
    author = frame.get("from") or frame.get("by") or {}
    body = frame.get("body") or {}
    words = body.get("text") or frame.get("text") or " ".join(
        str(value) for name, value in body.items() if name in ("media", "name", "title", "url", "address"))
    if frame.get("recalled"):
        words = "(已撤回 recalled)"
    shown = [html.escape(str(part)) for part in (author.get("name", ""), words or frame["op"], frame["channel"])]
    return f"<p><time>{at}</time> <b>{shown[0]}</b> {shown[1]} <small>{shown[2]} {frame['seq']}</small></p>\n"


def _write_file(given: House, parcel: zipfile.ZipFile, each: Media, variant: str) -> None:
    try:
        chunks: Iterator[bytes] = given.kept.read(f"{each.organization}/{each.id}/{variant}").chunks
        with parcel.open(f"media/{each.id}.{variant.rpartition('.')[2]}", "w") as target:
            for chunk in chunks:
                target.write(chunk)
    except Absent:
        return
