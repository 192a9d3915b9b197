"""`teahouse organization|room|channel|account add`, `teahouse member role`: each prints the new id."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from commands.opening import opened
from rooms import accounts, audiences, channels, denials, ids, members, orgs, rooms
from rooms.auditing import OPERATOR
from rooms.authority import Actor
from rooms.denials import Feature
from rooms.errors import Misconfigured
from rooms.events import Door, Person
from rooms.permissions import Right, Role
from rooms.planner import Way
from rooms.record import rooms as room_rows
from rooms.store import Store
from settings import Settings
from wechat.platform import stops

Act = Callable[[Store, argparse.Namespace], dict[str, str]]


def add_to(commands: Any) -> None:
    organization = _noun(commands, "organization", "add", "a tenant: owns accounts, rooms and staff", add_organization)
    organization.add_argument("name")

    room = _noun(commands, "room", "add", "a room of an organization", add_room)
    room.add_argument("name")
    room.add_argument("--organization", required=True, metavar="ID")
    room.add_argument("--password", metavar="P", help="who enters must know it; @FILE reads it from a file")
    room.add_argument("--capacity", type=_number, default=0, metavar="N", help="people at once (0: any number)")
    room.add_argument("--private", action="store_true", help="only members see it")

    room.add_argument("--unlisted", action="store_true", help="found by its name, not shown in lists")
    room.add_argument("--by-request", action="store_true", help="a moderator has to say yes")
    room.add_argument("--verified", action="store_true", help="only with a verified phone")
    room.add_argument("--white-only", action="store_true", help="only for its white list and moderators")
    room.add_argument("--direct", action="store_true", help="two members may talk to each other alone")

    verbs = commands.add_parser("channel", help="a channel of a room").add_subparsers(required=True, metavar="VERB")
    listed = act_of(verbs, "list", "who is on a list for a right; it counts where the rule is `list`", set_list)
    listed.add_argument("channel", metavar="CHANNEL")
    listed.add_argument("right", choices=list(Right))
    listed.add_argument("users", metavar="USER", nargs="*", help="these and no others; without any it is only shown")
    listed.add_argument("--nobody", action="store_true", help="empties it")
    channel = act_of(verbs, "add", "a channel of a room", add_channel)
    channel.add_argument("room", metavar="ROOM")
    channel.add_argument("name")
    channel.add_argument("--capacity", type=_number, default=0, metavar="N", help="people at once (0: any number)")
    channel.add_argument("--slow", type=_number, default=0, metavar="SECONDS", help="between two messages of a person")

    verbs = commands.add_parser("account", help="WeChat accounts of an organization").add_subparsers(
        required=True, metavar="VERB")
    account = act_of(verbs, "add", "a WeChat account of an organization", add_account)
    account.add_argument("appid")
    account.add_argument("--organization", required=True, metavar="ID")
    account.add_argument("--kind", required=True, choices=list(accounts.Kind))
    account.add_argument("--secret", required=True, metavar="S", help="the appsecret; @FILE reads it from a file")
    account.add_argument("--token", default="", metavar="T", help="of the server settings; @FILE reads it from a file")
    account.add_argument("--aes-key", default="", metavar="K", help="43 characters; @FILE reads it from a file")
    account.add_argument("--mode", choices=list(accounts.Mode),
                         help="default: safe with --aes-key, else plain")

    rotate = act_of(verbs, "rotate", "other credentials; the old token and key count on for a while", rotate_account)
    rotate.add_argument("appid")
    rotate.add_argument("--secret", metavar="S", help="the new appsecret; @FILE reads it from a file")
    rotate.add_argument("--token", metavar="T", help="the new token; @FILE reads it from a file")
    rotate.add_argument("--aes-key", metavar="K", help="the new key; @FILE reads it from a file")
    rotate.add_argument("--hours", type=_number, default=24, metavar="N", help="how long the old ones count (24)")
    allow = act_of(verbs, "allow", "turn a feature on again that WeChat had denied to the account", allow_feature)
    allow.add_argument("appid")
    allow.add_argument("feature", choices=list(denials.Feature))

    member = _noun(commands, "member", "role", "what a member may do in a room", set_role)
    member.add_argument("room", metavar="ROOM")
    member.add_argument("user", metavar="USER")
    member.add_argument("role", choices=list(Role))


def _noun(commands: Any, noun: str, verb: str, text: str, act: Act) -> argparse.ArgumentParser:
    """`teahouse NOUN VERB …`."""
    return act_of(commands.add_parser(noun, help=text).add_subparsers(required=True, metavar=verb.upper()), verb, text,
                  act)


def act_of(verbs: Any, verb: str, text: str, act: Act) -> argparse.ArgumentParser:
    """One verb of a noun; what `act` returns is printed."""
    parser: argparse.ArgumentParser = verbs.add_parser(verb, description=text)
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=lambda chosen: _run(act, chosen))
    return parser


def _run(act: Act, chosen: argparse.Namespace) -> int:
    with opened(Settings.from_environment()) as store:
        said = act(store, chosen)
    sys.stdout.write(f"{json.dumps(said, ensure_ascii=False) if chosen.json else chr(10).join(said.values())}\n")
    return 0


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number")
    return int(text)


def secret_of(given: str | None) -> str:
    """The text, or that of the file after an @: so it stays out of the shell's history."""
    if not given or not given.startswith("@"):
        return given or ""
    try:
        return Path(given[1:]).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise Misconfigured(f"cannot read {given[1:]} ({error.strerror})") from None


