"""Pictures are written anew, and nothing comes along that is not a picture."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.media import samples


def remade(folder: Path, content: bytes, ending: str) -> tuple[int, dict[str, Any]]:
    """As the server does it: in a process of its own."""
    source = folder / "source"
    source.write_bytes(content)
    ended = subprocess.run([sys.executable, "-m", "media.images", str(source), str(folder), ending],
                           capture_output=True, timeout=60, check=False)
    return ended.returncode, json.loads(ended.stdout)


def test_a_photo_loses_where_it_was_taken_and_keeps_how_it_was_held(tmp_path: Path) -> None:
    assert b"TelephoneMaker" in samples.photo()
    assert remade(tmp_path, samples.photo(), "jpg") == (
        0, {"variants": ["full.jpg", "thumb.jpg"], "width": 32, "height": 64})
    for name in ("full.jpg", "thumb.jpg"):
        written = (tmp_path / name).read_bytes()
        assert not any(word in written for word in (b"TelephoneMaker", b"Exif", b"secret comment"))
        with Image.open(tmp_path / name) as image:
            assert not image.getexif()
            red, _, blue = image.getpixel((image.width // 2, 4))  # type: ignore[misc]
            assert red > 200 > blue


@pytest.mark.parametrize(("kind", "ending"), [("JPEG", "jpg"), ("PNG", "png"), ("GIF", "gif"), ("WEBP", "webp")])
def test_a_persons_picture_becomes_a_small_square_of_its_middle(tmp_path: Path, kind: str, ending: str) -> None:
    wide = Image.new("RGB", (900, 300), "red")
    wide.paste("blue", (300, 0, 600, 300))
    wide.save(tmp_path / "source", kind)
    command = [sys.executable, "-m", "media.images", str(tmp_path / "source"), str(tmp_path), ending, "face"]
    made = subprocess.run(command, capture_output=True, timeout=60, check=True)
    assert json.loads(made.stdout) == {"variants": ["face.jpg"], "width": 240, "height": 240}
    with Image.open(tmp_path / "face.jpg") as face:
        assert (face.format, face.size) == ("JPEG", (240, 240))
        for place in ((4, 4), (120, 120), (235, 235)):
            red, _, blue = face.getpixel(place)  # type: ignore[misc]
            assert blue > 200 > red
    assert (tmp_path / "face.jpg").stat().st_size < 16 * 1024


def test_a_page_behind_the_last_pixel_does_not_come_along(tmp_path: Path) -> None:
    for kind, ending in (("GIF", "gif"), ("JPEG", "jpg"), ("PNG", "png")):
        status, made = remade(tmp_path, samples.picture(kind) + samples.HTML, ending)
        assert status == 0
        assert b"script" not in (tmp_path / made["variants"][0]).read_bytes()


def test_what_can_be_seen_through_stays_so(tmp_path: Path) -> None:
    source = tmp_path / "sheer.png"
    Image.new("RGBA", (10, 10), (255, 0, 0, 0)).save(source)
    assert remade(tmp_path, source.read_bytes(), "png")[1]["variants"] == ["full.png", "thumb.jpg"]


def test_an_animation_stays_one(tmp_path: Path) -> None:
    status, made = remade(tmp_path, samples.animation(5), "gif")
    assert (status, made["variants"]) == (0, ["full.gif", "thumb.jpg"])
    with Image.open(tmp_path / "full.gif") as image:
        assert image.n_frames == 5  # type: ignore[attr-defined]


def test_of_an_animated_png_only_the_first_frame_is_decoded(tmp_path: Path) -> None:
    status, made = remade(tmp_path, samples.animation(500, (2, 2), "PNG"), "png")
    assert (status, made["variants"]) == (0, ["full.jpg", "thumb.jpg"])


def test_a_large_picture_is_kept_smaller(tmp_path: Path) -> None:
    _, made = remade(tmp_path, samples.picture("PNG", (5_000, 100)), "png")
    assert made["width"] == 4_096


BAD = {
    "a bomb of 50,000 by 50,000": (samples.bomb, "png", "megapixels"),
    "10,000 frames": (lambda: samples.animation(10_000, (1, 1)), "gif", "frames"),
    "frames that are too many pixels together": (lambda: samples.animation(60, (1_000, 1_000)), "gif", "megapixels"),
    "half a picture": (lambda: samples.photo()[:200], "jpg", "cannot be decoded"),
    "another format than it seems": (lambda: samples.picture("PNG"), "jpg", "cannot be decoded"),
    "words": (lambda: b"GIF89a not really", "gif", "cannot be decoded"),
}


@pytest.mark.parametrize(("content", "ending", "because"), BAD.values(), ids=BAD)
def test_what_is_too_much_or_broken_is_refused_with_the_reason(tmp_path: Path, content: Callable[[], bytes],
                                                               ending: str, because: str) -> None:
    status, made = remade(tmp_path, content(), ending)
    assert status == 3
    assert because in made["problem"]
    assert not (tmp_path / "full.png").exists()
