"""What is shown of a text that was found: the words around the first place of what was searched for."""

from __future__ import annotations

from collections.abc import Sequence

from rooms import grams

LONGEST = 120
"""Characters."""


def excerpt(words: str, terms: Sequence[str]) -> list[tuple[str, bool]]:
    """The words around the first place where a term stands, and what of them is searched for."""
    spans = grams.spans(words, terms)
    first = spans[0][0] if spans else 0
    start = max(0, min(first - LONGEST // 3, len(words) - LONGEST))
    end, parts = min(len(words), start + LONGEST), list[tuple[str, bool]]()
    at = start
    for left, right in spans:
        if left < end:
            parts += [(words[at:left], False), (words[left:min(right, end)], True)]
            at = min(right, end)
    parts.append((words[at:end], False))
    shown = [part for part in parts if part[0]]
    return [*([("…", False)] if start else []), *shown, *([("…", False)] if end < len(words) else [])]
