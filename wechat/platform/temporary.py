"""A file that somebody sent to an account, which WeChat keeps for three days."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import urlsplit

import requests

from wechat.platform.client import CallFailed, Client

GONE = frozenset({40007, 40004, 48001})
"""No such file (any more), or not for this account: asking again does not help."""
HOSTS = (".qpic.cn", ".qq.com")
"""Where WeChat keeps videos. It is WeChat that names the address, but a request goes nowhere else."""
CHUNK = 1 << 16


class File(NamedTuple):
    name: str
    content: bytes

    def chunks(self) -> Iterator[bytes]:
        for start in range(0, len(self.content), CHUNK):
            yield self.content[start:start + CHUNK]


def download(client: Client, media_id: str) -> File:
    """The whole file, within the client's limits. Of a video WeChat tells where it lies. Raises CallFailed,
    Refused(UNAVAILABLE)."""
    answer = client.raw(lambda wechat: wechat.media.download(media_id))
    if isinstance(answer, dict):
        answer = client.elsewhere(_address(answer))
    if not isinstance(answer, requests.Response) or answer.status_code != 200 or not answer.content:
        raise CallFailed(None, "the file did not come")
    return File(_name(answer), answer.content)


def _address(answer: dict[str, object]) -> str:
    url = str(answer.get("video_url") or "")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not (parts.hostname or "").endswith(HOSTS):
        raise CallFailed(None, "the video's address is not WeChat's")
    return url


def _name(answer: requests.Response) -> str:
    """What the header says, without any folder."""
    told = answer.headers.get("Content-Disposition", "").partition("filename=")[2].strip(' "')
    return told.rpartition("/")[2][:100] or "file"
