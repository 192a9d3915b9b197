"""Pictures are decoded and written anew, in a process of its own that has little memory and little time.

    python -m media.images FILE FOLDER FORMAT [face]

writes `full` and `thumb`, or of a person's picture the small square `face`, into FOLDER and prints what it made as
JSON, or {"problem": …} with exit status 3. What was hidden in the file (EXIF, comments, a page of HTML behind the last
pixel) does not come along; how the camera was held is turned into pixels first.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from leash import bound, die_with_parent

MEMORY_BYTES, CPU_SECONDS, FILE_BYTES = 1 << 30, 20, 64 << 20
MOST_PIXELS = 50_000_000
"""Of one picture; of an animation, of all its frames together."""
LONGEST_SIDE, LARGEST_KEPT, THUMB, FACE = 20_000, 4_096, 480, 240
MOST_FRAMES = 300
REFUSED = 3


class TooMuch(Exception):
    """More than is decoded here; the message says what the limit is."""


def main(arguments: list[str]) -> int:
    die_with_parent()
    bound(MEMORY_BYTES, CPU_SECONDS, FILE_BYTES)
    try:
        made = remake(Path(arguments[0]), Path(arguments[1]), arguments[2], face=arguments[3:] == ["face"])
    except TooMuch as problem:
        print(json.dumps({"problem": str(problem)}))  # noqa: T201 - the parent reads it
        return REFUSED
    except Exception as error:  # whatever a decoder does with what it was never meant to read
        print(json.dumps({"problem": f"it cannot be decoded ({type(error).__name__})"}))  # noqa: T201
        return REFUSED
    print(json.dumps(made))  # noqa: T201
    return 0


def remake(source: Path, folder: Path, ending: str, face: bool = False) -> dict[str, Any]:
    """Raises TooMuch, and what Pillow raises."""
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = None  # judged below, before anything is decoded
    name = {"jpg": "JPEG"}.get(ending, ending.upper())
    with Image.open(source, formats=[name]) as image:
        width, height = image.size
        if not 0 < width <= LONGEST_SIDE or not 0 < height <= LONGEST_SIDE or width * height > MOST_PIXELS:
            raise TooMuch(f"at most {MOST_PIXELS // 1_000_000} megapixels and {LONGEST_SIDE} a side")
        if face:
            return _face(image, folder)
        if ending in ("gif", "webp") and getattr(image, "is_animated", False):
            return _animation(image, folder)
        return _still(image, folder)


def _still(image: Any, folder: Path) -> dict[str, Any]:
    plain = _plain(image)
    plain.thumbnail((LARGEST_KEPT, LARGEST_KEPT))
    sheer = "A" in plain.getbands() and plain.getchannel("A").getextrema()[0] < 255
    if sheer:
        plain.save(folder / "full.png")
    else:
        plain.convert("RGB").save(folder / "full.jpg", quality=88, progressive=True)
    _thumb(plain, folder)
    return {"variants": ["full.png" if sheer else "full.jpg", "thumb.jpg"], "width": plain.width,
            "height": plain.height}


def _face(image: Any, folder: Path) -> dict[str, Any]:
    """The middle of it; of an animation, of its first frame."""
    from PIL import ImageOps

    square = ImageOps.fit(_plain(image), (FACE, FACE))
    _on_white(square).save(folder / "face.jpg", quality=85)
    return {"variants": ["face.jpg"], "width": FACE, "height": FACE}


def _plain(image: Any) -> Any:
    """Its pixels, as it was held, and nothing else."""
    from PIL import ImageOps

    image.load()
    upright: Any = ImageOps.exif_transpose(image)
    sheer = "A" in upright.getbands() or "transparency" in upright.info
    plain = upright.convert("RGBA" if sheer else "RGB")
    plain.info.clear()  # what is not here is not written
    return plain


def _animation(image: Any, folder: Path) -> dict[str, Any]:
    """Frame by frame, and no further than the limits: a file may claim any number of frames."""
    from PIL import ImageSequence

    frames: list[Any] = []
    times: list[int] = []
    pixels = 0
    for frame in ImageSequence.Iterator(image):
        pixels += frame.width * frame.height
        if len(frames) >= MOST_FRAMES or pixels > MOST_PIXELS:
            raise TooMuch(f"an animation has at most {MOST_FRAMES} frames and {MOST_PIXELS // 1_000_000} megapixels")
        lasts: Any = frame.info.get("duration", 100)
        times.append(max(20, int(lasts or 100)))
        copy = frame.convert("RGBA")
        copy.info.clear()
        frames.append(copy)
    frames[0].save(folder / "full.gif", save_all=True, append_images=frames[1:], duration=times, loop=0, disposal=2)
    _thumb(frames[0], folder)
    return {"variants": ["full.gif", "thumb.jpg"], "width": frames[0].width, "height": frames[0].height}


def _thumb(image: Any, folder: Path) -> None:
    small = image.copy()
    small.thumbnail((THUMB, THUMB))
    _on_white(small).save(folder / "thumb.jpg", quality=80)


def _on_white(image: Any) -> Any:
    from PIL import Image

    ground = Image.new("RGB", image.size, "white")
    ground.paste(image, mask=image.getchannel("A") if "A" in image.getbands() else None)
    return ground


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
