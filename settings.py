"""Every setting, read once from the environment.

A wrong one stops the start with one line that names it. `docs/settings.md` is written from the fields below by
`python -m settings`, and a test keeps it true.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from rooms.errors import Misconfigured
from rooms.live.address import Servers

T = TypeVar("T")

DURABILITIES = ("relaxed", "local", "replicated")
LOG_LEVELS = ("debug", "info", "warning", "error")
SECRET_KEY_LENGTH = 32


class Wrong(ValueError):
    """What is wrong with a value; the caller knows which variable it came from."""


def _text(value: str) -> str:
    return value


def _whole(least: int, most: int = 2**31) -> Callable[[str], int]:
    def read(value: str) -> int:
        if not value.isascii() or not value.isdigit() or not least <= int(value) <= most:
            raise Wrong(f"{value!r} is not a whole number between {least} and {most}")
        return int(value)
    return read


def _one_of(*allowed: str) -> Callable[[str], str]:
    def read(value: str) -> str:
        if value not in allowed:
            raise Wrong(f"{value!r} is none of {', '.join(allowed)}")
        return value
    return read


def _url(*schemes: str) -> Callable[[str], str]:
    def read(value: str) -> str:
        try:
            parts = urlsplit(value)
            usable = parts.scheme in schemes and (parts.hostname or parts.scheme in ("sqlite", "unix"))
            _ = parts.port
        except ValueError:
            usable = False
        if not usable:  # the value itself may hold a password, so it is not repeated
            raise Wrong(f"not an address that begins with {' or '.join(f'{scheme}://' for scheme in schemes)}")
        return value
    return read


def _redis(value: str) -> str:
    hosts = urlsplit(value).netloc.rpartition("@")[2]
    _url("redis", "rediss", "unix", "redis+sentinel")(value.replace(hosts, hosts.split(",")[0]) if hosts else value)
    try:
        Servers.of(value)
    except ValueError as wrong:
        raise Wrong(str(wrong)) from None
    return value


def _several(redis_url: str) -> bool:
    servers = Servers.of(redis_url)
    return bool(servers.watched_as) or len(servers.addresses) > 1


def _web_address(value: str) -> str:
    return _url("http", "https")(value).rstrip("/")


def _origin(value: str) -> str:
    parts = urlsplit(_web_address(value))
    if parts.path or parts.query or parts.fragment or parts.username:
        raise Wrong("only scheme, host and port")
    return parts.geturl()


def _pace(value: str) -> tuple[int, ...]:
    seconds = tuple(_whole(0)(part.strip()) for part in value.split(","))
    if list(seconds) != sorted(seconds):
        raise Wrong("the seconds must not become fewer from one digest to the next")
    return seconds


def _hours(value: str) -> tuple[int, int]:
    first, between, last = value.partition("-")
    if not between:
        raise Wrong(f"{value!r} is not two hours such as 23-8")
    return _whole(0, 23)(first.strip()), _whole(0, 23)(last.strip())


def _secret(value: str) -> str:
    if len(value) < SECRET_KEY_LENGTH:
        raise Wrong(f"must have at least {SECRET_KEY_LENGTH} characters; `openssl rand -hex 32` makes one")
    return value


def _share(value: str) -> float:
    try:
        share = float(value)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise Wrong(f"{value!r} is not a share between 0 and 1")
    return share


def _appids(value: str) -> tuple[str, ...]:
    appids = tuple(part.strip() for part in value.split(",") if part.strip())
    if not all(appid.isascii() and appid.isalnum() for appid in appids):
        raise Wrong("AppIDs with commas between")
    return appids


def _yes(value: str) -> bool:
    return _one_of("yes", "no")(value) == "yes"


def _prefix(value: str) -> str:
    if not value.isascii() or not value.isalnum():
        raise Wrong("must be Latin letters and digits")
    return value


def _directory(value: str) -> Path:
    return Path(value).absolute()


def _setting(
    variable: str, read: Callable[[str], Any], text: str, default: str | None = None, *, secret: bool = False
) -> Any:
    """A field: its variable, how its text is read, what it is for. A default is written as in the environment."""
    described = {"variable": variable, "read": read, "text": text, "default": default, "secret": secret}
    return field(metadata=described, repr=not secret)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """All settings. `None` stands where a variable without a default is not set."""

    redis_url: str | None = _setting("REDIS_URL", _redis,
        "the Redis that holds the log: `redis://…`, a single one or a node of a Cluster (several nodes: "
        "`redis://:PASSWORD@a:6379,b:6379`), or `redis+sentinel://:PASSWORD@a:26379,b:26379/NAME/0` for the master "
        "that Sentinel calls NAME (`?sentinel_password=…` where the Sentinels have one); without it an embedded one "
        "runs", secret=True)
    database_url: str | None = _setting("DATABASE_URL", _url(
        "sqlite", "mysql", "mysql+pymysql", "mariadb", "mariadb+pymysql"),
        "the SQL database (MySQL or MariaDB); without it SQLite under `TEAHOUSE_VAR`", secret=True)
    database_replica_url: str | None = _setting("DATABASE_REPLICA_URL", _url(
        "sqlite", "mysql", "mysql+pymysql", "mariadb", "mariadb+pymysql"),
        "a replica of it that answers history and search; what a page of history lacks there, and all while it is "
        "away, `DATABASE_URL` has; search finds what is as old as the replica", secret=True)
    broker_url: str | None = _setting("TEAHOUSE_BROKER_URL", _url("redis", "rediss", "unix"),
        "Celery's Redis, never a cluster; without it database 1 of a single `REDIS_URL`, required with Sentinel and "
        "with several nodes", secret=True)
    durability: str = _setting("TEAHOUSE_DURABILITY", _one_of(*DURABILITIES),
        "what `said` promises: `relaxed` (a second may be lost), `local` (survives the death of any process), "
        "`replicated` (also that of the machine that holds the log)", "local")
    secret_key: str | None = _setting("TEAHOUSE_SECRET_KEY", _secret,
        "signs tokens and encrypts the accounts' secrets; made once under `TEAHOUSE_VAR` while everything is "
        "embedded, required as soon as `REDIS_URL` or `DATABASE_URL` is set", secret=True)
    master_key: str | None = _setting("TEAHOUSE_MASTER_KEY", _secret,
        "with it, what people say is sealed in the database under a data key of each organization, which it wraps; "
        "without it, it is not. Lost, everything that was sealed is lost", secret=True)
    master_key_before: str | None = _setting("TEAHOUSE_MASTER_KEY_BEFORE", _secret,
        "the master key before, until `teahouse keys rotate` has wrapped every data key anew", secret=True)
    seal_log: bool = _setting("TEAHOUSE_SEAL_LOG", _yes,
        "whether what people say is sealed before it reaches Redis too; needs `TEAHOUSE_MASTER_KEY`, and that every "
        "process runs a version that knows this setting", "no")
    network_log_days: int = _setting("TEAHOUSE_NETWORK_LOG_DAYS", _whole(183, 36_500),
        "how long it is kept from which address somebody logged in or connected; the law wants six months", "190")
    retention_days: int = _setting("TEAHOUSE_RETENTION_DAYS", _whole(0, 36_500),
        "how long words are kept where an organization says nothing (0: for ever); see `teahouse retention`", "0")
    backup_key: str | None = _setting("TEAHOUSE_BACKUP_KEY", _secret,
        "seals backups; keep it elsewhere: without it no backup opens", secret=True)
    backup_folder: Path | None = _setting("TEAHOUSE_BACKUP_FOLDER", _directory,
        "where backups are made by the clock; without it they are made by `teahouse backup` only")
    backup_hours: int = _setting("TEAHOUSE_BACKUP_HOURS", _whole(1, 24 * 31), "how often, in hours", "24")
    backups_kept: int = _setting("TEAHOUSE_BACKUPS_KEPT", _whole(1, 10_000),
        "how many of them stay in the folder", "7")
    backup_bucket: str | None = _setting("TEAHOUSE_BACKUP_BUCKET", _text,
        "a bucket of the S3-compatible store to which each of them is copied (up to 5 GB); the bucket's own rules "
        "delete old ones")
    var: Path = _setting("TEAHOUSE_VAR", _directory, "where the embedded servers keep their data", "var")
    host: str = _setting("TEAHOUSE_HOST", _text, "the address the web processes listen on", "127.0.0.1")
    port: int = _setting("TEAHOUSE_PORT", _whole(1, 65535), "their port", "8000")
    web_processes: int = _setting("TEAHOUSE_WEB_PROCESSES", _whole(1, 256),
        "how many web processes serve; as many as cores is a good number", "2")
    sockets_per_process: int = _setting("TEAHOUSE_SOCKETS_PER_PROCESS", _whole(1, 1_000_000),
        "connections a web process takes; beyond that it answers 503 with Retry-After", "20000")
    public_url: str | None = _setting("TEAHOUSE_PUBLIC_URL", _origin,
        "the address by which people and WeChat reach this house, such as `https://chat.example.com`; links are made "
        "from it, and with `https` the console's cookies are for `https` only")
    webhooks_to_private: str = _setting("TEAHOUSE_WEBHOOKS_TO_PRIVATE", _one_of("no", "yes"),
        "whether organizations' webhooks may call addresses inside private networks", "no")
    trusted_proxies: int = _setting("TEAHOUSE_TRUSTED_PROXIES", _whole(0, 10),
        "proxies in front that each write `X-Forwarded-For` anew or add to it: whose address limits count by is taken "
        "from there (0: the connection's own)", "0")
    wechat_api_url: str = _setting("TEAHOUSE_WECHAT_API_URL", _web_address,
        "the platform's API; with `teahouse up --sandbox` the sandbox unless set", "https://api.weixin.qq.com")
    cloud_hosting: tuple[str, ...] = _setting("TEAHOUSE_CLOUD_HOSTING", _appids,
        "only inside WeChat cloud hosting (微信云托管) with public access off: AppIDs, with commas between, whose "
        "pushes are believed unsigned where they bear `X-WX-SOURCE`; what the first of them asks of WeChat goes "
        "without a token (开放接口服务)", "")
    sandbox_port: int = _setting("TEAHOUSE_SANDBOX_PORT", _whole(1, 65535), "the sandbox's port", "8100")
    digest_pace_seconds: tuple[int, ...] = _setting("TEAHOUSE_DIGEST_PACE_SECONDS", _pace,
        "the least time before each further digest to a quiet follower; at the list's end nothing more until "
        "the follower acts", "30,120,900,7200")
    quiet_hours: tuple[int, int] | None = _setting("TEAHOUSE_QUIET_HOURS", _hours,
        "hours of China's clock in which followers hear of mentions and notices only, such as 23-8")
    say_per_second: int = _setting("TEAHOUSE_SAY_PER_SECOND", _whole(0),
        "messages a second of one user in one room (0: no limit)", "5")
    channel_say_per_second: int = _setting("TEAHOUSE_CHANNEL_SAY_PER_SECOND", _whole(0),
        "messages a second in one channel (0: no limit)", "0")
    organization_say_per_second: int = _setting("TEAHOUSE_ORGANIZATION_SAY_PER_SECOND", _whole(0),
        "messages a second in one organization (0: no limit)", "0")
    channel_enters_per_second: int = _setting("TEAHOUSE_CHANNEL_ENTERS_PER_SECOND", _whole(0),
        "people a second who enter one channel (0: no limit)", "0")
    frames_per_second: int = _setting("TEAHOUSE_FRAMES_PER_SECOND", _whole(1),
        "frames a second of one socket", "50")
    logins_per_minute: int = _setting("TEAHOUSE_LOGINS_PER_MINUTE", _whole(1),
        "logins a minute from one address", "600")
    room_password_tries_per_minute: int = _setting("TEAHOUSE_ROOM_PASSWORD_TRIES_PER_MINUTE", _whole(1),
        "tries a minute of one room's password, by everybody together", "100")
    sms_provider: str = _setting("TEAHOUSE_SMS_PROVIDER", _one_of("none", "sandbox", "tencent", "aliyun"),
        "who sends SMS: `none`, `sandbox` (its page shows them; what `teahouse up --sandbox` takes unless set), "
        "`tencent` and `aliyun` by their SDKs (the extras `sms-tencent` and `sms-aliyun`)", "none")
    sms_key_id: str | None = _setting("TEAHOUSE_SMS_KEY_ID", _text,
        "the provider's access key (SecretId, AccessKey ID)", secret=True)
    sms_key_secret: str | None = _setting("TEAHOUSE_SMS_KEY_SECRET", _text,
        "and its secret (SecretKey, AccessKey Secret)", secret=True)
    sms_app: str | None = _setting("TEAHOUSE_SMS_APP", _text, "the SdkAppId of Tencent Cloud SMS")
    sms_sign: str | None = _setting("TEAHOUSE_SMS_SIGN", _text, "the approved signature (签名) that begins an SMS")
    sms_template: str | None = _setting("TEAHOUSE_SMS_TEMPLATE", _text,
        "the approved template: at Tencent with two places (code, minutes), at Aliyun with one (`code`)")
    sms_api_url: str | None = _setting("TEAHOUSE_SMS_API_URL", _web_address,
        "another address of the provider's API; the sandbox is found at `TEAHOUSE_WECHAT_API_URL`")
    sms_per_day: int = _setting("TEAHOUSE_SMS_PER_DAY", _whole(0),
        "SMS a day in all: the most that they can cost", "1000")
    organization_sms_per_day: int = _setting("TEAHOUSE_ORGANIZATION_SMS_PER_DAY", _whole(0),
        "SMS a day of one organization", "500")
    address_sms_per_hour: int = _setting("TEAHOUSE_ADDRESS_SMS_PER_HOUR", _whole(1),
        "SMS an hour that are asked for from one address", "20")
    media_bucket: str | None = _setting("TEAHOUSE_MEDIA_BUCKET", _text,
        "the bucket of an S3-compatible store that keeps pictures, voices, videos and files (the extra `s3`); without "
        "it they lie in the folder `media` under `TEAHOUSE_VAR`, which all hosts must share")
    s3_url: str | None = _setting("TEAHOUSE_S3_URL", _web_address,
        "its address (Tencent COS, Aliyun OSS, MinIO); without it Amazon's")
    s3_region: str | None = _setting("TEAHOUSE_S3_REGION", _text, "its region, where it has one")
    s3_key_id: str | None = _setting("TEAHOUSE_S3_KEY_ID", _text, "the access key for it", secret=True)
    s3_key_secret: str | None = _setting("TEAHOUSE_S3_KEY_SECRET", _text, "and its secret", secret=True)
    image_mb: int = _setting("TEAHOUSE_IMAGE_MB", _whole(0, 1024), "the largest picture that is taken (0: none is)",
        "20")
    voice_mb: int = _setting("TEAHOUSE_VOICE_MB", _whole(0, 1024), "the largest voice", "20")
    video_mb: int = _setting("TEAHOUSE_VIDEO_MB", _whole(0, 1024), "the largest video", "20")
    file_mb: int = _setting("TEAHOUSE_FILE_MB", _whole(0, 1024), "the largest document", "20")
    uploads_per_day: int = _setting("TEAHOUSE_UPLOADS_PER_DAY", _whole(0),
        "uploads a day of one person", "200")
    ffmpeg: str | None = _setting("TEAHOUSE_FFMPEG", _text,
        "the ffmpeg that makes voices and videos playable; without it the one on the PATH, else that of the extra "
        "`media`")
    webm: bool = _setting("TEAHOUSE_WEBM", _yes, "whether videos are also kept as VP9 WebM: `yes` or `no`", "no")
    sockets_per_user: int = _setting("TEAHOUSE_SOCKETS_PER_USER", _whole(1),
        "sockets of one user; a newer one closes the oldest", "5")
    handshakes_per_second: int = _setting("TEAHOUSE_HANDSHAKES_PER_SECOND", _whole(1),
        "WebSocket handshakes a second in one web process; above: 503 with Retry-After", "500")
    callback_max_age_seconds: int = _setting("TEAHOUSE_CALLBACK_MAX_AGE_SECONDS", _whole(0),
        "how old a signed push may be (0: any age)", "600")
    metrics_token: str | None = _setting("TEAHOUSE_METRICS_TOKEN", _text,
        "the bearer token with which `/metrics` may be read from elsewhere than loopback", secret=True)
    redis_prefix: str = _setting("TEAHOUSE_REDIS_PREFIX", _prefix,
        "begins every key, so that two houses can share a Redis", "th")
    log_format: str = _setting("TEAHOUSE_LOG_FORMAT", _one_of("json", "text"),
        "one JSON object a line, or lines for people; `teahouse up` writes text unless this is set", "json")
    log_level: str = _setting("TEAHOUSE_LOG_LEVEL", _one_of(*LOG_LEVELS), ", ".join(LOG_LEVELS), "info")
    traces: float = _setting("TEAHOUSE_TRACES", _share,
        "the share of messages and requests whose way is told to an OpenTelemetry collector, from 0 (none) to 1 "
        "(each); where it listens is said by OpenTelemetry's own variables (the extra `traces`)", "0")

    def __post_init__(self) -> None:
        if self.secret_key is None and not self.embedded:
            raise Misconfigured("TEAHOUSE_SECRET_KEY: required as soon as REDIS_URL or DATABASE_URL is set; "
                                f"at least {SECRET_KEY_LENGTH} characters, `openssl rand -hex 32` makes one")

        if self.broker_url is None and self.redis_url and _several(self.redis_url):
            raise Misconfigured("TEAHOUSE_BROKER_URL: required where REDIS_URL names Sentinels or several nodes; "
                                "Celery needs a single Redis of its own")
        if self.backup_folder is not None and self.backup_key is None:
            raise Misconfigured("TEAHOUSE_BACKUP_KEY: required with TEAHOUSE_BACKUP_FOLDER")
        self._check_sms()

    def _check_sms(self) -> None:
        needed = {"tencent": ("KEY_ID", "KEY_SECRET", "APP", "SIGN", "TEMPLATE"),
                  "aliyun": ("KEY_ID", "KEY_SECRET", "SIGN", "TEMPLATE")}.get(self.sms_provider, ())
        for name in needed:
            if not getattr(self, f"sms_{name.lower()}"):
                raise Misconfigured(f"TEAHOUSE_SMS_{name}: required with TEAHOUSE_SMS_PROVIDER={self.sms_provider}")

    @property
    def embedded(self) -> bool:
        """Whether both the log and the record are kept under `var`."""
        return self.redis_url is None and self.database_url is None

    @property
    def served_over_https(self) -> bool:
        return self.public_url is not None and self.public_url.startswith("https://")

    @staticmethod
    def from_environment(environ: Mapping[str, str] = os.environ) -> Settings:
        """The settings of this environment; raises `Misconfigured` with one line that begins with the variable."""
        return Settings(**{each.name: _read(each, environ) for each in fields(Settings)})


def _read(each: Field[Any], environ: Mapping[str, str]) -> Any:
    variable = each.metadata["variable"]
    value = _given(variable, environ, each.metadata["secret"]) or each.metadata["default"]
    if value is None:
        return None
    try:
        return each.metadata["read"](value)
    except Wrong as wrong:
        raise Misconfigured(f"{variable}: {wrong}") from None


def _given(variable: str, environ: Mapping[str, str], secret: bool) -> str | None:
    """The variable's text, or for a secret that of the file named by `…_FILE`. An empty variable counts as not set."""
    path = environ.get(f"{variable}_FILE") if secret else None
    if path and environ.get(variable):
        raise Misconfigured(f"{variable}: set together with {variable}_FILE; leave one of them out")
    if not path:
        return environ.get(variable) or None
    try:
        return Path(path).read_text(encoding="utf-8").strip() or None
    except (OSError, UnicodeDecodeError) as error:
        raise Misconfigured(f"{variable}_FILE: cannot read {path} ({error})") from None


def described() -> str:
    """The text of docs/settings.md."""
    rows = [_row(each) for each in fields(Settings)]
    return "\n".join([_HEAD, "| variable | default | what it is for |", "| --- | --- | --- |", *rows, ""])


def _row(each: Field[Any]) -> str:
    about = each.metadata
    default = f"`{about['default']}`" if about["default"] is not None else "–"
    also = f"; also as `{about['variable']}_FILE`" if about["secret"] else ""
    return f"| `{about['variable']}` | {default} | {about['text']}{also} |"


_HEAD = """# Settings

Written from `settings.py` by `python -m settings`; do not edit. Settings come from the environment; a secret may
stand in a file named by `…_FILE` instead. A wrong setting stops the start with one line that names it. An empty
variable counts as not set.
"""


if __name__ == "__main__":
    sys.stdout.write(described())
