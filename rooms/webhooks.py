"""Outgoing webhooks: an organization's own servers hear what happens in its rooms.

A reader with a place in each channel's archive writes down each call together with its new place, so nothing is left
out or written twice. A call is made at least once, tried again for a day, and bears the id by which a repeated one is
known; calls may overtake each other, and each entry bears its seq. Who fails a hundred times in a row is stopped.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import secrets
from collections.abc import Sequence
from functools import partial
from typing import NamedTuple
from urllib.parse import urlsplit

import msgspec

from rooms import auditing, ids
from rooms.authority import Actor
from rooms.errors import Code, Misconfigured, Refused
from rooms.events import Logged
from rooms.record import Connection, channels, entries, envelopes, organizations, readers, webhooks
from rooms.record.readers import Behind
from rooms.record.webhooks import DONE, FAILED, WAITING, Call, Webhook
from rooms.store import Store

log = logging.getLogger(__name__)

READER = "webhooks"
EVENTS = ("message", "announced", "moderation", "rules")
_MODERATION = ("muted", "unmuted", "kicked", "banned", "pardoned", "recalled", "edited", "pinned")
_EVENT_OF = {name: name for name in ("message", "announced", "rules")} | dict.fromkeys(_MODERATION, "moderation")
MOST, MOST_WAITING = 20, 10_000
"""Webhooks of an organization; and calls that wait for one of them: what comes then is left out and noted as failed."""

LONGEST_URL = 500
CHANNELS, ROWS, TOGETHER = 50, 200, 50
BACK_OFF_SECONDS = (10, 60, 300, 1_800, 7_200, 21_600, 43_200)
FAILURES_UNTIL_STOPPED = 100
CALL_MS = 60_000
"""A call takes seconds: who has not settled one by then is dead."""
KEPT_MS = 7 * 86_400_000


class Made(NamedTuple):
    """The secret is shown only now: what each call is signed with."""

    id: str
    secret: str


class Outgoing(NamedTuple):
    """A call as it is to be made."""

    call: Call
    url: str
    headers: dict[str, str]
    body: bytes


def add(store: Store, actor: Actor, url: str, events: Sequence[str]) -> Made:
    """Hears what happens from now on. Raises Refused: bad_frame, full."""
    _check(url, events)
    organization, secret = actor.person.organization, secrets.token_hex(32)
    hook = Webhook(ids.new("w"), organization, url, "", " ".join(sorted(set(events))), actor.person.id,
                   store.clock.now())
    hook = hook._replace(secret=store.record.vault.seal(secret, f"webhooks/{hook.id}"))

    def act(connection: Connection) -> None:
        organizations.lock(connection, organization)
        there = webhooks.of_organization(connection, organization)
        if len(there) >= MOST:
            raise Refused(Code.FULL, f"an organization has at most {MOST} webhooks")
        if not any(one.stopped_at is None for one in there):
            _begin_here(connection, organization)
        webhooks.add(connection, hook)
        auditing.note(connection, store, actor, organization, "webhook_add", hook.id, after={
            "url": url, "events": hook.events})

    store.record.write(act)
    return Made(hook.id, secret)


def edit(store: Store, actor: Actor, hook: str, on: bool) -> None:
    """Stops it, or lets it go on with what happens from now on. Raises Refused(not_found)."""
    def act(connection: Connection) -> None:
        organizations.lock(connection, actor.person.organization)
        found = _find(connection, actor, hook)
        if on and not any(one.stopped_at is None for one in webhooks.of_organization(connection, found.organization)):
            _begin_here(connection, found.organization)
        webhooks.change(connection, hook, stopped_at=None if on else store.clock.now(), failures=0)
        auditing.note(connection, store, actor, found.organization, "webhook_edit", hook, after={"on": on})

    store.record.write(act)


def remove(store: Store, actor: Actor, hook: str) -> None:
    """Raises Refused(not_found)."""
    def act(connection: Connection) -> None:
        found = _find(connection, actor, hook)
        webhooks.remove(connection, hook)
        auditing.note(connection, store, actor, found.organization, "webhook_remove", hook, before={"url": found.url})

    store.record.write(act)


def test(store: Store, actor: Actor, hook: str) -> None:
    """Writes down a call of the event `test`. Raises Refused(not_found)."""
    now = store.clock.now()

    def act(connection: Connection) -> None:
        found = _find(connection, actor, hook)
        webhooks.enqueue(connection, [_call(connection, store, found, "test", {"by": actor.person.id}, now)])

    store.record.prepare(actor.person.organization)
    store.record.write(act)


def of(store: Store, organization: str) -> Sequence[Webhook]:
    return store.record.read(lambda c: webhooks.of_organization(c, organization))


def calls(store: Store, actor: Actor, hook: str, before: int, limit: int) -> Sequence[Call]:
    """The log of one webhook, newest first. Raises Refused(not_found)."""
    def look(connection: Connection) -> Sequence[Call]:
        _find(connection, actor, hook)
        return [call._replace(body=_body(connection, store, call))
                for call in webhooks.calls_of(connection, hook, before, limit)]

    return store.record.read(look)


# the clock


def follow(store: Store, until: int | None = None) -> int:
    """Writes down calls for what was archived since; returns how many entries were read."""
    done = 0
    for organization in sorted({hook.organization for hook in store.record.read(webhooks.listening)}):
        while behind := store.record.read(
                lambda c, one=organization: readers.behind(c, READER, CHANNELS, one)):  # type: ignore[misc]
            store.record.prepare(organization)
            for place in behind:
                done += store.record.write(partial(_step, store=store, place=place, now=store.clock.now()))
                if until is not None and store.clock.now() >= until:
                    return done
    return done


def take(store: Store) -> list[Outgoing]:
    """Calls that are due, signed, for this process alone for a minute."""
    now = store.clock.now()

    def act(connection: Connection) -> list[tuple[Call, Webhook]]:
        taken, found = webhooks.take(connection, now, now + CALL_MS, TOGETHER), []
        for call in taken:
            hook, body = webhooks.one(connection, call.webhook), _body(connection, store, call)
            if hook is None or hook.stopped_at is not None:
                webhooks.settle(connection, call.id, state=FAILED, detail="the webhook was stopped", settled_at=now)
            elif not body:
                webhooks.settle(connection, call.id, state=FAILED, detail="nobody can read its words any more",
                                settled_at=now)
            else:
                found.append((call._replace(body=body), hook))
        return found

    return [_signed(store, call, hook) for call, hook in store.record.write(act)]


def settle(store: Store, call: Call, status: int | None, detail: str) -> None:
    """Notes the outcome: 2xx is success, everything else is tried again, each time later."""
    now, success = store.clock.now(), status is not None and 200 <= status < 300
    again = None if success or call.tries > len(BACK_OFF_SECONDS) else BACK_OFF_SECONDS[call.tries - 1]
    state = DONE if success else FAILED if again is None else WAITING

    def act(connection: Connection) -> None:
        webhooks.settle(connection, call.id, state=state, status=status, detail=detail[:255],
                        next_at=now + (again or 0) * 1_000, settled_at=None if state == WAITING else now)
        hook = webhooks.one(connection, call.webhook)
        if hook is None:
            return
        failures = 0 if success else hook.failures + 1
        stopped = now if failures >= FAILURES_UNTIL_STOPPED else hook.stopped_at
        webhooks.change(connection, hook.id, failures=failures, stopped_at=stopped)

    store.record.write(act)


def forget(store: Store) -> int:
    """What was settled a week ago."""
    before = store.clock.now() - KEPT_MS
    return store.record.write(lambda c: webhooks.forget(c, before, 10_000))


def erase(store: Store, organization: str, users: Sequence[str]) -> int:
    """Of what these people said and did nothing is left in calls that wait or are kept: their numbers are told, and
    that it was erased. Returns how many calls that were. Safe to repeat."""
    theirs, erased = [f'"{user}"' for user in users], 0
    for hook in store.record.read(lambda c: webhooks.of_organization(c, organization)):
        last = ""
        while bodies := store.record.read(lambda c, id_=hook.id, last=last: _bodies(c, store, id_, last)):  # type: ignore[misc]
            last = max(bodies)
            blank = {id_: _blanked(body) for id_, body in bodies.items()
                     if not body or ("\"erased\":true" not in body and any(user in body for user in theirs))}
            for id_, body in blank.items():
                store.record.write(lambda c, id_=id_, body=body: webhooks.settle(  # type: ignore[misc]
                    c, id_, body=_sealed(c, store, organization, id_, body)))
            erased += len(blank)
    return erased


def _bodies(connection: Connection, store: Store, hook: str, after: str) -> dict[str, str]:
    return {call.id: _body(connection, store, call) for call in webhooks.page(connection, hook, after, ROWS)}


def _blanked(body: str) -> str:
    told = msgspec.json.decode(body or "{}")
    kept = {name: told.get("entry", {}).get(name) for name in ("op", "channel", "epoch", "seq", "at")}
    return msgspec.json.encode(told | {"entry": kept | {"erased": True}}).decode()


def signature(secret: str, at: int, body: bytes) -> str:
    """`t=SECONDS,v1=HEX`: HMAC-SHA-256 over "SECONDS.body", so that an old call cannot be sent again as a new one."""
    return f"t={at},v1={hmac.new(secret.encode(), f'{at}.'.encode() + body, hashlib.sha256).hexdigest()}"


def _step(connection: Connection, store: Store, place: Behind, now: int) -> int:
    after = readers.place(connection, READER, place.channel)
    told = entries.page(connection, place.channel, after=after, limit=ROWS)
    told = [entry for entry in told if entry.seq <= place.archived]
    known = channels.one(connection, place.channel)
    if known is None or known.direct:  # between two members: not the organization's to be told
        told = []
    for hook in webhooks.of_organization(connection, place.organization):
        if hook.stopped_at is None:
            _enqueue(connection, store, hook, place.room, told, now)
    readers.move(connection, READER, place.channel, told[-1].seq if len(told) == ROWS else place.archived)
    return len(told)


def _enqueue(connection: Connection, store: Store, hook: Webhook, room: str, told: Sequence[Logged],
             now: int) -> None:
    wanted = [entry for entry in told if _EVENT_OF.get(entry.op) in hook.events.split()]
    room_for = MOST_WAITING - webhooks.waiting(connection, hook.id) if wanted else 0
    made = [_call(connection, store, hook, _EVENT_OF[entry.op], {"room": room, "entry": msgspec.Raw(entry.frame)}, now)
            for entry in wanted]
    late = [call._replace(state=FAILED, detail="too many calls wait for this webhook", settled_at=now)
            for call in made[max(0, room_for):]]
    webhooks.enqueue(connection, [*made[:max(0, room_for)], *late])


def _call(connection: Connection, store: Store, hook: Webhook, event: str, told: dict[str, object], now: int) -> Call:
    call = ids.new("n")
    body = msgspec.json.encode({"id": call, "event": event, "organization": hook.organization, "at": now, **told})
    sealed = _sealed(connection, store, hook.organization, call, body.decode())
    return Call(call, hook.id, hook.organization, event, sealed, WAITING, 0, now, None, "", now, None)


def _sealed(connection: Connection, store: Store, organization: str, call: str, body: str) -> str:
    """It holds somebody's words, so it is kept sealed: under the organization's data key where there is a master key,
    so that it goes with that key, else under the house's."""
    closed = envelopes.close(connection, organization, body, _place(call))
    return closed if closed.startswith(envelopes.MARK) else store.record.vault.seal(body, _place(call))


