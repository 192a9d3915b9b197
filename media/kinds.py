"""What a file is, by its bytes. Neither its name nor what the sender calls it counts."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import NamedTuple

IMAGE, VOICE, VIDEO, FILE = "image", "voice", "video", "file"
HEAD = 4_096
MOST_ZIP_ENTRIES = 5_000


DEMUXERS = {"amr": "amr", "mp3": "mp3", "aac": "aac", "m4a": "mov", "mp4": "mov", "webm": "matroska", "ogg": "ogg",
            "wav": "wav"}


class Kind(NamedTuple):
    """`ending` names the format; `demuxer` is what ffmpeg is told to read it as, so that it never guesses."""

    type: str
    ending: str

    @property
    def demuxer(self) -> str:
        return DEMUXERS[self.ending]


CONTENT_TYPES = {
    "jpg": "image/jpeg", "png": "image/png", "gif": "image/gif", "mp3": "audio/mpeg", "m4a": "audio/mp4",
    "mp4": "video/mp4", "webm": "video/webm", "pdf": "application/pdf", "zip": "application/zip",
    "txt": "text/plain; charset=utf-8",
    "doc": "application/msword", "xls": "application/vnd.ms-excel", "ppt": "application/vnd.ms-powerpoint",
    "ole": "application/x-ole-storage",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
"""What is given out, and as what. Nothing that a browser would run is among it."""

_PREFIXES = {
    b"\xff\xd8\xff": Kind(IMAGE, "jpg"), b"\x89PNG\r\n\x1a\n": Kind(IMAGE, "png"), b"GIF87a": Kind(IMAGE, "gif"),
    b"GIF89a": Kind(IMAGE, "gif"), b"#!AMR\n": Kind(VOICE, "amr"), b"#!AMR-WB\n": Kind(VOICE, "amr"),
    b"\x02#!SILK_V3": Kind(VOICE, "silk"), b"#!SILK_V3": Kind(VOICE, "silk"), b"ID3": Kind(VOICE, "mp3"),
    b"\x1aE\xdf\xa3": Kind(VIDEO, "webm"), b"%PDF-": Kind(FILE, "pdf"),
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": Kind(FILE, "ole"),
}
_OFFICE = {"word/document.xml": "docx", "xl/workbook.xml": "xlsx", "ppt/presentation.xml": "pptx"}
_OLE_ENDINGS = {"doc", "xls", "ppt"}


def prove(path: Path, name: str) -> Kind | None:
    """None for what is none of the formats that are taken. The name only chooses between Office's old formats."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    for prefix, kind in _PREFIXES.items():
        if head.startswith(prefix):
            return _old_office(name) if kind.ending == "ole" else kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return Kind(IMAGE, "webp")
    if head[4:8] == b"ftyp":
        return _iso(head)
    if head[:4] == b"OggS":
        return Kind(VOICE, "ogg") if b"Speex   " in head[:128] else None
    if len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0:
        return _mpeg_audio(head[1])
    if head[:4] == b"PK\x03\x04":
        return _office(path)
    return Kind(FILE, "txt") if head and _is_text(path) else None


def _old_office(name: str) -> Kind:
    ending = name.rpartition(".")[2].lower()
    return Kind(FILE, ending if ending in _OLE_ENDINGS else "ole")


def _iso(head: bytes) -> Kind | None:
    """MP4 and its family, by the brand: sound alone is M4A; pictures (HEIC, AVIF) are not taken."""
    brand = head[8:12]
    if brand in (b"M4A ", b"M4B "):
        return Kind(VOICE, "m4a")
    if brand in (b"heic", b"heix", b"mif1", b"msf1", b"avif", b"avis"):
        return None
    return Kind(VIDEO, "mp4")


def _mpeg_audio(second: int) -> Kind | None:
    """MP3 has layer III in its frame header, AAC (ADTS) layer 0."""
    layer = second >> 1 & 3
    return {0: Kind(VOICE, "aac"), 1: Kind(VOICE, "mp3")}.get(layer)


def _office(path: Path) -> Kind | None:
    """A ZIP is taken only where it is an Office document without macros. Nothing is unpacked: the list is read."""
    try:
        with zipfile.ZipFile(path) as parcel:
            names = parcel.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return None
    if len(names) > MOST_ZIP_ENTRIES or any("vbaProject" in name for name in names):
        return None
    if "[Content_Types].xml" not in names:
        return None
    return next((Kind(FILE, ending) for part, ending in _OFFICE.items() if part in names), None)


def _is_text(path: Path) -> bool:
    """Words in UTF-8 to its very end, without control characters: and given out as plain text only."""
    try:
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        return False
    return not any(ord(character) < 32 and character not in "\t\r\n\f" for character in text)
