"""Log lines without secrets and without what people say.

One JSON object a line, or text for people. Everything goes through one chain, the libraries' own lines too, and the
last step before writing blanks what must not be kept: values under telling names, and secrets inside texts.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog
from gunicorn.glogging import Logger as Glogging
from structlog.typing import Processor

from rooms import tracing
from settings import Settings

BLANK = "[…]"
NOISY = ("urllib3", "kombu", "amqp", "wechatpy", "alembic", "celery.worker.strategy", "celery.app.trace", "celery.beat")
"""What these say below a warning is about themselves, and some of it every second."""
NAMES = frozenset("""
    access_token aes_key appsecret authorization body code content cookie encoding_aes_key encrypt frame js_code
    mobile password password_hash passwd phone secret secret_key session_key signature msg_signature text token
""".split())
PATTERNS = (
    re.compile(r"(?i)(?<=://)[^/\s:@]*:[^/\s@]+(?=@)"),  # user:password in an address
    re.compile(r"(?i)\b(?:(?:access_|stable_)?token|secret|js_code|code|session_key|password|encoding_aes_key"
               r"|(?:msg_)?signature)[\"']?\s*[=:]\s*[\"']?[^\s&\"',})]+"),
    re.compile(r"(?i)\bbearer\s+[\w.~+/=-]+"),
)


def configure(settings: Settings, process: str) -> None:
    """Sends everything that is logged in this process to standard output, once."""
    ours: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _names(process),
        _traced,
    ]
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=ours,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, structlog.processors.format_exc_info,
                    redact, _renderer(settings.log_format)],
    ))
    logging.basicConfig(handlers=[handler], level=settings.log_level.upper(), force=True)
    for noisy in NOISY:
        logging.getLogger(noisy).setLevel(logging.WARNING)
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *ours, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(), wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def redact(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The last look at a line: nothing secret and nothing that people said leaves the process."""
    for name, value in event.items():
        event[name] = _blanked(name, value)
    return event


def _blanked(name: str, value: Any) -> Any:
    if name.lower() in NAMES:
        return BLANK
    if isinstance(value, str):
        return _without_secrets(value)
    if isinstance(value, Mapping):
        return {key: _blanked(str(key), inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_blanked("", inner) for inner in value]
    if isinstance(value, (int, float, bool)) or value is None:
        return value
    return _without_secrets(repr(value))


def _without_secrets(text: str) -> str:
    for pattern in PATTERNS:
        text = pattern.sub(BLANK, text)
    return text


def _names(process: str) -> Processor:
    def add(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        event["process"] = process
        return event
    return add


def _traced(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """What is being done here, under the id that it has in every process."""
    trace = tracing.now()
    if trace is not None:
        event["trace"] = trace.name
        if trace.others:
            event["traces"] = [tracing.name_of(other) for other in trace.others]
    return event


def _renderer(style: str) -> Processor:
    if style == "json":
        return structlog.processors.JSONRenderer(ensure_ascii=False)
    return _line


def _line(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> str:
    """A line for people: time, process, level, what happened, the facts."""
    time, level = str(event.pop("timestamp", ""))[11:19], str(event.pop("level", ""))
    process, message = event.pop("process", ""), event.pop("event", "")
    trouble = event.pop("exception", None)
    event.pop("logger", None)
    facts = " ".join(f"{name}={value}" for name, value in event.items())
    line = f"{time} {process:<7} {level:<7} {message} {facts}".rstrip()
    return f"{line}\n{trouble}" if trouble else line


class GunicornLogger(Glogging):  # type: ignore[misc]  # gunicorn has no types
    """Gunicorn's own lines go the same way as ours. It writes no access log: addresses there carry signatures."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        configure(Settings.from_environment(), "web")
        for logger in (self.error_log, self.access_log):
            logger.handlers.clear()
            logger.setLevel(logging.NOTSET)
        self.error_log.propagate = True
        self.access_log.propagate = False
