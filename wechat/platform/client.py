"""The one way out to WeChat's API, through wechatpy with its traps closed.

wechatpy's own retry can loop for ever, its time-outs are missing in places and its base address is fixed in several
classes; so every request passes one adapter that sets the address, the time-out and the most that is read of an
answer, the token comes from `tokens`, and a call that failed for its token is made once more, by us.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, TypeVar
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from wechatpy.client import WeChatClient
from wechatpy.exceptions import WeChatClientException

from rooms import tracing
from rooms.errors import TeahouseError
from wechat.platform import hosting
from wechat.platform.limits import LIMITS, PlatformLimits

T = TypeVar("T")

PLATFORM = "https://api.weixin.qq.com"
STALE_TOKEN = frozenset({40001, 40014, 42001})
CHUNK = 1 << 16
_EMPTY_TOKEN = re.compile(r"(?<=[?&])access_token=(?:&|$)")


class CallFailed(TeahouseError):
    """WeChat did not do it. `errcode` is its answer; None when there was no answer that one can trust.

    `sent` is False only where the request certainly never left: then nothing can have happened.
    """

    def __init__(self, errcode: int | None, detail: str = "", sent: bool = True) -> None:
        super().__init__(f"{errcode}: {detail}" if errcode is not None else detail)
        self.errcode = errcode
        self.detail = detail
        self.sent = sent


class AnswerTooLong(requests.RequestException):
    """The answer was longer, or took longer, than anything WeChat says."""


class Adapter(HTTPAdapter):
    """Sends to `base` what is addressed to the platform, never waits without end, never reads without end."""

    def __init__(self, base: str, limits: PlatformLimits = LIMITS) -> None:
        super().__init__(pool_maxsize=50)
        self._base = base
        self._limits = limits

    def send(self, request: requests.PreparedRequest, stream: bool = False,  # noqa: ARG002 - always streamed
             timeout: float | tuple[float, float] | tuple[float, None] | None = None,
             verify: bool | str = True, cert: bytes | str | tuple[bytes | str, bytes | str] | None = None,
             proxies: Mapping[str, str] | None = None) -> requests.Response:
        seconds = self._limits.call_timeout_seconds
        deadline = time.monotonic() + seconds
        request.url = self._address(request.url or "")
        with tracing.step("call WeChat", path=urlsplit(request.url).path):
            response = super().send(request, stream=True, timeout=timeout or seconds, verify=verify, cert=cert,
                                    proxies=proxies)
            response._content = self._bounded(response, deadline)
        return response

    def _address(self, url: str) -> str:
        return _without_token(self._base + url.removeprefix(PLATFORM))

    def _bounded(self, response: requests.Response, deadline: float) -> bytes:
        """All of the body, if it is short enough and comes soon enough, however slowly its bytes drip."""
        body = bytearray()
        try:
            while chunk := response.raw.read1(CHUNK, decode_content=True):
                body += chunk
                if len(body) > self._limits.response_bytes or time.monotonic() > deadline:
                    raise AnswerTooLong("the answer is too long or too slow")
        except AnswerTooLong:
            raise
        except Exception as error:
            raise requests.ConnectionError(type(error).__name__) from None
        finally:
            response.close()
        return bytes(body)


def _without_token(url: str) -> str:
    """Where the token is empty nothing is said of one."""
    return _EMPTY_TOKEN.sub("", url).rstrip("?&")


class ElsewhereAdapter(Adapter):
    """For what WeChat keeps on other hosts; where something else plays WeChat, it keeps that too."""

    def _address(self, url: str) -> str:
        parts = urlsplit(url)
        return url if self._base == PLATFORM else f"{self._base}{parts.path}?{parts.query}"


def session(base: str, limits: PlatformLimits = LIMITS) -> requests.Session:
    """A session whose requests to the platform go to `base`; proxies and passwords of the environment are not used."""
    fresh = requests.Session()
    fresh.trust_env = False
    fresh.mount(PLATFORM, Adapter(base, limits))
    for scheme in ("http://", "https://"):
        fresh.mount(scheme, ElsewhereAdapter(base, limits))
    return fresh


class Tokens:
    """Where the client gets its token, and is told that one no longer works."""

    def get(self) -> str:
        raise NotImplementedError

    def drop(self, token: str) -> None:
        raise NotImplementedError


class Client(WeChatClient):  # type: ignore[misc]
    """wechatpy's client for one account. Use it through `call`."""

    def __init__(self, appid: str, tokens: Tokens, base: str, limits: PlatformLimits = LIMITS) -> None:
        super().__init__(appid, "", timeout=limits.call_timeout_seconds, auto_retry=False)
        inner = hosting.needs_no_token(appid) and base == PLATFORM
        self._http = session(hosting.INNER_LINE if inner else base, limits)
        self._tokens = tokens

    @property
    def access_token(self) -> str:
        if "_tokens" not in self.__dict__:  # wechatpy looks at every property before __init__ ran
            raise AttributeError("access_token")
        return self._tokens.get()

    def call(self, act: Callable[[Client], T]) -> T:
        """Does it, and once more if the token was stale. Raises CallFailed, whose text holds no secret."""
        token = self._tokens.get()
        try:
            return self._once(act)
        except CallFailed as failed:
            if failed.errcode not in STALE_TOKEN:
                raise
        self._tokens.drop(token)
        return self._once(act)

    def raw(self, act: Callable[[Client], T]) -> T | requests.Response:
        """The same for what answers with a file."""
        token = self._tokens.get()
        try:
            return self._asked(act)
        except CallFailed as failed:
            if failed.errcode not in STALE_TOKEN:
                raise
        self._tokens.drop(token)
        return self._asked(act)

    def elsewhere(self, url: str) -> requests.Response:
        """What lies on another of WeChat's hosts."""
        try:
            return self._http.get(url, timeout=self.timeout, allow_redirects=False)
        except requests.RequestException as error:
            raise CallFailed(None, type(error).__name__, not never_left(error)) from None

    def _once(self, act: Callable[[Client], T]) -> T:
        answer = self._asked(act)
        if isinstance(answer, requests.Response):
            raise CallFailed(None, "the answer is not JSON")
        return answer

    def _asked(self, act: Callable[[Client], T]) -> T:
        try:
            answer = act(self)
        except WeChatClientException as error:
            raise CallFailed(error.errcode, safe(error.errmsg)) from None
        except requests.RequestException as error:
            raise CallFailed(None, type(error).__name__, not never_left(error)) from None
        return answer


def never_left(error: requests.RequestException) -> bool:
    """Whether the connection could not even be opened. Anything later may have been received."""
    if isinstance(error, requests.ConnectTimeout):
        return True
    reason: Any = getattr(error.args[0], "reason", None) if error.args else None
    return type(reason).__name__ in ("NewConnectionError", "NameResolutionError", "ConnectTimeoutError")


def safe(errmsg: object) -> str:
    """WeChat's words for an error, short. They never quote the request, so they hold no token."""
    return str(errmsg or "")[:200]


@lru_cache(maxsize=8)
def plain_session(base: str) -> requests.Session:
    """For calls without a token; one for all accounts."""
    return session(base)