def _body(connection: Connection, store: Store, call: Call) -> str:
    """Empty where the key was erased or is none of ours: one call that nobody can read does not stop the others."""
    try:
        if call.body.startswith(envelopes.MARK):
            return envelopes.opened(connection, call.body, _place(call.id))
        return store.record.vault.open(call.body, _place(call.id))
    except Misconfigured as wrong:
        log.error("a webhook's call cannot be read: %s", wrong)
        return ""


def _place(call: str) -> str:
    return f"webhook_calls/{call}"


def _signed(store: Store, call: Call, hook: Webhook) -> Outgoing:
    secret, body = store.record.vault.open(hook.secret, f"webhooks/{hook.id}"), call.body.encode()
    return Outgoing(call, hook.url, {
        "Content-Type": "application/json", "User-Agent": "Teahouse", "X-Teahouse-Event": call.event,
        "X-Teahouse-Id": call.id, "X-Teahouse-Signature": signature(secret, store.clock.now() // 1_000, body)}, body)


def _begin_here(connection: Connection, organization: str) -> None:
    """What was said before there was anybody to hear it is nobody's news."""
    for channel in channels.every_of_organization(connection, organization):
        readers.move(connection, READER, channel.id, channel.archived_seq)


def _find(connection: Connection, actor: Actor, hook: str) -> Webhook:
    found = webhooks.one(connection, hook)
    if found is None or found.organization != actor.person.organization:
        raise Refused(Code.NOT_FOUND, "no such webhook")
    return found


def _check(url: str, events: Sequence[str]) -> None:
    parts = urlsplit(url) if len(url) <= LONGEST_URL and url.isascii() and url.isprintable() else None
    try:
        fits = parts is not None and parts.scheme in ("https", "http") and parts.hostname and not parts.username
        _ = parts.port if parts else None
    except ValueError:
        fits = False
    if not fits:
        raise Refused(Code.BAD_FRAME, f"url: http or https, at most {LONGEST_URL} characters, without a password")
    if not events or not set(events) <= set(EVENTS):
        raise Refused(Code.BAD_FRAME, f"events: some of {', '.join(EVENTS)}")

