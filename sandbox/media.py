"""Temporary media: kept for three days under a media_id."""

import secrets
from typing import NamedTuple

from sandbox.accounts import Account, Media
from sandbox.errors import Refusal
from sandbox.limits import MEDIA_SECONDS


class Sample(NamedTuple):
    """A file with its type in the platform's words."""

    type: str
    filename: str
    content_type: str
    content: bytes


def keep(account: Account, sample: Sample, now: float) -> str:
    """Store it and give its media_id."""
    media_id = secrets.token_urlsafe(48)
    account.media[media_id] = Media(*sample, expires_at=now + MEDIA_SECONDS)
    return media_id


def find(account: Account, media_id: str, now: float) -> Media:
    """What is behind a media_id of this account; 40007 when unknown or older than three days."""
    found = account.media.get(media_id)
    if not found or found.expires_at <= now:
        raise Refusal(40007)
    return found
