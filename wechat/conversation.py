"""What a follower does becomes verbs of the core, and an answer.

Every answer ends with what the follower was owed in their channel, as far as it fits. Nothing is said aloud that was
meant as a command, as the answer to our question, or that nobody could hear.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from rooms import cursors, fetches, followers, ids, messages, network, notices, seats, tracing
from rooms.errors import Code, Refused
from rooms.events import Position
from rooms.messages import Draft, Said
from rooms.owed import Owed
from rooms.planner import Window
from rooms.store import Store
from sms.provider import Provider
from wechat import commands, faces, inbound, letting_in, news, telling
from wechat.agenda import Agenda, Item
from wechat.commands import AskBack, Command, Meaning, Verb
from wechat.errands import Errands
from wechat.followers import Follower, Question
from wechat.news import NONE, News
from wechat.platform.limits import LIMITS
from wechat.platform.scenes import verify
from wechat.pushes import Push
from wechat.telling import NOTHING, Tail
from wechat.voices import CHINESE_CODE, ENGLISH_CODE

SCANS = frozenset({"subscribe", "scan"})
ACTS = frozenset({"click", "scan", "subscribe", "scancode_push", "scancode_waitmsg"})
"""Events that open a short window."""
HEARD = ACTS | {"unsubscribe"}
MESSAGES = frozenset({"text", "image", "voice", "video", "shortvideo", "location", "link", "file"})
PASSIVE = "passive"
"""The way of what an answer told."""
VERBS = frozenset(Verb)
YES = frozenset({"是", "是的", "对", "好", "好的", "嗯", "1", "yes", "y", "ok"})


class Reply(NamedTuple):
    """`text` is the whole answer; `tail` and `news` what has to be noted once it is given."""

    text: str
    tail: Tail = NOTHING
    news: News = NONE


SILENCE = Reply("")


def concerns_us(push: Push) -> bool:
    """Whether anything is to be done. All else is answered `success`."""
    return push.event in HEARD if push.kind == "event" else push.kind in MESSAGES


def window(push: Push) -> Window | None:
    """Which window the platform opens for this push. A message menu's item arrives as text but counts as a click."""
    if push.kind == "event":
        return Window.ACT if push.event in ACTS else None
    return Window.ACT if push.fields.get("bizmsgmenuid") else Window.MESSAGE


