"""Both places where bytes may lie behave alike. The bucket is spoken to over HTTP; a small server of ours answers."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from media.s3 import Bucket
from media.store import Absent, Folder, MediaStore, chosen
from rooms.errors import Code, Refused
from settings import Settings
from tests.servers import free_port


class Objects(BaseHTTPRequestHandler):
    """As much of S3 as is used: path-style addresses, ranges, a list by prefix. Signatures are wanted, not checked."""

    protocol_version = "HTTP/1.1"
    held: dict[str, bytes] = {}  # noqa: RUF012 - one for the server

    def log_message(self, *_: Any) -> None: ...

    def do_PUT(self) -> None:
        assert self.headers["Authorization"].startswith("AWS4-HMAC-SHA256")
        self.held[self._key] = self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(200)

    def do_HEAD(self) -> None:
        found = self.held.get(self._key)
        self._answer(404 if found is None else 200, found or b"", body=False)

    def do_GET(self) -> None:
        query = parse_qs(urlsplit(self.path).query)
        if "list-type" in query:
            names = [key for key in self.held if key.startswith("bucket/" + query["prefix"][0])]
            listed = "".join(f"<Contents><Key>{key.partition('/')[2]}</Key></Contents>" for key in names)
            self._answer(200, f"<ListBucketResult>{listed}</ListBucketResult>".encode())
            return
        found = self.held.get(self._key)
        asked = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
        part = found[int(asked[1]):int(asked[2]) + 1] if found is not None and asked else found
        self._answer(404 if part is None else 206 if asked else 200, part or b"")

    def do_DELETE(self) -> None:
        self.held.pop(self._key, None)
        self._answer(204)

    @property
    def _key(self) -> str:
        return unquote(urlsplit(self.path).path)[1:]

    def _answer(self, status: int, content: bytes = b"", body: bool = True) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if body:
            self.wfile.write(content)


def bucket(port: int) -> Settings:
    return Settings.from_environment({
        "TEAHOUSE_MEDIA_BUCKET": "bucket", "TEAHOUSE_S3_URL": f"http://127.0.0.1:{port}",
        "TEAHOUSE_S3_KEY_ID": "key", "TEAHOUSE_S3_KEY_SECRET": "secret"})


@pytest.fixture(params=["folder", "bucket"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MediaStore]:
    if request.param == "folder":
        yield Folder(tmp_path / "media")
        return
    server = ThreadingHTTPServer(("127.0.0.1", 0), Objects)
    Objects.held.clear()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield chosen(bucket(server.server_port))
    server.shutdown()
    server.server_close()


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
        Bucket(bucket(free_port())).size("o_1/m_a/file.txt")
    assert refused.value.code is Code.UNAVAILABLE


def test_no_key_leads_out_of_the_folder(tmp_path: Path) -> None:
    for key in ("../secret", "o_1/../../secret", "/etc/passwd"):
        with pytest.raises(ValueError, match=re.escape(key)):
            Folder(tmp_path / "media").size(key)
