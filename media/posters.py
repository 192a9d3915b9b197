"""A poster to hang up: the room's name, a code to scan, what to do. SVG for print, PNG for phones; both are drawn from
one plan."""

from __future__ import annotations

import base64
import io
import unicodedata
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import NamedTuple

import segno
from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT, BAND, RULE = 720, 1_000, 250, 8
CODE, CODE_TOP, EDGE = 440, 330, 28
CODE_LEFT = (WIDTH - CODE) // 2
ROOM = 620
"""What a line of text may take."""

INK, PAPER, CREAM, HONEY, PALE, SOFT = "#1d3a2f", "#f6f0e0", "#fffdf6", "#c98a2b", "#f4ead2", "#6b746c"
FAMILY = "'Noto Serif CJK SC','Source Han Serif SC','Songti SC','SimSun',serif"
FONTS = (("/usr/share/fonts/opentype/noto/NotoSerifCJK-Bold.ttc", 2),
         ("/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc", 2),
         ("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", 2),
         ("/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc", 2),
         ("/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc", 0),
         ("/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf", 0),
         ("/System/Library/Fonts/PingFang.ttc", 0), ("C:/Windows/Fonts/msyh.ttc", 0))
"""Files with Chinese characters, and which of their faces is the one of simplified Chinese."""


class Poster(NamedTuple):
    """`code` is what the code says, or the picture of one that somebody else drew. `under` and `foot` may be empty."""

    title: str
    under: str
    code: str | bytes
    line: str
    foot: str = ""


class _Text(NamedTuple):
    words: str
    middle: int
    pixels: int
    colour: str


def svg(poster: Poster) -> str:
    boxes = "".join(f'<rect x="{x}" y="{y}" width="{w}" height="{h}" fill="{colour}"/>'
                    for x, y, w, h, colour in _boxes())
    texts = "".join(
        f'<text x="{WIDTH // 2}" y="{text.middle}" text-anchor="middle" dominant-baseline="central"'
        f' fill="{text.colour}" font-family="{FAMILY}" font-weight="600" font-size="{text.pixels}">'
        f'{escape(text.words)}</text>'
        for text in _texts(poster))
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}">'
            f'{boxes}{_code_svg(poster.code)}{texts}</svg>')


def png(poster: Poster) -> bytes | None:
    """None where no font with Chinese characters is installed."""
    font = next(((path, face) for path, face in FONTS if Path(path).exists()), None)
    if font is None:
        return None
    page = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    draw = ImageDraw.Draw(page)
    for x, y, w, h, colour in _boxes():
        draw.rectangle((x, y, x + w - 1, y + h - 1), colour)
    _paste_code(page, poster.code)
    for text in _texts(poster):
        draw.text((WIDTH // 2, text.middle), text.words, text.colour,
                  ImageFont.truetype(font[0], text.pixels, index=font[1]), anchor="mm")
    out = io.BytesIO()
    page.save(out, "PNG", optimize=True)
    return out.getvalue()


def _boxes() -> tuple[tuple[int, int, int, int, str], ...]:
    return ((0, 0, WIDTH, HEIGHT, PAPER), (0, 0, WIDTH, BAND, INK), (0, BAND, WIDTH, RULE, HONEY),
            (CODE_LEFT - EDGE, CODE_TOP - EDGE, CODE + 2 * EDGE, CODE + 2 * EDGE, CREAM))


def _texts(poster: Poster) -> Iterator[_Text]:
    title = _broken(poster.title)
    pixels = min(68 if len(title) == 1 else 46, *(_fitting(line, 68) for line in title))
    for place, line in enumerate(title):
        yield _Text(line, 112 + int((place - (len(title) - 1) / 2) * pixels * 1.3), pixels, PALE)
    yield _Text(poster.under, 198, _fitting(poster.under, 34), PALE)
    yield _Text(poster.line, 862, _fitting(poster.line, 34), INK)
    yield _Text(poster.foot, 918, _fitting(poster.foot, 22), SOFT)


def _broken(title: str) -> list[str]:
    """In two lines where one would be too small to be read from afar; between words where there are any."""
    if _width(title) <= 16:
        return [title]
    places = [at for at, letter in enumerate(title) if letter == " "] or list(range(1, len(title)))
    at = min(places, key=lambda place: abs(_width(title[:place]) - _width(title[place:])))
    return [title[:at].strip(), title[at:].strip()]


def _fitting(line: str, most: int) -> int:
    return min(most, int(ROOM / max(1.0, _width(line))))


def _width(line: str) -> float:
    """In letters of Chinese; others take little more than half of one."""
    return sum(1.0 if unicodedata.east_asian_width(letter) in "WFA" else 0.6 for letter in line)


def _code_svg(code: str | bytes) -> str:
    where = f'x="{CODE_LEFT}" y="{CODE_TOP}" width="{CODE}" height="{CODE}"'
    if isinstance(code, bytes):
        kind = "png" if code.startswith(b"\x89PNG") else "jpeg"
        return f'<image {where} href="data:image/{kind};base64,{base64.b64encode(code).decode()}"/>'
    out = io.BytesIO()
    segno.make(code, error="m", micro=False).save(
        out, kind="svg", xmldecl=False, svgns=False, nl=False, border=0, dark=INK, omitsize=True)
    return out.getvalue().decode().replace("<svg ", f"<svg {where} ", 1)


def _paste_code(page: Image.Image, code: str | bytes) -> None:
    if isinstance(code, bytes):
        drawn = Image.open(io.BytesIO(code)).convert("RGB").resize((CODE, CODE), Image.Resampling.LANCZOS)
        page.paste(drawn, (CODE_LEFT, CODE_TOP))
        return
    rows = segno.make(code, error="m", micro=False).matrix
    dots = Image.new("L", (len(rows), len(rows)))
    dots.putdata([255 if dark else 0 for row in rows for dark in row])
    page.paste(INK, (CODE_LEFT, CODE_TOP), dots.resize((CODE, CODE), Image.Resampling.NEAREST))
