"""Why somebody was or was not sent something: what the planner would decide now, and what was decided before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rooms import followers, identities, notices
from rooms.errors import Code, Refused
from rooms.planner import Decision, Hold, Notify, Send
from rooms.record import deliveries
from rooms.record import identities as identity_rows
from rooms.store import Store
from wechat import addressee, news
from wechat.agenda import Agenda, Item
from wechat.platform.limits import LIMITS
from wechat.visit import Thought, Visitor

if TYPE_CHECKING:
    from settings import Settings

PAST = 20


def explain(store: Store, settings: Settings, who: str) -> dict[str, Any]:
    """Facts as JSON; `who` is a user's id or one of their openids. Raises Refused(not_found)."""
    user = _user(store, who)
    visitor = Visitor(store, settings, Agenda(store.live))
    known = followers.of_user(store, user)
    to = addressee.find(store, LIMITS, user)
    if to is None:
        raise Refused(Code.NOT_FOUND, f"nobody is {who}")
    now = store.clock.now()
    return {
        "user": user, "name": to.person.name, "at": now,
        "follows": [{"appid": one.appid, "openid": one.openid, "channel": one.current_channel,
                     "reachable": one.reachable, "quiet_until": one.quiet_until} for one in known],
        "windows": [{"window": one.window, "left": one.left(now), "quota": one.quota, "ends_at": one.ends_at}
                    for one in to.page.buckets],
        "now": [*(_of_channel(visitor, Item(one.current_channel, user)) for one in known if one.current_channel),
                *_of_news(store, visitor, to)],
        "deliveries": [one._asdict() for one in store.record.read(lambda c: deliveries.of_user(c, user, PAST))],
        "notices": [{"kind": one.kind, "state": one.state, "way": one.way, "at": one.at, "settled_at": one.settled_at}
                    for one in notices.of_user(store, user, PAST)]}


def _of_channel(visitor: Visitor, item: Item) -> dict[str, Any]:
    turn = visitor.turn(item)
    if turn is None:
        return {"channel": item.channel, "decision": "hold", "because": "they do not listen there"}
    return {"channel": item.channel, **_told(visitor.think(turn))}


def _of_news(store: Store, visitor: Visitor, to: addressee.Addressee) -> list[dict[str, Any]]:
    gathered = news.gather(store, to.person.id, to.words)
    if not gathered.notices:
        return []
    return [{"notices": [one.kind for one in gathered.notices], **_told(visitor.think_of_news(to, gathered))}]


def _told(thought: Thought) -> dict[str, Any]:
    decision = thought.decision
    return {"owed": thought.owed.entries, "mention": thought.owed.mention, "decision": _word(decision),
            "way": _way(decision), "until": getattr(decision, "until", None), "because": decision.because,
            "tickets": [{"way": ticket.way, "template": ticket.template_id, "left": ticket.left,
                         "free_at": ticket.free_at} for ticket in thought.ledger.tickets]}


def _word(decision: Decision) -> str:
    return "hold" if isinstance(decision, Hold) else "send" if isinstance(decision, Send | Notify) else "wait"


def _way(decision: Decision) -> str | None:
    if isinstance(decision, Send):
        return "customer_service"
    return decision.ticket.way if isinstance(decision, Notify) else None


def _user(store: Store, who: str) -> str:
    if who.startswith("u_"):
        return identities.whole(store, who)
    found = store.record.read(lambda c: identity_rows.of_openid(c, who))
    if found is None:
        raise Refused(Code.NOT_FOUND, f"nobody is {who}")
    return found
