"""Files as people and attackers send them, made here."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from typing import Any

from PIL import Image

GPS = {1: "N", 2: (31.0, 14.0, 6.0), 3: "E", 4: (121.0, 28.0, 24.0)}
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"


def picture(kind: str = "JPEG", size: tuple[int, int] = (64, 32), **options: Any) -> bytes:
    """Red on its left half, blue on its right."""
    image = Image.new("RGB", size, "red")
    image.paste("blue", (size[0] // 2, 0, *size))
    written = io.BytesIO()
    image.save(written, kind, **options)
    return written.getvalue()


def photo() -> bytes:
    """A JPEG as a telephone makes it: held sideways, with where it was taken, and a comment."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "TelephoneMaker"
    exif.get_ifd(0x8825).update(GPS)
    return picture(exif=exif, comment=b"secret comment", quality=90)


def animation(frames: int, size: tuple[int, int] = (8, 8), kind: str = "GIF") -> bytes:
    images = [Image.new("P", size, number % 4) for number in range(frames)]
    for image in images:
        image.putpalette([0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 255])
    written = io.BytesIO()
    images[0].save(written, kind, save_all=True, append_images=images[1:], duration=20, optimize=False)
    return written.getvalue()


def bomb(side: int = 50_000) -> bytes:
    """A PNG of a few hundred bytes that claims to be 50,000 pixels wide and high."""
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 1_000)) + chunk(
        b"IEND", b"")


def office(*extra: str, part: str = "word/document.xml") -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as parcel:
        for name in ("[Content_Types].xml", part, *extra):
            parcel.writestr(name, "<x/>")
    return written.getvalue()


def zip_bomb() -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as parcel:
        parcel.writestr("zeros", b"\0" * 30_000_000)
    return written.getvalue()
