"""Voices and videos become playable, whoever dies on the way."""

from __future__ import annotations

import io
import math
import os
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import msgspec
import pysilk
import pytest

from media import ffmpeg, intake, work
from media.intake import House
from media.store import Folder
from rooms import media, members, messages, recalls, seats
from rooms.authority import Actor
from rooms.drafts import Draft
from rooms.errors import Code, Refused
from rooms.record import media as rows
from settings import Settings
from tests.cast import Cast, store_on
from tests.needs import needs
from tests.servers import valkey

pytestmark = pytest.mark.needs("ffmpeg")
SINE = ["-f", "lavfi", "-i", "sine=frequency=440:duration=1.5"]
BARS = ["-f", "lavfi", "-i", "testsrc=size=320x180:rate=10:duration=2"]


@cache
def sample(ending: str, *options: str) -> bytes:
    """AMR is written by one ffmpeg, Speex by the other."""
    program = imageio_ffmpeg.get_ffmpeg_exe() if ending == "amr" else str(needs("ffmpeg"))
    made = subprocess.run(
        [program, "-hide_banner", "-loglevel", "error", *options, "-f", ending, "pipe:1"],
        capture_output=True, check=True)
    return made.stdout


@cache
def film(*options: str) -> bytes:
    return sample("mp4", *BARS, *SINE, "-shortest", "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac",
                  *options, "-movflags", "frag_keyframe+empty_moov")


def silk() -> bytes:
    pcm = b"".join(struct.pack("<h", int(8_000 * math.sin(number / 9))) for number in range(24_000))
    written = io.BytesIO()
    pysilk.encode(io.BytesIO(pcm), written, 24_000, 24_000)
    return written.getvalue()


class Stage:
    def __init__(self, folder: Path, redis_url: str) -> None:
        self.environ = {"TEAHOUSE_VAR": str(folder), "TEAHOUSE_SECRET_KEY": "k" * 32, "REDIS_URL": redis_url,
                        "DATABASE_URL": f"sqlite:///{folder}/record.db"}
        self.settings = Settings.from_environment(self.environ)
        self.store = store_on(redis_url, self.environ["DATABASE_URL"])
        self.house = House(self.store, Folder(folder / "media"), self.settings)
        self.cast = Cast(self.store)
        self.hall = self.cast.channel("hall")
        self.alice = self.cast.person("Alice")
        members.join(self.store, self.alice, self.cast.room)
        seats.enter(self.store, self.alice, self.hall, "p.1")

    def take(self, content: bytes, name: str = "x") -> media.Media:
        return intake.take(self.house, self.alice, [content], name)

    def work(self) -> int:
        return work.work(self.house, self.store.clock.now() + 60_000)

    def now(self, id_: str) -> media.Media:
        found = self.store.record.read(lambda c: rows.one(c, id_))
        assert found is not None
        return found

    def file(self, each: media.Media, variant: str) -> bytes:
        return b"".join(self.house.kept.read(f"{each.organization}/{each.id}/{variant}").chunks)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with valkey() as redis:
        stage = Stage(tmp_path, redis.url)
        yield stage
        stage.store.close()


def facts(content: bytes, folder: Path, ending: str) -> str:
    """What ffmpeg says of it."""
    path = folder / f"seen.{ending}"
    path.write_bytes(content)
    return subprocess.run([str(needs("ffmpeg")), "-hide_banner", "-i", str(path)], capture_output=True, text=True,
                          check=False).stderr


