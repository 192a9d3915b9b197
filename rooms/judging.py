"""What the lists of words ask for when somebody wants to say something.

The role of who speaks is only known to the room's gate, so a verdict says for each rank what is to be done; the gate
looks up its own. An organization's lists hold in every room, a room's in that room.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import re2

from rooms.drafts import Draft
from rooms.events import Door, Person
from rooms.matching import Found, Matcher
from rooms.permissions import RANK
from rooms.record.safety import Policy
from rooms.record.word_lists import WordList

ACTIONS = ("mask", "hold", "block", "mute")
"""From the mildest to the hardest; the hardest that is asked for counts. `mute` blocks as well."""
LETTERS = {"": "-", "mask": "m", "hold": "h", "block": "b", "mute": "u"}
"""How the gate is told."""

FIELDS: Mapping[str, Sequence[str]] = {
    "text": ("text",), "link": ("title", "description", "url"), "location": ("name", "address"), "file": ("name",)}
"""Where people's own words stand in a body."""

SHOWN = frozenset({"image", "voice", "video", "file"})
NOBODY = len(RANK)
STAR = "*"
PATTERN_MEMORY = 4 << 20
"""Bytes that one expression's automaton may take."""


class Finding(NamedTuple):
    list: WordList
    word: str
    field: str
    start: int
    end: int


class Verdict(NamedTuple):
    """`actions`: a letter for each rank, from guest up; `bodies`: what each may say instead, where words are masked."""

    actions: str
    bodies: tuple[dict[str, Any] | None, ...]
    findings: Sequence[Finding]

    def decisive(self, rank: int) -> Finding | None:
        """The finding that decided for this rank: the hardest, and the first of those."""
        held = [finding for finding in self.findings if rank < exempt_from(finding.list.exempt)]
        return max(held, key=lambda finding: ACTIONS.index(finding.list.action), default=None)


class Book:
    """The lists of one organization, made ready. `versions` tells it from another state of theirs."""

    def __init__(self, versions: tuple[tuple[str, int], ...], lists: Sequence[WordList],
                 policy: Policy | None = None) -> None:
        self.versions = versions
        self._held = {kind for kind in ("text", "media") if policy is not None and getattr(policy, kind) == "before"}
        rooms = {one.room for one in lists}
        self._pages = {room: _Page([one for one in lists if one.room == room]) for room in rooms}

    def holds(self, person: Person, draft: Draft) -> bool:
        """Whether the organization's policy holds what people say until WeChat has judged it. Only those of its
        mini-program can be judged."""
        kind = "media" if draft.type in SHOWN else "text"
        return kind in self._held and person.door is Door.MINIPROGRAM

    def judge(self, room: str, draft: Draft) -> Verdict | None:
        """None where nothing was found."""
        if not self._pages:
            return None
        findings = self.find(room, draft)
        return _verdict(draft, findings) if findings else None

    def find(self, room: str, draft: Draft) -> list[Finding]:
        pages = [page for page in (self._pages.get(""), self._pages.get(room)) if page is not None]
        findings = []
        for field in FIELDS.get(draft.type, ()):
            text = draft.body.get(field)
            if isinstance(text, str):
                findings += [finding for page in pages for finding in page.find(field, text)]
        return findings


class _Page:
    """The lists that hold in one place."""

    def __init__(self, lists: Sequence[WordList]) -> None:
        self._lists = lists
        self._matcher = Matcher((number, one.words.splitlines())
                                for number, one in enumerate(lists) if one.kind == "words")
        self._patterns = [(one, _Patterns(one.words.splitlines())) for one in lists if one.kind == "patterns"]

    def find(self, field: str, text: str) -> Iterator[Finding]:
        for found in self._matcher.find(text):
            yield Finding(self._lists[found.list], found.word, field, found.start, found.end)
        for one, patterns in self._patterns:
            for found in patterns.find(text):
                yield Finding(one, found.word, field, found.start, found.end)


class _Patterns:
    """Regular expressions, run by an engine whose time grows with the text alone."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._lines = lines
        self._set = re2.Set.SearchSet(_options())
        for line in lines:
            self._set.Add(line)
        self._set.Compile()
        self._compiled = [re2.compile(line, options=_options()) for line in lines]

    def find(self, text: str) -> Iterator[Found]:
        try:
            met = self._set.Match(text) or () if self._lines else ()
        except UnicodeEncodeError:
            return  # half a character: such a message is refused for its shape
        for number in met:
            for match in self._compiled[number].finditer(text):
                if match.end() > match.start():
                    yield Found(0, self._lines[number], match.start(), match.end())


def check_pattern(line: str) -> str | None:
    """What is wrong with an expression, None when nothing is."""
    try:
        compiled = re2.compile(line, options=_options())
    except re2.error as error:
        reason = error.args[0] if error.args else error
        return reason.decode() if isinstance(reason, bytes) else str(reason)
    return "it matches everything" if compiled.search("") else None


def exempt_from(exempt: str) -> int:
    """The rank from which on a list does not concern people."""
    return RANK.get(exempt, NOBODY)


def _options() -> Any:
    options = re2.Options()
    options.max_mem, options.case_sensitive, options.log_errors = PATTERN_MEMORY, False, False
    return options


def _verdict(draft: Draft, findings: Sequence[Finding]) -> Verdict:
    actions, bodies = "", []
    for rank in range(NOBODY):
        held = [finding for finding in findings if rank < exempt_from(finding.list.exempt)]
        asked = max((finding.list.action for finding in held), key=ACTIONS.index, default="")
        actions += LETTERS[asked]
        masked = [finding for finding in held if finding.list.action == "mask"]
        bodies.append(_masked(draft.body, masked) if masked else None)
    return Verdict(actions, tuple(bodies), findings)


def _masked(body: Mapping[str, Any], findings: Sequence[Finding]) -> dict[str, Any]:
    """One star for each character, so that everything else stays where it was."""
    masked = dict(body)
    for finding in findings:
        text = masked[finding.field]
        masked[finding.field] = text[:finding.start] + STAR * (finding.end - finding.start) + text[finding.end:]
    return masked
