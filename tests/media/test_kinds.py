"""What a file is, by its bytes."""

from __future__ import annotations

from pathlib import Path

import pytest

from media.kinds import CONTENT_TYPES, prove
from tests.media import samples

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512)
MP4 = b"\0\0\0\x20ftypisom\0\0\x02\0isomiso2avc1mp41"
TAKEN = {
    "jpeg": (samples.picture(), "image", "jpg"), "png": (samples.picture("PNG"), "image", "png"),
    "gif": (samples.picture("GIF"), "image", "gif"), "webp": (samples.picture("WEBP"), "image", "webp"),
    "amr": (b"#!AMR\n\x3c", "voice", "amr"), "amr-wb": (b"#!AMR-WB\n\x04", "voice", "amr"),
    "silk of WeChat": (b"\x02#!SILK_V3\x01", "voice", "silk"), "silk": (b"#!SILK_V3\x01", "voice", "silk"),
    "speex": (b"OggS" + bytes(24) + b"Speex   1.2", "voice", "ogg"), "mp3": (b"\xff\xfb\x90\x64", "voice", "mp3"),
    "mp3 with tags": (b"ID3\x04", "voice", "mp3"), "aac": (b"\xff\xf1\x50\x80", "voice", "aac"),
    "m4a": (b"\0\0\0\x20ftypM4A ", "voice", "m4a"), "mp4": (MP4, "video", "mp4"),
    "webm": (b"\x1aE\xdf\xa3\x01", "video", "webm"), "pdf": (PDF, "file", "pdf"),
    "docx": (samples.office(), "file", "docx"), "xlsx": (samples.office(part="xl/workbook.xml"), "file", "xlsx"),
    "text": ("茶\n馆".encode(), "file", "txt"), "a page, as text": (samples.HTML, "file", "txt"),
    "a picture with a script, as text": (samples.SVG, "file", "txt"),
}
NOT_TAKEN = {
    "nothing": b"", "a zip bomb": samples.zip_bomb(), "a document with macros": samples.office("word/vbaProject.bin"),
    "a zip that ends early": samples.office()[:40], "a program": b"\x7fELF" + bytes(60), "another program": b"MZ\x90\0",
    "text with a NUL": b"hello\0world", "Latin-1": "élan".encode("latin-1"), "heic": b"\0\0\0\x18ftypheic",
    "ogg that is not Speex": b"OggS" + bytes(24) + b"\x01vorbis", "tiff": b"II*\0\x08\0\0\0" + bytes(8),
    "postscript with a picture in it": b"\xc5\xd0\xd3\xc6" + bytes(28),
}


@pytest.mark.parametrize(("content", "type_", "ending"), TAKEN.values(), ids=TAKEN)
@pytest.mark.parametrize("name", ["a.exe", "../../etc/passwd", "no ending"])
def test_the_bytes_say_what_it_is_and_the_name_does_not(tmp_path: Path, content: bytes, type_: str, ending: str,
                                                        name: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    kind = prove(path, name)
    assert kind is not None
    assert (kind.type, kind.ending) == (type_, ending)


@pytest.mark.parametrize("content", NOT_TAKEN.values(), ids=NOT_TAKEN)
def test_what_is_none_of_them_is_not_taken(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    assert prove(path, "picture.jpg") is None


def test_only_the_old_formats_of_office_are_told_apart_by_name(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(OLE)
    found = [prove(path, name) for name in ("a.DOC", "b.xls", "c.html")]
    assert [kind.ending for kind in found if kind] == ["doc", "xls", "ole"]


def test_nothing_is_given_out_that_a_browser_would_run() -> None:
    assert not any(word in kind for kind in CONTENT_TYPES.values() for word in ("html", "svg", "javascript", "/xml"))
