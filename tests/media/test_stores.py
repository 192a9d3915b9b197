"""All places where bytes may lie behave alike, open or sealed. The bucket is one of a server that speaks S3."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from media.s3 import Bucket
from media.sealed import BLOCK, Sealed
from media.store import Absent, Folder, MediaStore, chosen
from rooms.errors import Code, Misconfigured, Refused
from rooms.record import Record, keyring, organizations
from settings import Settings
from tests.buckets import KEYS, buckets
from tests.servers import free_port
from tests.tables import with_tables


def bucket(url: str) -> Settings:
    return Settings.from_environment({"TEAHOUSE_MEDIA_BUCKET": "bucket", "TEAHOUSE_S3_URL": url, **KEYS})


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Record]:
    url = with_tables(f"sqlite:///{tmp_path_factory.mktemp('keys')}/record.db")
    record = Record.open(url, "a key for tests", master_keys=["a master key that is long enough"])
    record.write(lambda c: organizations.add(c, organizations.Organization("o_1", "Tea", 1)))
    yield record
    record.close()


@pytest.fixture(params=["folder", "bucket", "sealed folder", "sealed bucket"])
def kept(request: pytest.FixtureRequest, tmp_path: Path, record: Record) -> Iterator[MediaStore]:
    with ExitStack() as stack:
        under: MediaStore = (chosen(bucket(stack.enter_context(buckets("bucket")))) if "bucket" in request.param
                             else Folder(tmp_path / "media"))
        yield Sealed(under, record) if "sealed" in request.param else under


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


def test_every_part_of_a_file_is_read_alike_whether_it_lies_sealed_or_not(tmp_path: Path, record: Record) -> None:
    plain, sealed = Folder(tmp_path / "plain"), Sealed(Folder(tmp_path / "sealed"), record)
    for size in (0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK, 3 * BLOCK + 7):
        content = os.urandom(size)
        for kept in (plain, sealed):
            source = kept.room() / "source"
            source.write_bytes(content)
            kept.put(f"o_1/m_{size}/x", source)
        assert sealed.size(f"o_1/m_{size}/x") == size
        for first in {0, 1, BLOCK - 1, BLOCK, 2 * BLOCK + 3, max(0, size - 1)}:
            for last in (None, first, first + 5, first + BLOCK, size + 10):
                told = [b"".join(kept.read(f"o_1/m_{size}/x", first, last).chunks) for kept in (plain, sealed)]
                assert told[0] == told[1], (size, first, last)


def test_a_sealed_file_shows_nothing_and_opens_only_whole_unmoved_and_under_its_key(tmp_path: Path,
                                                                                    record: Record) -> None:
    kept, content = Sealed(Folder(tmp_path), record), "举杯邀明月".encode() * 20_000
    for media in ("m_a", "m_b"):
        (kept.room() / "source").write_bytes(content)
        kept.put(f"o_1/{media}/x", kept.room() / "source")
    assert [path for path in tmp_path.rglob("*") if path.is_file() and "举杯".encode() in path.read_bytes()] == []
    lying = tmp_path / "o_1/m_a/x.sealed"
    whole = lying.read_bytes()
    for wrong in (whole[:-1], whole[:-BLOCK - 16], whole[:200] + bytes([whole[200] ^ 1]) + whole[201:],
                  (tmp_path / "o_1/m_b/x.sealed").read_bytes(), whole[:13] + whole[13 + BLOCK + 16:], b"", b"plain"):
        lying.write_bytes(wrong)
        with pytest.raises(Misconfigured):
            b"".join(kept.read("o_1/m_a/x").chunks)
    lying.write_bytes(whole)
    assert b"".join(kept.read("o_1/m_a/x").chunks) == content
    record.write(lambda c: keyring.erase(c, "o_1"))
    with pytest.raises(Absent):
        kept.read("o_1/m_a/x")


def test_what_lay_openly_before_is_read_as_before_and_deleted_alike(tmp_path: Path, record: Record) -> None:
    before = Folder(tmp_path)
    (before.room() / "source").write_bytes(b"older")
    before.put("o_1/m_a/x", before.room() / "source")
    kept = Sealed(before, record)
    opened = kept.read("o_1/m_a/x", 1, 3)
    assert (opened.size, b"".join(opened.chunks), kept.size("o_1/m_a/x")) == (5, b"lde", 5)
    kept.delete("o_1", "m_a")
    with pytest.raises(Absent):
        kept.read("o_1/m_a/x")


def test_a_bucket_that_does_not_answer_is_unavailable() -> None:
    with pytest.raises(Refused) as refused:
        Bucket(bucket(f"http://127.0.0.1:{free_port()}")).size("o_1/m_a/file.txt")
    assert refused.value.code is Code.UNAVAILABLE


def test_no_key_leads_out_of_the_folder(tmp_path: Path) -> None:
    for key in ("../secret", "o_1/../../secret", "/etc/passwd"):
        with pytest.raises(ValueError, match=re.escape(key)):
            Folder(tmp_path / "media").size(key)