def test_voices_of_every_kind_become_mp3_and_aac(stage: Stage, tmp_path: Path) -> None:
    voices = {
        "mp3": sample("mp3", *SINE), "aac": sample("adts", *SINE, "-c:a", "aac"),
        "amr": sample("amr", *SINE, "-ar", "8000", "-ac", "1"), "silk": silk(),
        "speex": sample("ogg", *SINE, "-ar", "16000", "-ac", "1", "-c:a", "libspeex"),
    }
    taken = {kind: stage.take(content) for kind, content in voices.items()}
    assert {each.type for each in taken.values()} == {"voice"}
    assert {each.state for each in taken.values()} == {"waiting"}
    assert stage.work() == len(voices)
    for kind, each in taken.items():
        ready = stage.now(each.id)
        assert (ready.state, ready.variants) == ("ready", "voice.mp3 voice.m4a"), (kind, ready.problem)
        assert 900 <= ready.millis <= 2_000, kind
        assert "Audio: mp3" in facts(stage.file(each, "voice.mp3"), tmp_path, "mp3")
        assert "Audio: aac" in facts(stage.file(each, "voice.m4a"), tmp_path, "m4a")


def test_a_video_becomes_h264_with_a_poster_and_loses_where_it_was_made(stage: Stage, tmp_path: Path) -> None:
    taken = stage.take(film("-metadata", "location=+31.2304+121.4737/", "-metadata", "title=secret"))
    assert (taken.type, taken.width, taken.height) == ("video", 320, 180)
    assert stage.work() == 1
    ready, poster = stage.now(taken.id), stage.now(taken.poster)
    made = stage.file(ready, "video.mp4")
    told = facts(made, tmp_path, "mp4")
    assert "Video: h264" in told
    assert "320x180" in told
    assert b"121.4737" not in made
    assert b"secret" not in made
    assert (poster.state, poster.type, poster.width) == ("ready", "image", 320)
    assert stage.file(poster, "full.jpg").startswith(b"\xff\xd8")
    assert media.body(ready) == {"media": ready.id, "seconds": ready.millis / 1000, "width": 320, "height": 180,
                                 "poster": poster.id}


def test_a_video_is_kept_as_webm_as_well_where_that_is_set(stage: Stage, tmp_path: Path) -> None:
    settings = Settings.from_environment(stage.environ | {"TEAHOUSE_WEBM": "yes"})
    stage.house = stage.house._replace(settings=settings)
    taken = stage.take(film("-t", "0.4"))
    assert stage.work() == 1
    made = stage.file(stage.now(taken.id), "video.webm")
    assert made.startswith(b"\x1aE\xdf\xa3")
    told = facts(made, tmp_path, "webm")
    assert "Video: vp9" in told
    assert "Audio: opus" in told
    assert stage.file(stage.now(taken.id), "video.mp4")


def test_those_who_see_the_message_hear_how_far_it_is(stage: Stage) -> None:
    heard: list[dict[str, Any]] = []
    feed = stage.store.live.feed(lambda _, note: heard.append(msgspec.json.decode(note[1:])) if note[:1] == b"P" else
                                 None, lambda: None)
    taken = stage.take(film())
    said = messages.post(stage.store, stage.alice, stage.hall, Draft("video", {"media": taken.id}, "c1"))
    feed.subscribe(stage.hall)
    assert stage.work() == 1
    end = time.monotonic() + 60
    while not any(note.get("state") == "ready" for note in heard) and time.monotonic() < end:
        time.sleep(0.02)
    feed.close()
    assert {"op": "progress", "media": taken.id, "state": "ready", "percent": 100} in heard
    recalls.recall(stage.store, Actor(stage.alice), stage.hall, said.seq)
    assert stage.now(taken.id).state == stage.now(taken.poster).state == "gone"
    assert work.sweep(stage.house) == 2
    assert not list((stage.settings.var / "media" / stage.cast.organization).iterdir())


WORKER = """
import sys; from pathlib import Path
from media import ffmpeg, work; from media.intake import House; from media.store import Folder
from rooms.store import open_store; from settings import Settings
settings = Settings.from_environment(); store = open_store(settings)
import dataclasses, rooms.live.live
store.live.prefix = sys.argv[1]
real = ffmpeg.video
def slow(*given, **named):
    print("working", flush=True); import time; time.sleep(60); return real(*given, **named)
ffmpeg.video = slow
work.work(House(store, Folder(settings.var / "media"), settings), store.clock.now() + 60_000)
"""


