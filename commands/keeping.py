"""`teahouse partitions`, `retention`, `keys`, `repack`: how long and in which shape things are kept."""

from __future__ import annotations

import argparse
import json
import time
from datetime import UTC, datetime
from typing import Any

from commands.opening import opened
from rooms import keeping, retention
from rooms.authority import Actor
from rooms.errors import Misconfigured
from rooms.events import Door, Person
from rooms.record import keyring, partitions
from rooms.record import retention as rows
from rooms.record.partitions import Partition
from settings import Settings


def add_to(commands: Any) -> None:
    months = commands.add_parser("partitions", help="the entries by month (MySQL, MariaDB): list, check, make ahead")
    months.add_argument("--make", action="store_true", help="make the months that are missing")
    months.add_argument("--json", action="store_true", help="print JSON")
    months.set_defaults(run=list_partitions)
    kept = commands.add_parser("retention", help="how long words are kept: show it, or set it with one of the options")
    kept.add_argument("organization", metavar="ORGANIZATION")
    kept.add_argument("--room", default="", metavar="ROOM")
    kept.add_argument("--channel", default="", metavar="CHANNEL", help="with --room")
    how = kept.add_mutually_exclusive_group()
    how.add_argument("--days", type=int, metavar="N", help="remove words after so many days")
    how.add_argument("--forever", action="store_true", help="keep them for ever")
    how.add_argument("--inherit", action="store_true", help="as the room, the organization, the setting above says")
    kept.add_argument("--json", action="store_true", help="print JSON")
    kept.set_defaults(run=keep)
    _add_keys(commands)
    pack = commands.add_parser("repack", help="pack older entries, and seal them where there is a master key")
    pack.set_defaults(run=repack)


def _add_keys(commands: Any) -> None:
    verbs = commands.add_parser("keys", help="the data keys that words are sealed under").add_subparsers(
        required=True, metavar="VERB")
    listed = verbs.add_parser("list", description="organizations that have one, and the master key that wraps it")
    listed.add_argument("--json", action="store_true", help="print JSON")
    listed.set_defaults(run=list_keys)
    rotate = verbs.add_parser("rotate", description="wrap every data key with TEAHOUSE_MASTER_KEY; then "
                                                    "TEAHOUSE_MASTER_KEY_BEFORE may go. Nothing needs to stop")
    rotate.set_defaults(run=rotate_keys)
    erase = verbs.add_parser("erase", description="make everything that an organization said unreadable, for good")
    erase.add_argument("organization", metavar="ORGANIZATION")
    erase.add_argument("--yes", action="store_true", help="there is no way back")
    erase.set_defaults(run=erase_key)


def list_partitions(chosen: argparse.Namespace) -> int:
    """Exit status 1 when something is not as it should be."""
    with opened(Settings.from_environment()) as store:
        now = int(time.time() * 1000)
        made = store.record.write(lambda c: partitions.make_ahead(c, now)) if chosen.make else []
        found, troubles = store.record.read(lambda c: (partitions.listed(c), partitions.troubles(c, now)))
    if chosen.json:
        print(json.dumps({"partitions": [each._asdict() for each in found], "made": made, "troubles": troubles}))
        return 1 if troubles else 0
    for each in found:
        print(f"{each.name:<10} before {_day(each)}  about {each.rows} entries, {each.bytes >> 20} MiB")
    for line in [*(f"made {name}" for name in made), *(f"wrong: {trouble}" for trouble in troubles)]:
        print(line)
    if not found and not troubles:
        print("SQLite keeps the entries in one piece")
    return 1 if troubles else 0


def keep(chosen: argparse.Namespace) -> int:
    with opened(Settings.from_environment()) as store:
        if chosen.forever or chosen.inherit or chosen.days is not None:
            if chosen.days is not None and chosen.days < 1:
                raise Misconfigured("--days: at least 1; --forever keeps words for ever")
            operator = Actor(Person("", chosen.organization, "operator", Door.CONSOLE), "owner")
            days = None if chosen.inherit else 0 if chosen.forever else chosen.days
            retention.set_days(store, operator, chosen.room, chosen.channel, days)
        found = store.record.read(lambda c: rows.of_organization(c, chosen.organization))
    if chosen.json:
        print(json.dumps({"kept": [each._asdict() for each in found]}))
        return 0
    for each in found:
        place = each.channel or each.room or "the organization"
        print(f"{place}: {f'{each.days} days' if each.days else 'for ever'}")
    if not found:
        print("nothing is said: TEAHOUSE_RETENTION_DAYS holds")
    return 0


def list_keys(chosen: argparse.Namespace) -> int:
    with opened(Settings.from_environment()) as store:
        found = store.record.read(keyring.wrapped_by)
    if chosen.json:
        print(json.dumps({"keys": found}))
    else:
        print("\n".join(f"{organization} wrapped by {name}" for organization, name in found.items()) or "none")
    return 0


def rotate_keys(_chosen: argparse.Namespace) -> int:
    with opened(Settings.from_environment()) as store:
        print(f"{store.record.write(store.record.keyring.rewrap)} data keys wrapped")
    return 0


def erase_key(chosen: argparse.Namespace) -> int:
    if not chosen.yes:
        raise Misconfigured("everything that was sealed for this organization becomes unreadable for good; say --yes")
    with opened(Settings.from_environment()) as store:
        if not keeping.erase_key(store, chosen.organization):
            raise Misconfigured("this organization has no data key")
    print("erased; running processes forget it within a minute, backups keep it until they are rotated away")
    return 0


def repack(_chosen: argparse.Namespace) -> int:
    with opened(Settings.from_environment()) as store:
        print(f"{keeping.repack(store)} entries changed")
    return 0


def _day(partition: Partition) -> str:
    if partition.before is None:
        return "no end    "
    return f"{datetime.fromtimestamp(partition.before / 1000, UTC):%Y-%m-%d}"
