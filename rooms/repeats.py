"""Knowing the same words when they come again, for folding and for the guard against duplicates."""

from __future__ import annotations

import hashlib
import unicodedata

from rooms.drafts import Draft


def digest(draft: Draft, key: bytes = b"") -> str:
    """Equal for texts that differ only in case, width, spaces and what cannot be seen; empty for what is not text. With
    a key, nobody else can try out which words they are."""
    text = draft.body.get("text")
    if draft.type != "text" or not isinstance(text, str):
        return ""
    folded = "".join(unicodedata.normalize("NFKC", text).casefold().split())
    if not folded.isprintable():
        folded = "".join(one for one in folded if unicodedata.category(one)[0] != "C")
    return hashlib.blake2b(folded.encode("utf-8", "replace"), digest_size=12, key=key).hexdigest()
