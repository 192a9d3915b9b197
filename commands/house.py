"""`teahouse init`, `migrate`, `up`: the house as a whole."""

from __future__ import annotations

import argparse
import json
import time
from typing import Any

import processes
from embedded import settle, write_private
from rooms import accounts, demo
from rooms.errors import Misconfigured
from rooms.record import Record, migrate
from rooms.record import accounts as account_rows
from settings import Settings


def add_to(commands: Any) -> None:
    first = commands.add_parser("init", help="create or migrate the tables; with --demo also something to look at")
    first.add_argument("--demo", action="store_true", help="an organization with two accounts, a room and an owner")
    first.add_argument("--json", action="store_true", help="print what there is as JSON")
    first.add_argument("--quiet", action="store_true", help="print only what is new")
    first.set_defaults(run=init)
    upgrade = commands.add_parser("migrate", help="upgrade the tables; the version before keeps working meanwhile")
    upgrade.set_defaults(run=upgrade_tables)
    start = commands.add_parser("up", help="run everything in the foreground; SIGTERM drains and ends all")
    start.add_argument("--sandbox", action="store_true", help="with the sandbox playing WeChat's servers")
    start.set_defaults(run=up)


def init(chosen: argparse.Namespace) -> int:
    """Running it again changes nothing and answers the same, with passwords null."""
    settled = settle(Settings.from_environment())
    applied = migrate.upgrade(str(settled.database_url))
    facts = demo.init(_record(settled), int(time.time() * 1000)) if chosen.demo else {}
    if any(one["password"] for one in facts.get("staff", [])):
        write_private(settled.var / processes.DEMO_STAFF, json.dumps(facts["staff"]))
    if chosen.json:
        print(json.dumps(facts, ensure_ascii=False))
    elif not chosen.quiet or any(one["password"] for one in facts.get("staff", [])):
        print(f"{len(applied)} migrations applied" if applied else "the tables are up to date")
        print(told(facts) if facts else "next: teahouse organization add NAME, or teahouse init --demo")
    return 0


def told(facts: dict[str, Any]) -> str:
    """The demo for people; a password is shown once, when it is new."""
    rooms = [f"room {room['name']} ({room['id']}): {'、'.join(channel['name'] for channel in room['channels'])}"
             for room in facts["rooms"]]
    staff = [f"owner {one['email']}" + (f", password {one['password']}" if one["password"] else "")
             for one in facts["staff"]]
    return "\n".join([f"organization {facts['organization']['id']}",
                      f"公众号 {facts['official_account']['appid']}, 小程序 {facts['mini_program']['appid']}",
                      *rooms, *staff])


def upgrade_tables(_chosen: argparse.Namespace) -> int:
    applied = migrate.upgrade(str(settle(Settings.from_environment()).database_url))
    print("\n".join(f"applied {name}" for name in applied) or "the tables are up to date")
    return 0


def up(chosen: argparse.Namespace) -> int:
    """Embedded tables are brought up to date by the way; those of a real server are the operator's to migrate."""
    settings = Settings.from_environment()
    settled = settle(settings)
    if settings.database_url is None:
        migrate.upgrade(str(settled.database_url))
    elif migrate.pending(str(settled.database_url)):
        raise Misconfigured("DATABASE_URL: its tables are behind this version; run `teahouse migrate`")
    if chosen.sandbox:
        tell_sandbox(settled)
    return processes.up(settings, chosen.sandbox)


def tell_sandbox(settled: Settings) -> None:
    """Writes the accounts that the sandbox plays the platform for; it holds their secrets, as the platform would."""
    house, record = processes.house(settled), _record(settled)
    theirs = [accounts.unseal(record, row) for row in record.read(account_rows.every)]
    record.close()
    told = {"accounts": [{
        "kind": account.kind, "appid": account.appid, "secret": account.secret, "token": account.token,
        "encoding_aes_key": account.aes_key, "mode": account.mode, "data_format": account.data_format,
        "original_id": account.gh_id, "callback_url": f"{house}/wechat/{account.appid}",
    } for account in theirs]}
    write_private(settled.var / "sandbox.json", json.dumps(told))


def _record(settled: Settings) -> Record:
    return Record.open(str(settled.database_url), settled.secret_key or "")