def add_organization(store: Store, chosen: argparse.Namespace) -> dict[str, str]:
    return {"id": orgs.add(store, chosen.name)}


def add_room(store: Store, chosen: argparse.Namespace) -> dict[str, str]:
    password = secret_of(chosen.password) or None
    return {"id": rooms.add(store, chosen.organization, chosen.name, password, chosen.capacity, chosen.private,
                            listed=not chosen.unlisted, by_request=chosen.by_request, verified=chosen.verified,
                            white_only=chosen.white_only, direct=chosen.direct)}


def set_list(store: Store, chosen: argparse.Namespace) -> dict[str, str]:
    room = ids.room_of(chosen.channel) if ids.is_channel(chosen.channel) else ""
    found = store.record.read(lambda c: room_rows.one(c, room)) if room else None
    operator = Actor(Person(OPERATOR, found.organization if found else "", "", Door.CONSOLE), "owner")
    if chosen.users or chosen.nobody:
        audiences.set_list(store, operator, chosen.channel, chosen.right, chosen.users)
    return {"users": " ".join(audiences.listed(store, operator, chosen.channel)[chosen.right])}


def add_channel(store: Store, chosen: argparse.Namespace) -> dict[str, str]:
    return {"id": channels.add(store, chosen.room, chosen.name, chosen.capacity, chosen.slow)}


def add_account(store: Store, chosen: argparse.Namespace) -> dict[str, str]:
    """Encrypted as soon as there is a key, unless the mode is said."""
    aes_key = secret_of(chosen.aes_key)
    mode = chosen.mode or ("safe" if aes_key else "plain")
    return {"id": accounts.add(store, chosen.organization, chosen.appid, chosen.kind, secret_of(chosen.secret),
                               secret_of(chosen.token), aes_key, mode)}


def rotate_account(store: Store, chosen: argparse.Namespace) -> dict[str, str]:
    given = {name: secret_of(text) for name in ("secret", "token", "aes_key") if (text := getattr(chosen, name))}
    if not given:
        raise Misconfigured("name what is new: --secret, --token or --aes-key")
    accounts.rotate(store, chosen.appid, **given, hours=chosen.hours)
    return {"id": chosen.appid}


def allow_feature(store: Store, chosen: argparse.Namespace) -> dict[str, str]:
    denials.lift(store, chosen.appid, chosen.feature)
    for way in {Feature.MESSAGES: (Way.CUSTOMER,), Feature.MASS: (Way.MASS,)}.get(chosen.feature, ()):
        stops.end(store, chosen.appid, way)
    return {"id": chosen.appid}


def set_role(store: Store, chosen: argparse.Namespace) -> dict[str, str]:
    members.set_role(store, chosen.room, chosen.user, chosen.role)
    return {"id": chosen.user}
