"""A follower during one push: who they are, where they are, in which language, and what we asked them last.

What is needed at every push lies in one Redis hash per follower, read and written with the push itself (see `once`):

`channel`  where their words go         `title`     that channel's name as it was on entering
`language` zh or en                     `question`  what we asked, as JSON
`pushed`   ms of their last act         `message`, `act`  ms when the window of that kind was opened
`waiting`  the channel for which they stand in the queue
`notices`  1 while something waits that they have to be told
`seen`     the day (since 1970, in China) on which they were last noted as having been here
`renamed`  ms of the last new name      `part`      "channel seq part": inside which long message the reader is

Where Redis lost it, the channel comes from the record, the windows count as spent, and the rest is forgotten.
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from rooms import followers, identities
from rooms.accounts import Account
from rooms.events import Person
from rooms.planner import Window
from rooms.store import Store
from wechat.digest import Place
from wechat.once import State
from wechat.voices import CHINESE_CODE, words_in
from wechat.words import Words

QUESTION_MS = 5 * 60_000
REMEMBERED_MS = 30_000
DAY_MS, CHINA_MS = 86_400_000, 8 * 3_600_000
MOST_REMEMBERED = 20_000


class Option(NamedTuple):
    """Something that may be chosen: the id of a room or channel, and its name."""

    id: str
    name: str


class Question(msgspec.Struct, omit_defaults=True):
    """`kind`: choose (a number or a name of `options`), confirm (yes), answer (any text completes `verb`), console (the
    number that a browser shows, which is to be let in).

    `about` is what the text completes: the place whose password is asked for, the code that was scanned.
    """

    kind: str
    verb: str
    at: int
    options: list[Option] = []
    about: str = ""


def written(question: Question) -> str:
    return msgspec.json.encode(question).decode()


def key(appid: str, openid: str) -> str:
    """How a follower is called in Redis."""
    return f"{appid}:{openid}"


def opened(window: Window | None, now: int) -> dict[str, str]:
    """What an act changes in the state: they acted, and a window of that kind is open from now."""
    if window is None:
        return {}
    return {"pushed": str(now), window.value: str(now)}


class Follower:
    """Changes are gathered in `changes` and written when the push is finished."""

    def __init__(self, account: Account, openid: str, person: Person, state: State) -> None:
        self.account = account
        self.openid = openid
        self.person = person
        self.changes: State = {}
        self.reserved = 0
        """Bytes of the answer that are taken already."""
        self._state = state

    @property
    def words(self) -> Words:
        return words_in(self._get("language"))

    @property
    def channel(self) -> str:
        """Where their words go; empty for nowhere."""
        return self._get("channel")

    def speak(self, language: str) -> None:
        if (self._get("language") or CHINESE_CODE) != language:
            self._set("language", language)

    def reserve(self, text: str) -> None:
        self.reserved = len(text.encode()) + 2 if text else 0

    @property
    def asks(self) -> bool:
        """Whether a question stands, by this answer or before."""
        return bool(self._get("question"))

    @property
    def has_news(self) -> bool:
        return self._get("notices") == "1"

    def heard_news(self, more: bool) -> None:
        self._set("notices", "1" if more else "")

    @property
    def waiting(self) -> str:
        """The channel in whose queue they stand; empty for none."""
        return self._get("waiting")

    def wait_for(self, channel: str) -> None:
        if channel != self.waiting:
            self._set("waiting", channel)

    @property
    def title(self) -> str:
        return self._get("title")

    def go(self, channel: str, title: str) -> None:
        self._set("channel", channel)
        self._set("title", title)

    def rename(self, person: Person, now: int) -> None:
        """Every process asks again who this is."""
        self.person = person
        self._set("renamed", str(now))

    def ask(self, question: Question | None) -> None:
        text = written(question) if question else ""
        if text != self._get("question"):
            self._set("question", text)

    def asked(self, now: int) -> Question | None:
        """What we asked within the last five minutes."""
        text = self._get("question")
        try:
            question = msgspec.json.decode(text, type=Question) if text else None
        except msgspec.DecodeError:
            return None
        return question if question and now - question.at <= QUESTION_MS else None

    def part_after(self, seq: int) -> int:
        """How many parts of the long message after `seq` of the current channel they were told."""
        words = self._get("part").split(" ")
        return int(words[2]) if words[:2] == [self.channel, str(seq)] else 0

    def told(self, place: Place) -> None:
        text = f"{self.channel} {place.seq} {place.part}" if place.part else ""
        if text != self._get("part"):
            self._set("part", text)

    def _get(self, name: str) -> str:
        return self.changes.get(name, self._state.get(name, ""))

    def _set(self, name: str, value: str) -> None:
        self.changes[name] = value


class Known:
    """The people behind openids, remembered by this process for half a minute, so that a push asks nobody."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._people: dict[str, tuple[int, Person]] = {}

    def meet(self, account: Account, openid: str, state: State) -> Follower:
        """The follower whose state this is. Raises Refused."""
        name, now = key(account.appid, openid), self._store.clock.now()
        met, person = self._people.get(name, (0, None))
        if person is None or met + REMEMBERED_MS < now or met <= int(state.get("renamed", "0")):
            person = identities.follower(self._store, account, openid)
            self._remember(name, now, person)
        follower = Follower(account, openid, person, state)
        today = str((now + CHINA_MS) // DAY_MS)
        if state.get("seen") != today:
            follower.changes["seen"] = today
            followers.saw(self._store, account.appid, openid)
        if "channel" not in state:
            follower.go(followers.known(self._store, account.appid, person, openid).current_channel or "", "")
        return follower

    def forget(self, account: Account, openid: str) -> None:
        self._people.pop(key(account.appid, openid), None)

    def _remember(self, name: str, now: int, person: Person) -> None:
        if len(self._people) >= MOST_REMEMBERED:
            self._people.clear()
        self._people[name] = (now, person)