def test_a_worker_that_dies_loses_its_work_to_the_next_one(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media, "LEASE_MS", 1_000)
    taken = stage.take(film())
    process = subprocess.Popen([sys.executable, "-c", WORKER, stage.store.live.prefix], stdout=subprocess.PIPE,
                               env=os.environ | stage.environ)
    assert process.stdout is not None
    assert process.stdout.readline() == b"working\n"
    assert stage.now(taken.id).state == "working"
    assert stage.work() == 0, "who works on it lives"
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    stage.store.record.write(lambda c: rows.change(c, taken.id, ("working",), held_until=0))
    assert stage.work() == 1
    ready = stage.now(taken.id)
    assert (ready.state, ready.tries) == ("ready", 2)


def test_what_cannot_be_decoded_fails_with_a_reason_and_is_not_tried_for_ever(
        stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = stage.take(film())
    monkeypatch.setattr(ffmpeg, "SECONDS", 0)
    assert stage.work() == 1
    failed = stage.now(taken.id)
    assert failed.state == "failed"
    assert "too long" in failed.problem
    with pytest.raises(Refused) as refused:
        messages.post(stage.store, stage.alice, stage.hall, Draft("video", {"media": taken.id}, "c1"))
    assert refused.value.code is Code.BAD_FRAME


@pytest.mark.parametrize("content", [
    b"\0\0\0\x20ftypisom" + bytes(4_000), b"#!AMR\n" + bytes(3), b"\x1aE\xdf\xa3" + bytes(500), b"ID3\x04" + bytes(200),
    b"\x02#!SILK_V3" + b"\xff" * 50,
], ids=["mp4", "amr", "webm", "mp3", "silk"])
def test_what_only_begins_like_a_voice_or_a_video_is_refused(stage: Stage, content: bytes) -> None:
    with pytest.raises(Refused) as refused:
        stage.take(content)
    assert refused.value.code is Code.BAD_FRAME


def test_a_playlist_that_leads_to_other_files_or_hosts_is_only_text(stage: Stage) -> None:
    """ffmpeg would follow it; it never sees it, and is told that what it sees is an MP4 and nothing else."""
    playlist = b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n#EXTINF:1,\nhttp://169.254.169.254/latest\n"
    assert stage.take(playlist, "x.mp4").type == "file"
    with pytest.raises(Refused):
        stage.take(b"\0\0\0\x20ftypisom" + playlist, "x.mp4")


def test_without_ffmpeg_pictures_and_files_are_taken_and_the_rest_is_refused_clearly(stage: Stage) -> None:
    without = Settings.from_environment(stage.environ | {"TEAHOUSE_FFMPEG": "no-such-program"})
    stage.house = stage.house._replace(settings=without)
    assert stage.take(b"words").state == "ready"
    with pytest.raises(Refused) as refused:
        stage.take(film())
    assert refused.value.code is Code.UNAVAILABLE
    assert "ffmpeg" in refused.value.message


def test_what_nobody_says_is_deleted_after_a_day(stage: Stage) -> None:
    taken = stage.take(b"words")
    assert work.sweep(stage.house) == 0
    stage.store.record.write(lambda c: rows.change(c, taken.id, ("ready",), at=taken.at - 2 * media.DAY_MS))
    assert work.sweep(stage.house) == 1
    assert stage.store.record.read(lambda c: rows.one(c, taken.id)) is None


def test_uploads_are_counted_by_the_minute_and_by_the_day(stage: Stage) -> None:
    for _ in range(media.PER_MINUTE):
        stage.take(b"words")
    with pytest.raises(Refused) as refused:
        stage.take(b"words")
    assert refused.value.code is Code.RATE_LIMITED
