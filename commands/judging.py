"""`teahouse safety` and `teahouse spam`: what an organization has judged without people, shown and set."""

from __future__ import annotations

import argparse
import json
from typing import Any, NamedTuple

from commands.opening import opened
from rooms import safety, spam
from rooms.authority import Actor
from rooms.errors import Code, Refused
from rooms.events import Door, Person
from rooms.permissions import Role
from rooms.record import organizations
from rooms.record.safety import OFF
from rooms.store import Store
from settings import Settings

WHEN = (OFF, safety.AFTER, safety.BEFORE)


def add_to(commands: Any) -> None:
    one = commands.add_parser("safety", help="WeChat's content checks of an organization", description=(
        "what WeChat judges: off, after it was shown, or before; without options it is only shown"))
    one.add_argument("--text", choices=WHEN)
    one.add_argument("--media", choices=WHEN)
    one.add_argument("--outage", choices=(safety.SHOW, safety.PEOPLE), help="what is done where there is no verdict")
    two = commands.add_parser("spam", help="the clean-up of spammers of an organization", description=(
        "whether it proposes or acts, from which score on, and how long it mutes; without options it is only shown"))
    two.add_argument("--mode", choices=(OFF, spam.PROPOSE, spam.ACT))
    two.add_argument("--threshold", type=int, metavar="1-100")
    two.add_argument("--mute-seconds", type=int, metavar="SECONDS")
    for parser, run in ((one, set_safety), (two, set_spam)):
        parser.add_argument("organization", metavar="ORGANIZATION")
        parser.add_argument("--json", action="store_true", help="print JSON")
        parser.set_defaults(run=run)


def set_safety(chosen: argparse.Namespace) -> int:
    with opened(Settings.from_environment()) as store:
        actor = _operator(store, chosen.organization)
        now = safety.policy(store, chosen.organization)
        wanted = now._replace(**_given(chosen, "text", "media", "outage"))
        if wanted != now:
            safety.set_policy(store, actor, wanted.text, wanted.media, wanted.outage)
        return _show(chosen, safety.policy(store, chosen.organization), "text", "media", "outage")


def set_spam(chosen: argparse.Namespace) -> int:
    with opened(Settings.from_environment()) as store:
        actor = _operator(store, chosen.organization)
        now = spam.policy(store, chosen.organization)
        wanted = now._replace(**_given(chosen, "mode", "threshold", "mute_seconds"))
        if wanted != now:
            spam.set_policy(store, actor, wanted.mode, wanted.threshold, wanted.mute_seconds)
        return _show(chosen, spam.policy(store, chosen.organization), "mode", "threshold", "mute_seconds")


def _operator(store: Store, organization: str) -> Actor:
    if store.record.read(lambda c: organizations.one(c, organization)) is None:
        raise Refused(Code.NOT_FOUND, "no such organization")
    return Actor(Person("", organization, "operator", Door.CONSOLE), Role.OWNER)


def _given(chosen: argparse.Namespace, *names: str) -> dict[str, Any]:
    return {name: getattr(chosen, name) for name in names if getattr(chosen, name) is not None}


def _show(chosen: argparse.Namespace, policy: NamedTuple, *names: str) -> int:
    values = {name: getattr(policy, name) for name in names}
    print(json.dumps(values) if chosen.json else "\n".join(f"{name} {value}" for name, value in values.items()))
    return 0
