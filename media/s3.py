"""A bucket of an S3-compatible store: Tencent COS, Aliyun OSS, MinIO, Amazon's."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from media.store import CHUNK, Absent, Opened
from rooms.errors import Code, Refused

if TYPE_CHECKING:
    from settings import Settings

SECONDS, TRIES = 20, 3


class Bucket:
    """Errors of the store arrive as Refused(UNAVAILABLE)."""

    def __init__(self, settings: Settings) -> None:
        assert settings.media_bucket is not None
        self._bucket = settings.media_bucket
        self._client: Any = boto3.client(
            "s3", endpoint_url=settings.s3_url, region_name=settings.s3_region or "us-east-1",
            aws_access_key_id=settings.s3_key_id, aws_secret_access_key=settings.s3_key_secret,
            config=Config(connect_timeout=5, read_timeout=SECONDS, retries={"max_attempts": TRIES},
                          request_checksum_calculation="when_required", response_checksum_validation="when_required"))
        self._room = Path(tempfile.gettempdir()) / "teahouse-media"

    def put(self, key: str, path: Path) -> None:
        with path.open("rb") as file:
            self._ask("put_object", Key=key, Body=file)

    def size(self, key: str) -> int:
        return int(self._ask("head_object", Key=key)["ContentLength"])

    def read(self, key: str, first: int = 0, last: int | None = None) -> Opened:
        size = self.size(key)
        if size == 0:
            return Opened(0, iter(()))
        answer = self._ask("get_object", Key=key, Range=f"bytes={first}-{size - 1 if last is None else last}")
        return Opened(size, _chunks(answer["Body"]))

    def delete(self, organization: str, media: str) -> None:
        found = self._ask("list_objects_v2", Prefix=f"{organization}/{media}/", MaxKeys=100).get("Contents", [])
        for each in found:
            self._ask("delete_object", Key=each["Key"])

    def names(self, prefix: str) -> list[str]:
        """Of what lies under it, the first thousand."""
        found = self._ask("list_objects_v2", Prefix=prefix, MaxKeys=1_000).get("Contents", [])
        return sorted(each["Key"] for each in found)

    def drop(self, key: str) -> None:
        self._ask("delete_object", Key=key)

    def room(self) -> Path:
        self._room.mkdir(parents=True, exist_ok=True)
        return self._room

    def _ask(self, verb: str, **given: Any) -> Any:
        try:
            return getattr(self._client, verb)(Bucket=self._bucket, **given)
        except ClientError as error:
            if error.response.get("ResponseMetadata", {}).get("HTTPStatusCode") == 404:
                raise Absent(given.get("Key", "")) from None
            told = error.response["Error"].get("Code")
            raise Refused(Code.UNAVAILABLE, f"the media store says {told}", 2_000) from None
        except BotoCoreError as error:
            raise Refused(Code.UNAVAILABLE, f"the media store: {type(error).__name__}", 2_000) from None


def _chunks(body: Any) -> Iterator[bytes]:
    with body:
        while chunk := body.read(CHUNK):
            yield chunk
