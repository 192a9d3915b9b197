"""SILK, in which WeChat's phones record: ffmpeg does not read it, the extra `media` brings a decoder.

    python -m media.silk FILE TARGET
"""

from __future__ import annotations

import importlib.util
import io
import sys
import wave
from pathlib import Path

from leash import bound, die_with_parent
from media.child import run
from media.kinds import VOICE, Kind

MEMORY_BYTES, CPU_SECONDS, FILE_BYTES, SECONDS = 1 << 30, 20, 128 << 20, 20
RATE = 24_000


class NoDecoder(Exception):
    """The message says what to install."""


def decoded(source: Path, folder: Path) -> tuple[Path, Kind]:
    """As WAV. Raises NoDecoder, and Unplayable where it is broken."""
    from media.ffmpeg import Unplayable

    if importlib.util.find_spec("pysilk") is None:
        raise NoDecoder("SILK voices are not taken here: the server lacks the extra `media`")
    target = folder / "decoded.wav"
    ended = run([sys.executable, "-m", "media.silk", str(source), str(target)], SECONDS)
    if ended.status != 0 or not target.exists():
        raise Unplayable("it cannot be decoded")
    return target, Kind(VOICE, "wav")


def main(arguments: list[str]) -> int:
    import pysilk

    die_with_parent()
    bound(MEMORY_BYTES, CPU_SECONDS, FILE_BYTES)
    sound = io.BytesIO()
    with Path(arguments[0]).open("rb") as voice:
        pysilk.decode(voice, sound, RATE)
    with wave.open(arguments[1], "wb") as target:
        target.setnchannels(1)
        target.setsampwidth(2)
        target.setframerate(RATE)
        target.writeframes(sound.getvalue())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
