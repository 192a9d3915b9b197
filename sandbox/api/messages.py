"""Customer-service messages and the typing mark."""

from collections.abc import Callable
from typing import Any

from sandbox import media
from sandbox.accounts import Person
from sandbox.api.wire import OK, Answer, Call, endpoint
from sandbox.errors import Refusal
from sandbox.limits import ARTICLES, TEXT_BYTES, TYPING_NEEDS_INTERACTION_SECONDS, TYPING_SECONDS

Part = dict[str, Any]


@endpoint("/cgi-bin/message/custom/send")
def custom_send(call: Call) -> Answer:
    """One message to a person who acted lately, against the quota of that act."""
    person = call.person(call.body.get("touser"))
    content = contents(call)
    must_be_reachable(call, person)
    person.quota.spend(call.now)
    person.typing_until = 0.0
    call.world.show(person, "customer_message", content)
    return OK


@endpoint("/cgi-bin/message/custom/typing")
def typing(call: Call) -> Answer:
    """The mark "the other side is typing", within thirty seconds of the person's last act."""
    person = call.person(call.body.get("touser"))
    command = call.text("command")
    if command not in ("Typing", "CancelTyping"):
        raise Refusal(45072)
    if call.now - person.acted_at > TYPING_NEEDS_INTERACTION_SECONDS:
        raise Refusal(45080)
    if command == "Typing" and person.typing_until > call.now:
        raise Refusal(45081)
    person.typing_until = call.now + TYPING_SECONDS if command == "Typing" else 0.0
    return OK


def must_be_reachable(call: Call, person: Person) -> None:
    """Who does not follow an Official Account gets nothing from it."""
    if call.account.kind == "official_account" and not person.subscribed:
        raise Refusal(45015)


def contents(call: Call) -> dict[str, Any]:
    """What the person will see, checked as far as the documentation goes."""
    kind = call.text("msgtype")
    part = call.body.get(kind)
    if kind not in READERS:
        raise Refusal(40008)
    if not isinstance(part, dict):
        raise Refusal(47001)
    return {"type": kind, **READERS[kind](call, part)}


def text(_call: Call, part: Part) -> Part:
    """At most 2,048 bytes, not empty."""
    content = part.get("content")
    if not isinstance(content, str) or not content:
        raise Refusal(44004)
    if len(content.encode()) > TEXT_BYTES:
        raise Refusal(45002)
    return {"text": content}


def stored(call: Call, part: Part) -> Part:
    """Something that was uploaded before."""
    media.find(call.account, str(part.get("media_id", "")), call.now)
    return {name: part[name] for name in ("media_id", "thumb_media_id", "title", "description") if name in part}


def news(_call: Call, part: Part) -> Part:
    """Exactly one article."""
    articles = part.get("articles")
    if not isinstance(articles, list) or not 1 <= len(articles) <= ARTICLES:
        raise Refusal(45008)
    return {"articles": articles}


def menu(call: Call, part: Part) -> Part:
    """A message menu, for Official Accounts: items that can be tapped."""
    items = part.get("list")
    if call.account.kind != "official_account" or call.account.level != "service":
        raise Refusal(40200)
    if not isinstance(items, list) or not items:
        raise Refusal(40035)
    return {"head": part.get("head_content", ""), "items": items, "tail": part.get("tail_content", "")}


def card(_call: Call, part: Part) -> Part:
    """A mini-program card or a link: title and place."""
    return {name: str(part.get(name, "")) for name in ("title", "appid", "pagepath", "description", "url")}


READERS: dict[str, Callable[[Call, Part], Part]] = {
    "text": text,
    "image": stored,
    "voice": stored,
    "video": stored,
    "news": news,
    "msgmenu": menu,
    "miniprogrampage": card,
    "link": card,
    "music": card,
}
