"""`teahouse menu publish`, `qr`, `explain-delivery`: what an Official Account shows, leads to, and sends."""

from __future__ import annotations

import argparse
import json
from functools import partial
from pathlib import Path
from typing import Any

from commands.opening import opened
from embedded import settle
from media import posters
from processes import under_sandbox
from rooms import accounts
from rooms.accounts import Account, Kind
from rooms.denials import Feature
from rooms.errors import Misconfigured
from rooms.store import Store
from settings import Settings
from wechat import explaining, spans
from wechat.platform import features, menu, ways_in


def add_to(commands: Any) -> None:
    verbs = commands.add_parser("menu", help="publish the menu of an Official Account").add_subparsers(
        required=True, metavar="VERB")
    publish = verbs.add_parser("publish", description="replaces the menu; phones show it within five minutes")
    publish.add_argument("--account", metavar="APPID", help="one account; without it every Official Account")
    publish.add_argument("--file", metavar="FILE", help="a menu as JSON; without it the usual one")
    publish.add_argument("--page", default="", metavar="PATH", help="with a way into the organization's mini-program")
    publish.add_argument("--json", action="store_true", help="print JSON")
    publish.set_defaults(run=run_publish)
    why = commands.add_parser("explain-delivery", help="why somebody was or was not sent something")
    why.add_argument("user", metavar="USER", help="a user's id, or an openid")
    why.add_argument("--json", action="store_true", help="print JSON")
    why.set_defaults(run=run_explain)
    code = commands.add_parser("qr", help="a code that leads into a room or channel, as a poster")
    code.add_argument("place", metavar="ROOM_OR_CHANNEL")
    code.add_argument("--account", metavar="APPID", help="the Official Account; needed where there are several")
    code.add_argument("--days", type=int, default=30, metavar="N", help="how long it leads in, 1 to 30 (30)")
    code.add_argument("--out", metavar="FILE", help="where the poster goes, .svg or .png")
    code.add_argument("--json", action="store_true", help="print JSON")
    code.set_defaults(run=run_code)


def run_publish(chosen: argparse.Namespace) -> int:
    given = under_sandbox(Settings.from_environment())
    with opened(given) as store:
        settings = settle(given)
        published = []
        for account in _official(store, chosen.account):
            wanted = _menu(store, chosen, account)
            client = features.client(store, settings.wechat_api_url, account)
            features.attempt(store, account, Feature.MENU, partial(menu.publish, client, wanted))
            published.append(account.appid)
    print(json.dumps({"published": published}) if chosen.json else "\n".join(f"published: {one}" for one in published))
    return 0


def run_explain(chosen: argparse.Namespace) -> int:
    given = under_sandbox(Settings.from_environment())
    with opened(given) as store:
        settings = settle(given)
        found = explaining.explain(store, settings, chosen.user)
    if chosen.json:
        print(json.dumps(found, ensure_ascii=False))
        return 0
    print(f"{found['name']} ({found['user']})")
    for one in found["windows"]:
        print(f"  window {one['window']}: {one['left']} of {one['quota']} left, until {_clock(one['ends_at'])}")
    for one in found["now"]:
        what = one.get("channel") or f"notices: {', '.join(one['notices'])}"
        until = f" until {_clock(one['until'])}" if one.get("until") else ""
        print(f"  now, {what}: {one['decision']} {one.get('way') or ''}{until}: {one['because']}")
    for one in found["deliveries"]:
        print(f"  {_clock(one['at'])} {one['way']} {one['state']} {one['errcode'] or ''}: {one['detail']}")
    return 0


def _clock(at: int) -> str:
    return spans.stamp(at)


def run_code(chosen: argparse.Namespace) -> int:
    given = under_sandbox(Settings.from_environment())
    with opened(given) as store:
        settings = settle(given)
        account = _official(store, chosen.account)[0]
        made = ways_in.official(store, settings.wechat_api_url, settings.secret_key or "", account.appid, chosen.place,
                                chosen.days)
    if chosen.out:
        _write(Path(chosen.out), made)
    told = {"name": made.name, "url": made.url, "ticket": made.ticket, "expires_at": made.expires_at * 1000}
    print(json.dumps(told, ensure_ascii=False) if chosen.json else made.url)
    return 0


def _menu(store: Store, chosen: argparse.Namespace, account: Account) -> dict[str, Any]:
    if chosen.file:
        try:
            given = json.loads(Path(chosen.file).read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise Misconfigured(f"cannot read {chosen.file} ({error})") from None
        return menu.checked(given if isinstance(given, dict) else {})
    mini = next((one for one in accounts.every(store) if one.kind == Kind.MINI_PROGRAM
                 and one.organization == account.organization), None)
    if chosen.page and mini is not None:
        return menu.with_mini_program(mini.appid, chosen.page, "https://mp.weixin.qq.com/")
    return menu.MENU


def _official(store: Store, appid: str | None) -> list[Account]:
    found = [one for one in accounts.every(store)
             if one.kind == Kind.OFFICIAL_ACCOUNT and appid in (None, one.appid)]
    if not found:
        raise Misconfigured(f"no Official Account {appid or ''}: add one with `teahouse account add`")
    return found


def _write(path: Path, made: ways_in.WayIn) -> None:
    poster = ways_in.poster(made.room, made.channel, made.url, Kind.OFFICIAL_ACCOUNT, made.expires_at, "zh")
    if path.suffix == ".svg":
        path.write_text(posters.svg(poster), "utf-8")
    elif path.suffix == ".png":
        drawn = posters.png(poster)
        if drawn is None:
            raise Misconfigured("no font with Chinese characters here: install fonts-noto-cjk, or ask for .svg")
        path.write_bytes(drawn)
    else:
        raise Misconfigured(f"{path}: a name that ends in .svg or .png")
