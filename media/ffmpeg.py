"""Voices and videos through ffmpeg: a process with little time and memory that may read one file and nothing else.

It is told what the file is (see `kinds`) and does not guess, so that no playlist leads it to other files or hosts.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from media.child import run
from media.kinds import Kind

if TYPE_CHECKING:
    from settings import Settings

MEMORY_BYTES, CPU_SECONDS, FILE_BYTES = 3 << 30, 160, 256 << 20
SECONDS = 80
"""How long one file may take, so that the task around it is over in time."""
PROBE_SECONDS = 10
LONGEST_MILLIS = 15 * 60_000
LONGEST_SIDE = 1_280
MOST_PIXELS = 4_096 * 4_096

Progress = Callable[[int], bool]
"""Is told the percentage; False ends the work."""

_DURATION = re.compile(r"Duration: (\d+):(\d\d):(\d\d)\.(\d\d)")
_PICTURES = re.compile(r"Stream #\S+ *: Video: (?!.*attached pic).*?, (\d{2,5})x(\d{2,5})")
_TURNED = re.compile(r"rotation of -?(90|270)\.")


class Unplayable(Exception):
    """It cannot be made into something that plays; the message is for the one who sent it."""


class Facts(NamedTuple):
    """Upright `width` and `height` are 0 where there is no picture."""

    millis: int
    width: int
    height: int
    sound: bool


@lru_cache(maxsize=8)
def program(settings: Settings) -> str | None:
    """The ffmpeg of this machine; None where there is none."""
    if settings.ffmpeg is not None:
        return shutil.which(settings.ffmpeg)
    found = shutil.which("ffmpeg")
    if found is None:
        try:
            import imageio_ffmpeg

            return str(imageio_ffmpeg.get_ffmpeg_exe())
        except (ImportError, RuntimeError):
            return None
    return found


def probe(ffmpeg: str, source: Path, kind: Kind) -> Facts:
    """What it says of itself. Raises Unplayable."""
    ended = run(_command(ffmpeg, source, kind, "-t", "0.001", "-f", "null", "-", loglevel="info"), PROBE_SECONDS)
    told = ended.words
    duration, pictures = _DURATION.search(told), _PICTURES.search(told)
    sound = ": Audio: " in told
    if ended.status != 0 or not (pictures or sound):
        raise Unplayable("it cannot be decoded")
    hours, minutes, seconds, hundredths = map(int, duration.groups()) if duration else (0, 0, 0, 0)
    millis = ((hours * 60 + minutes) * 60 + seconds) * 1_000 + hundredths * 10
    if millis > LONGEST_MILLIS:
        raise Unplayable(f"at most {LONGEST_MILLIS // 60_000} minutes")
    width, height = map(int, pictures.groups()) if pictures else (0, 0)
    if width * height > MOST_PIXELS:
        raise Unplayable("its pictures are too large")
    if _TURNED.search(told):
        width, height = height, width
    return Facts(millis, *_fitted(width, height), sound)


def voice(ffmpeg: str, source: Path, kind: Kind, folder: Path, millis: int, progress: Progress) -> list[str]:
    """MP3 for everybody and AAC for who prefers it: mono, as a voice needs."""
    sound = ["-map", "0:a:0", "-ac", "1", "-ar", "24000", "-map_metadata", "-1", "-fflags", "+bitexact"]
    _work(_command(ffmpeg, source, kind, *sound, "-c:a", "libmp3lame", "-b:a", "48k", str(folder / "voice.mp3"),
                   *sound, "-c:a", "aac", "-b:a", "48k", "-movflags", "+faststart", str(folder / "voice.m4a"),
                   ), millis, progress)
    return ["voice.mp3", "voice.m4a"]


def video(ffmpeg: str, source: Path, kind: Kind, folder: Path, facts: Facts, progress: Progress,
          webm: bool = False) -> list[str]:
    """H.264 in MP4, which plays everywhere; VP9 in WebM on top where it is asked for."""
    scale = f"scale={facts.width}:{facts.height},setsar=1,format=yuv420p"
    common = ["-map", "0:v:0", "-map", "0:a:0?", "-map_metadata", "-1", "-map_chapters", "-1", "-sn", "-dn",
              "-vf", scale, "-fpsmax", "30"]
    formats = ["-c:v", "libx264", "-preset", "veryfast", "-crf", "26", "-c:a", "aac", "-b:a", "96k", "-ac", "2",
               "-movflags", "+faststart", str(folder / "video.mp4")]
    if webm:
        formats += [*common, "-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-crf", "36", "-b:v", "0",
                    "-c:a", "libopus", "-b:a", "64k", str(folder / "video.webm")]
    _work(_command(ffmpeg, source, kind, *common, *formats), facts.millis, progress)
    return ["video.mp4", "video.webm"] if webm else ["video.mp4"]


def poster(ffmpeg: str, made: Path, folder: Path) -> Path:
    """A picture out of the first second of what was made."""
    target = folder / "poster.png"
    ended = run(_command(ffmpeg, made, Kind("video", "mp4"), "-vf", "thumbnail=24", "-frames:v", "1",
                         str(target)), PROBE_SECONDS)
    if ended.status != 0 or not target.exists():
        raise Unplayable("it has no picture")
    return target


def _command(ffmpeg: str, source: Path, kind: Kind, *rest: str, loglevel: str = "error") -> list[str]:
    return [sys.executable, "-m", "leash", "--most", f"{MEMORY_BYTES},{CPU_SECONDS},{FILE_BYTES}",
            ffmpeg, "-nostdin", "-hide_banner", "-loglevel", loglevel, "-y", "-max_alloc", str(256 << 20),
            "-protocol_whitelist", "file", "-threads", "2", "-max_pixels", str(MOST_PIXELS), "-f", kind.demuxer,
            "-i", str(source), *rest]


def _work(command: Sequence[str], millis: int, progress: Progress) -> None:
    """Raises Unplayable where ffmpeg fails, takes too long, or is told to stop."""
    at = command.index("-nostdin")
    told = [*command[:at], "-progress", "pipe:1", "-stats_period", "2", *command[at:]]
    process = subprocess.Popen(told, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert process.stdout is not None
    end = threading.Timer(SECONDS, process.kill)
    end.start()
    try:
        for line in process.stdout:
            name, _, value = line.decode("ascii", "replace").strip().partition("=")
            if name == "out_time_us" and value.isdigit() and not progress(_percent(int(value) // 1_000, millis)):
                raise Unplayable("it is no longer wanted")
        if process.wait() != 0:
            raise Unplayable("it took too long" if process.returncode < 0 else "it cannot be decoded")
    finally:
        end.cancel()
        if process.poll() is None:
            process.kill()
        process.wait()
        process.stdout.close()


def _percent(done: int, millis: int) -> int:
    return min(99, done * 100 // millis) if millis else 0


def _fitted(width: int, height: int) -> tuple[int, int]:
    """No side longer than is kept, both even as H.264 wants them."""
    scale = min(1.0, LONGEST_SIDE / max(width, height, 1))
    return int(width * scale) // 2 * 2, int(height * scale) // 2 * 2
