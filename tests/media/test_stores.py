"""Both places where bytes may lie behave alike. The bucket is one of a server that speaks S3."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from media.s3 import Bucket
from media.store import Absent, Folder, MediaStore, chosen
from rooms.errors import Code, Refused
from settings import Settings
from tests.buckets import KEYS, buckets
from tests.servers import free_port


def bucket(url: str) -> Settings:
    return Settings.from_environment({"TEAHOUSE_MEDIA_BUCKET": "bucket", "TEAHOUSE_S3_URL": url, **KEYS})


@pytest.fixture(params=["folder", "bucket"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MediaStore]:
    if request.param == "folder":
        yield Folder(tmp_path / "media")
        return
    with buckets("bucket") as url:
        yield chosen(bucket(url))


def test_what_is_put_is_read_back_whole_and_in_parts_until_it_is_deleted(kept: MediaStore) -> None:
    for media in ("m_a", "m_ab"):
        source = kept.room() / "source"
        source.write_bytes(b"0123456789" * 20_000)
        kept.put(f"o_1/{media}/file.txt", source)
    assert kept.size("o_1/m_a/file.txt") == 200_000
    assert b"".join(kept.read("o_1/m_a/file.txt").chunks) == b"0123456789" * 20_000
    opened = kept.read("o_1/m_a/file.txt", 5, 12)
    assert (opened.size, b"".join(opened.chunks)) == (200_000, b"56789012")
    kept.delete("o_1", "m_a")
    kept.delete("o_1", "m_a")
    with pytest.raises(Absent):
        kept.read("o_1/m_a/file.txt")
    with pytest.raises(Absent):
        kept.size("o_1/m_a/file.txt")
    assert kept.size("o_1/m_ab/file.txt") == 200_000, "one id may begin like another"


def test_a_bucket_that_does_not_answer_is_unavailable() -> None:
    with pytest.raises(Refused) as refused:
        Bucket(bucket(f"http://127.0.0.1:{free_port()}")).size("o_1/m_a/file.txt")
    assert refused.value.code is Code.UNAVAILABLE


def test_no_key_leads_out_of_the_folder(tmp_path: Path) -> None:
    for key in ("../secret", "o_1/../../secret", "/etc/passwd"):
        with pytest.raises(ValueError, match=re.escape(key)):
            Folder(tmp_path / "media").size(key)
