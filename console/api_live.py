"""`/live`: what happens, as it happens, as server-sent events."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from flask import Response, request
from msgspec import Meta

from console import api_overview
from console.api_channels import find
from console.asking import Ask, In


class LiveQuery(In):
    """Entries above `after`; without it, those from now on. A browser that comes back says by itself where it was."""

    after: Annotated[int, Meta(ge=0, lt=1 << 53)] | None = None


def channel(ask: Ask, channel: str, query: LiveQuery) -> Response:
    """`entry` (an entry, its seq as the id), `state` (present, waiting, tip), `gap` (entries after `after` up to
    `seq` were left out: ask for them), `forked` (entries above `seq` were lost: drop them), `away` (a server does not
    answer now). The stream ends with the session."""
    known = find(ask, channel)
    return ask.feeds.channel(ask, known, _came_back_at() or query.after)


def overview(ask: Ask) -> Response:
    """`overview`: what GET /overview answers, within a second of something new."""
    return ask.feeds.snapshots(ask, lambda: _plain(api_overview.now(ask)))


def _came_back_at() -> int | None:
    text = request.headers.get("Last-Event-ID", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 15 else None


def _plain(shown: api_overview.OverviewNow) -> dict[str, Any]:
    told: dict[str, Any] = msgspec.to_builtins(shown)
    return told
