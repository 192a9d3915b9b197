"""A poster with a code to scan and the room's name: SVG for print, PNG for phones."""

from __future__ import annotations

import io
from html import escape
from pathlib import Path

import segno

from rooms.errors import Code, Refused

WIDTH, HEIGHT, MARGIN = 600, 800, 60
CODE = WIDTH - 2 * MARGIN
INK, PAPER = "#1f3d2b", "#fffdf7"
FONTS = ("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
         "/System/Library/Fonts/PingFang.ttc", "C:/Windows/Fonts/msyh.ttc")


def svg(url: str, title: str, line: str) -> str:
    """The code says `url`; `title` and `line` stand above and below it."""
    made = segno.make(url, error="m", micro=False)
    out = io.BytesIO()
    made.save(out, kind="svg", xmldecl=False, svgns=False, nl=False, border=0, dark=INK, omitsize=True)
    place = f'<svg x="{MARGIN}" y="140" width="{CODE}" height="{CODE}" '
    code = out.getvalue().decode().replace("<svg ", place, 1)
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}">'
            f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{PAPER}"/>'
            f'<text x="{WIDTH // 2}" y="96" text-anchor="middle" font-family="sans-serif" font-size="{_size(title)}"'
            f' fill="{INK}">{escape(title)}</text>'
            f'{code}'
            f'<text x="{WIDTH // 2}" y="700" text-anchor="middle" font-family="sans-serif" font-size="28"'
            f' fill="{INK}">{escape(line)}</text></svg>')


def png(url: str, title: str, line: str) -> bytes:
    """The same. Raises Refused(unavailable) where no font with Chinese characters is installed."""
    from PIL import Image, ImageDraw, ImageFont

    font = next((path for path in FONTS if Path(path).exists()), None)
    if font is None:
        raise Refused(Code.UNAVAILABLE, "no font with Chinese characters here: install fonts-noto-cjk, or ask for SVG")
    page = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    made = segno.make(url, error="m", micro=False)
    size = len(made.matrix)
    dots = Image.new("L", (size, size))
    dots.putdata([255 if dark else 0 for row in made.matrix for dark in row])
    page.paste(INK, (MARGIN, 140), dots.resize((CODE, CODE), Image.Resampling.NEAREST))
    draw = ImageDraw.Draw(page)
    for text, height, pixels in ((title, 84, _size(title)), (line, 690, 28)):
        draw.text((WIDTH // 2, height), text, INK, ImageFont.truetype(font, pixels), anchor="mm")
    out = io.BytesIO()
    page.save(out, "PNG")
    return out.getvalue()


def _size(title: str) -> int:
    """So that the longest name stays on the paper."""
    return max(18, min(56, CODE // max(1, len(title))))
