"""What a follower means by a text: a command, something to say, or something we should ask back about. Pure.

Chinese first, English and `/slash` forms as aliases. A command is its word alone, or the word, a space (or a colon)
and what it needs; everything else is speech, with two exceptions that are never said aloud: a text that begins with
a slash, and a lone word that is almost a command. A word that needs more than was given is asked back.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import NamedTuple

from wechat import spans


class Verb(StrEnum):
    HELP = "help"
    ROOMS = "rooms"
    CHANNELS = "channels"
    JOIN = "join"
    LEAVE = "leave"
    SWITCH = "switch"
    WHO = "who"
    MORE = "more"
    HISTORY = "history"
    NICK = "nick"
    QUIET = "quiet"
    RESUME = "resume"
    QUEUE = "queue"
    BIND = "bind"
    VERIFY = "verify"
    REPORT = "report"
    MUTE = "mute"
    UNMUTE = "unmute"
    KICK = "kick"
    BAN = "ban"
    MUTE_ALL = "mute_all"
    UNMUTE_ALL = "unmute_all"
    ANNOUNCE = "announce"


class Command(NamedTuple):
    """`argument` is what followed the word, as it was typed, without the spaces around it. `english` tells the word's
    language; None where no word was typed."""

    verb: Verb
    argument: str = ""
    english: bool | None = None


class Speech(NamedTuple):
    text: str


class AskBack(NamedTuple):
    """Not said and not done: `verb` is what may have been meant, `missing` tells that the word was clear but what
    it needs was not there; with neither, the text began with a slash and resembles nothing."""

    verb: Verb | None
    missing: bool
    english: bool = False


Meaning = Command | Speech | AskBack

WORDS: dict[str, Verb] = {
    "帮助": Verb.HELP, "房间": Verb.ROOMS, "频道": Verb.CHANNELS, "加入": Verb.JOIN, "退出": Verb.LEAVE,
    "切换": Verb.SWITCH, "谁在": Verb.WHO, "未读": Verb.MORE, "更多": Verb.MORE, "历史": Verb.HISTORY,
    "昵称": Verb.NICK, "免打扰": Verb.QUIET, "恢复": Verb.RESUME, "排队": Verb.QUEUE, "绑定": Verb.BIND,
    "验证": Verb.VERIFY, "举报": Verb.REPORT, "禁言": Verb.MUTE, "解禁": Verb.UNMUTE, "踢出": Verb.KICK,
    "封禁": Verb.BAN, "全员禁言": Verb.MUTE_ALL, "解除": Verb.UNMUTE_ALL, "公告": Verb.ANNOUNCE,
    "help": Verb.HELP, "rooms": Verb.ROOMS, "channels": Verb.CHANNELS, "join": Verb.JOIN, "leave": Verb.LEAVE,
    "switch": Verb.SWITCH, "who": Verb.WHO, "more": Verb.MORE, "history": Verb.HISTORY, "nick": Verb.NICK,
    "quiet": Verb.QUIET, "resume": Verb.RESUME, "queue": Verb.QUEUE, "report": Verb.REPORT,
    "幫助": Verb.HELP, "房間": Verb.ROOMS, "頻道": Verb.CHANNELS, "切換": Verb.SWITCH, "誰在": Verb.WHO,
    "未讀": Verb.MORE, "歷史": Verb.HISTORY, "暱稱": Verb.NICK, "免打擾": Verb.QUIET, "恢復": Verb.RESUME,
    "排隊": Verb.QUEUE, "綁定": Verb.BIND, "驗證": Verb.VERIFY, "舉報": Verb.REPORT, "全員禁言": Verb.MUTE_ALL,
}

AFTER_A_SLASH: dict[str, Verb] = {
    "bind": Verb.BIND, "verify": Verb.VERIFY, "mute": Verb.MUTE, "unmute": Verb.UNMUTE, "kick": Verb.KICK,
    "ban": Verb.BAN, "muteall": Verb.MUTE_ALL, "unmuteall": Verb.UNMUTE_ALL, "announce": Verb.ANNOUNCE}
"""English words that people also just say: commands only behind a slash."""

LONGEST = 64
"""Bytes of the longest thing a near miss can be; longer texts are not compared with the commands."""

_BLANK = "\\s\u00a0\u3000\u200b\u200c\u200d\u2060\ufeff"
_EDGES = re.compile(rf"^[{_BLANK}]+|[{_BLANK}]+$")
_WORD = re.compile(rf"([^{_BLANK}:：]+)(?:[{_BLANK}]*[:：]|[{_BLANK}])[{_BLANK}]*(.*)", re.DOTALL)
_SPACES = re.compile(rf"[{_BLANK}]+")
_TAIL = "。．.！!？?，,、；;～~…"
_HAN = re.compile(r"[\u3400-\u9fff]+")
_LATIN = re.compile(r"[a-z]+")
_AT = re.compile(r"[@＠]\S+.*", re.DOTALL)
_PHONE = re.compile(r"(?:\+?86)?1\d{10}")
_SIX = re.compile(r"\d{6}")


def understand(text: str) -> Meaning:
    """What the follower means. Never raises; an empty text is an empty speech."""
    text = _EDGES.sub("", text)
    folded = _fold(text)
    if folded.startswith("/"):
        return _slash(text)
    word, rest = _split(text)
    return _as_command(word, rest) or _almost(folded) or Speech(text)


def complete(verb: Verb) -> Command | AskBack:
    """The command of a verb alone, as somebody says yes to it."""
    return AskBack(verb, True) if verb in NEEDS and NEEDS[verb]("") is None else Command(verb)


def folded(text: str) -> str:
    """For comparing names and answers: width, case, the spaces around and the punctuation behind do not count."""
    return _fold(_EDGES.sub("", text)).rstrip(_TAIL)


def _slash(text: str) -> Meaning:
    """Never speech: a command, or a question which command was meant."""
    word, rest = _split(_EDGES.sub("", text[1:]))
    meant = _as_command(word, rest, WORDS | AFTER_A_SLASH)
    if meant is not None:
        return meant
    verb = WORDS.get(word) or AFTER_A_SLASH.get(word) or _nearest(word)
    return AskBack(verb, False, not _HAN.search(text))


def _split(text: str) -> tuple[str, str]:
    """The first word, folded, and the rest as typed. A word alone loses the punctuation behind it."""
    lone = _SPACES.sub("", _fold(text)).rstrip(_TAIL)
    if lone in WORDS:
        return lone, ""
    parts = _WORD.fullmatch(text)
    return (_fold(parts[1]), parts[2]) if parts else (lone, "")


def _as_command(word: str, rest: str, words: Mapping[str, Verb] = WORDS) -> Command | AskBack | None:
    verb = words.get(word)
    if verb is None:
        return None
    english = _LATIN.fullmatch(word) is not None
    need = NEEDS.get(verb)
    if need is None:
        return None if rest else Command(verb, "", english)
    given = need(rest)
    if given is None:
        return AskBack(verb, True, english)
    return Command(verb, rest, english) if given else None


def _almost(folded: str) -> AskBack | None:
    """A lone word of three or more Chinese or five or more Latin letters, one edit away from a command."""
    word = folded.rstrip(_TAIL)
    han, latin = _HAN.fullmatch(word), _LATIN.fullmatch(word)
    if not ((han and len(word) >= 3) or (latin and len(word) >= 5)):
        return None
    verb = _nearest(word)
    return AskBack(verb, False, latin is not None) if verb else None


def _nearest(word: str) -> Verb | None:
    if len(word) > LONGEST:
        return None
    return next((verb for known, verb in WORDS.items() if _within_one_edit(word, known)), None)


def _within_one_edit(a: str, b: str) -> bool:
    if abs(len(a) - len(b)) > 1:
        return False
    at = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    return a[at + 1:] == b[at + 1:] or a[at:] == b[at + 1:] or a[at + 1:] == b[at:]


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text[:4096]).casefold()


def _anything(rest: str) -> bool | None:
    return True if rest else None


def _span_or_nothing(rest: str) -> bool | None:
    return not rest or spans.seconds(rest) is not None


def _someone(rest: str) -> bool | None:
    return True if _AT.fullmatch(rest) else None


def _phone(rest: str) -> bool | None:
    return True if _PHONE.fullmatch(re.sub(r"[\s-]", "", _fold(rest))) else None


def _six_digits(rest: str) -> bool | None:
    return True if _SIX.fullmatch(_fold(rest)) else None


NEEDS: dict[Verb, Callable[[str], bool | None]] = {
    Verb.JOIN: _anything, Verb.SWITCH: _anything, Verb.NICK: _anything, Verb.REPORT: _anything,
    Verb.ANNOUNCE: _anything, Verb.QUIET: _span_or_nothing, Verb.MUTE: _someone, Verb.UNMUTE: _someone,
    Verb.KICK: _someone, Verb.BAN: _someone, Verb.BIND: _phone, Verb.VERIFY: _six_digits,
}
"""What may stand behind a word: True it fits, False then it was speech, None something is missing. A word that is
not listed stands alone; with anything behind it, it was speech."""