class Conversation:
    """Answers the pushes of one store's followers."""

    def __init__(self, store: Store, secret_key: str, sms: Provider | None = None) -> None:
        self._store = store
        self._secret_key = secret_key
        self._agenda = Agenda(store.live)
        self._errands = Errands(store, sms)

    def reply(self, follower: Follower, push: Push) -> Reply:
        """Raises Refused(UNAVAILABLE) only: then nothing was done that a repetition would not do in the same way."""
        if push.event == "unsubscribe":
            return self._gone(follower)
        if push.kind != "event":
            network.note(self._store, follower.person.organization, follower.person.id, network.WECHAT, "")
        heard = self._news(follower)
        follower.reserve(heard.text)
        try:
            reply = self._answer(follower, push)
        except Refused as refused:
            if refused.code is Code.UNAVAILABLE:
                raise
            reply = self._closing(follower, follower.words.refusal(refused))
        text = _lines(heard.text, reply.text, "\n\n")
        if not heard.notices or len(text.encode()) > LIMITS.text_bytes:
            return reply
        follower.heard_news(heard.more)
        if any(one.kind == notices.Kind.SEAT for one in heard.notices) and follower.waiting and not follower.asks:
            follower.ask(Question("confirm", Verb.QUEUE, self._store.clock.now()))
        return reply._replace(text=text, news=heard)

    def told(self, follower: Follower, reply: Reply, now: int, quiet_ms: int) -> None:
        """After the answer is safe: the place moves, and the follower is left alone for a while."""
        telling.move(self._store, follower, reply.tail)
        notices.told(self._store, reply.news.notices, PASSIVE)
        if follower.channel:
            self._agenda.soon(Item(follower.channel, follower.person.id), now + quiet_ms)

    def _news(self, follower: Follower) -> News:
        """What they have to be told besides. Where it says that they were put out, their words go nowhere."""
        if not follower.has_news:
            return NONE
        found = news.gather(self._store, follower.person.id, follower.words)
        if not found.notices:
            follower.heard_news(False)
        if news.leave_where_put_out(self._store, follower.person.id, found.notices):
            follower.go("", "")
        return found

    def _answer(self, follower: Follower, push: Push) -> Reply:
        if push.event in SCANS:
            return self._arrived(follower, push)
        if push.kind == "event":
            return self._heard(follower, push, commands.understand(push.fields.get("EventKey", "")))
        if push.kind != "text":
            return self._sent(follower, push)
        tapped = push.fields.get("bizmsgmenuid", "")
        meaning = commands.complete(Verb(tapped)) if tapped in VERBS else commands.understand(push.text)
        return self._heard(follower, push, meaning)

    def _sent(self, follower: Follower, push: Push) -> Reply:
        """Something else than words."""
        meant = inbound.read(push.kind, push.fields)
        if meant is None:
            return self._closing(follower, follower.words.not_passed_on())
        if isinstance(meant, inbound.Said):
            return self._say(follower, push, meant.type, meant.body)
        if not follower.channel:
            return Reply(_lines(follower.words.nowhere(), self._errands.how_to_begin(follower)))
        fetches.add(self._store, push.id, follower.account.appid, follower.openid, follower.channel, meant.type,
                    meant.media_id)
        return self._closing(follower, follower.words.fetching(meant.type))

    def _heard(self, follower: Follower, push: Push, meaning: Meaning) -> Reply:
        now = self._store.clock.now()
        question = follower.asked(now)
        follower.ask(None)
        if question is not None:
            let_in = letting_in.answered(self._store, follower, question, push.text)
            if let_in is not None:
                return self._closing(follower, let_in)
            meaning = _as_answer(question, push.text, meaning)
        if (isinstance(meaning, Command) and meaning.english is not None) or (
                isinstance(meaning, AskBack) and meaning.missing):
            follower.speak(ENGLISH_CODE if meaning.english else CHINESE_CODE)
        if isinstance(meaning, Command):
            return self._closing(follower, self._errands.run(follower, meaning))
        if isinstance(meaning, AskBack):
            return self._closing(follower, self._errands.ask_back(follower, meaning))
        if push.kind == "event":
            return self._closing(follower, follower.words.unknown_command())
        if not meaning.text:
            return self._closing(follower, "")
        return self._say(follower, push, "text", {"text": faces.shown(meaning.text)})

    # speaking

    def _say(self, follower: Follower, push: Push, type_: str, body: dict[str, Any]) -> Reply:
        arrival = ""
        if not follower.channel and follower.waiting:
            arrival = self._errands.go_to(follower, follower.waiting)
        if not follower.channel:
            return Reply(_lines(follower.words.nowhere(), arrival or self._errands.how_to_begin(follower)))
        owed = telling.ask(self._store, follower)  # what they were owed comes while it is said
        said = self._post(follower, Draft(type_, body, tracing.client_id_of(push.id)))
        if said is None:
            title = self._errands.title(follower)
            self._errands.put_out(follower)
            return Reply(_lines(follower.words.put_out(), follower.words.how_to_begin(title)))
        if isinstance(said, messages.Held):
            return self._closed(follower, _lines(arrival, follower.words.held()), owed)
        return self._closed(follower, arrival, owed, said.seq)

    def _post(self, follower: Follower, draft: Draft) -> Said | messages.Held | None:
        """Says it; somebody who was away too long enters again first, somebody who was put out does not: None."""
        try:
            return messages.post(self._store, follower.person, follower.channel, draft)
        except Refused as refused:
            if refused.code is not Code.NOT_ENTERED:
                raise
        if cursors.told(self._store, follower.channel, follower.person.id) is None:
            return None
        entered = seats.enter(self._store, follower.person, follower.channel, "")
        cursors.listen(self._store, follower.channel, follower.person.id, Position(entered.epoch, entered.read))
        return messages.post(self._store, follower.person, follower.channel, draft)

    # coming and going

    def _arrived(self, follower: Follower, push: Push) -> Reply:
        words, name = follower.words, follower.person.name
        hello = ""
        if push.event == "subscribe":
            followers.came(self._store, follower.account, follower.openid)
            hello = words.welcome(name)
        scene = push.fields.get("EventKey", "")
        console = letting_in.scanned(self._store, follower, scene)
        if console is not None:
            return self._closing(follower, _lines(hello, console))
        place = verify(self._secret_key, follower.account.appid, scene, self._store.clock.now() // 1000)
        if place is not None:
            return self._closing(follower, _lines(hello, self._errands.go_to(follower, place)))
        if push.event == "scan":
            return self._closing(follower, words.old_code())
        return self._closing(follower, _lines(hello, self._errands.how_to_begin(follower)))

    def _gone(self, follower: Follower) -> Reply:
        """Nothing may be answered; the seat is free, and nothing is sent any more."""
        user, channel = follower.person.id, follower.channel
        if channel and ids.is_channel(channel):
            self._agenda.drop(Item(channel, user))
            self._errands.step_out(follower, channel)
        followers.went(self._store, follower.account, follower.openid)
        follower.go("", "")
        follower.ask(None)
        return SILENCE

    def _closing(self, follower: Follower, text: str) -> Reply:
        """The answer with what is owed behind it."""
        return self._closed(follower, text, telling.ask(self._store, follower))

    def _closed(self, follower: Follower, text: str, owed: Callable[[], Owed], said: int | None = None) -> Reply:
        """The same where that was asked for already; `said` is the number of what they said after it."""
        title = self._errands.title(follower)
        tail = telling.past_own(telling.tail(follower, owed(), title, telling.budget_after(text)), said)
        if tail.digest is None:
            return Reply(text)
        follower.told(tail.digest.place)
        return Reply(_lines(text, tail.digest.text, "\n\n"), tail)


def _as_answer(question: Question, text: str, meaning: Meaning) -> Meaning:
    """The text read as the answer to what we asked, where it can be one. A command is always a command."""
    answer = commands.folded(text)
    if isinstance(meaning, Command) or question.kind == letting_in.KIND:
        return meaning
    if question.kind == "confirm":
        return commands.complete(Verb(question.verb)) if answer in YES else meaning
    if question.kind == "choose":
        chosen = _chosen(question, answer)
        return Command(Verb(question.verb), f"{chosen} {question.about}".strip()) if chosen else meaning
    if answer.startswith("/") or not answer:
        return meaning
    return Command(Verb(question.verb), f"{question.about} {text.strip()}".strip())


def _chosen(question: Question, answer: str) -> str:
    if answer.isdecimal() and len(answer) < 4:
        number = int(answer)
        return question.options[number - 1].id if 0 < number <= len(question.options) else ""
    return next((option.id for option in question.options if commands.folded(option.name) == answer), "")


def _lines(first: str, second: str, between: str = "\n") -> str:
    return between.join(text for text in (first, second) if text)


