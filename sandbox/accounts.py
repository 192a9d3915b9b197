"""WeChat accounts and the people who follow or use them."""

import base64
import binascii
import hashlib
import re
import secrets
from collections import deque
from dataclasses import dataclass, field
from typing import Any, Literal

from sandbox.bounded import Bounded
from sandbox.journal import Delivery
from sandbox.limits import KEPT_CODES, KEPT_DELIVERIES, KEPT_MEDIA, KEPT_PEOPLE, KEPT_TICKETS, LEVELS
from sandbox.quota import Quota

OPENID = re.compile(r"o[A-Za-z0-9_-]{27}")
CONFIGURED = (
    "kind", "appid", "secret", "name", "token", "encoding_aes_key", "mode", "callback_url", "data_format",
    "original_id", "templates", "ip_whitelist", "level",
)  # fmt: skip


@dataclass
class Person:
    """One openid: a follower of an Official Account, or a user of a mini-program."""

    appid: str
    openid: str
    nickname: str = ""
    unionid: str | None = None
    subscribed: bool = False
    subscribed_at: int = 0
    subscribe_scene: str = "ADD_SCENE_SEARCH"
    qr_scene: str = ""
    phone: str = ""
    quota: Quota = field(default_factory=Quota)
    credits: dict[str, int] = field(default_factory=dict)
    outbox: deque[Delivery] = field(default_factory=lambda: deque(maxlen=KEPT_DELIVERIES))
    last_push: Any = None
    last_create_time: int = 0
    logged_in_at: float = 0.0
    acted_at: float = 0.0
    typing_until: float = 0.0
    mass: dict[str, int] = field(default_factory=dict)

    def describe(self, now: float) -> dict[str, Any]:
        """What the control API tells about a person."""
        return {
            "appid": self.appid,
            "openid": self.openid,
            "nickname": self.nickname,
            "unionid": self.unionid,
            "subscribed": self.subscribed,
            "quota": self.quota.state(now),
            "credits": self.credits,
            "typing": self.typing_until > now,
        }


@dataclass
class Code:
    """A code from wx.login or a phone button: good once, for five minutes."""

    openid: str
    expires_at: float
    used: bool = False


@dataclass
class Media:
    type: str
    filename: str
    content_type: str
    content: bytes
    expires_at: float


@dataclass
class Ticket:
    """A parametric QR code."""

    scene: str
    expires_at: float | None


@dataclass
class Account:
    """One appid with all that WeChat knows about it."""

    kind: Literal["official_account", "mini_program"]
    appid: str
    secret: str
    name: str = ""
    token: str = ""
    encoding_aes_key: str = ""
    mode: Literal["plain", "compatible", "safe"] = "plain"
    callback_url: str = ""
    data_format: Literal["xml", "json"] = "xml"
    original_id: str = ""
    templates: list[str] = field(default_factory=list)
    ip_whitelist: list[str] | None = None
    level: str = "service"
    menu: list[dict[str, Any]] | None = None
    people: Bounded[str, Person] = field(default_factory=lambda: Bounded(KEPT_PEOPLE))
    login_codes: Bounded[str, Code] = field(default_factory=lambda: Bounded(KEPT_CODES))
    phone_codes: Bounded[str, Code] = field(default_factory=lambda: Bounded(KEPT_CODES))
    media: Bounded[str, Media] = field(default_factory=lambda: Bounded(KEPT_MEDIA))
    tickets: Bounded[str, Ticket] = field(default_factory=lambda: Bounded(KEPT_TICKETS))
    mass_jobs: Bounded[str, int] = field(default_factory=lambda: Bounded(KEPT_CODES))

    def __post_init__(self) -> None:
        """Refuses what the platform's settings page would refuse, with a sentence."""
        if self.kind not in ("official_account", "mini_program"):
            raise ValueError("kind is official_account or mini_program")
        if self.mode not in ("plain", "compatible", "safe"):
            raise ValueError("mode is plain, compatible or safe")
        if self.data_format not in ("xml", "json"):
            raise ValueError("data_format is xml or json")
        if self.level not in LEVELS:
            raise ValueError(f"level is one of {', '.join(LEVELS)}")
        if self.data_format == "json" and self.kind != "mini_program":
            raise ValueError("an Official Account gets its pushes as XML only")
        if self.mode != "plain" and not good_key(self.encoding_aes_key):
            raise ValueError("encoding_aes_key has 43 letters or digits in this mode")
        self.original_id = self.original_id or "gh_" + hashlib.sha256(self.appid.encode()).hexdigest()[:12]

    @classmethod
    def of(cls, settings: dict[str, Any]) -> "Account":
        """An account from its JSON; an unknown or missing name is a ValueError."""
        unknown = set(settings) - set(CONFIGURED)
        missing = {"kind", "appid", "secret"} - set(settings)
        if unknown or missing:
            raise ValueError(f"account: unknown {sorted(unknown)}, missing {sorted(missing)}")
        return cls(**{name: value for name, value in settings.items() if value is not None})

    def settings(self) -> dict[str, Any]:
        """The JSON from which this account can be made again."""
        return {name: getattr(self, name) for name in CONFIGURED}

    def person(self, openid: str, **about: Any) -> Person:
        """The person with this openid, made on first use."""
        if openid not in self.people:
            if not OPENID.fullmatch(openid):
                raise ValueError("an openid is o and 27 letters, digits, - or _")
            self.people[openid] = Person(self.appid, openid, **about)
        return self.people[openid]


def new_openid() -> str:
    """28 characters, as the platform's own."""
    return "o" + secrets.token_urlsafe(24)[:27]


def good_key(encoding_aes_key: str) -> bool:
    """43 characters that stand for 32 bytes."""
    try:
        return len(encoding_aes_key) == 43 and len(base64.b64decode(encoding_aes_key + "=")) == 32
    except binascii.Error:
        return False
