"""`teahouse export`, `erase`, `network-log`: what somebody may ask the house for in writing, done by its operator."""

from __future__ import annotations

import argparse
import json
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from commands.opening import opened
from embedded import settle
from media import exports as packing
from media import work
from media.intake import House, house
from rooms import erasure, exports, network
from rooms.errors import Code, Refused
from rooms.media import Media
from rooms.record import audit, rooms, users
from rooms.record import media as rows
from rooms.record.audit import Act
from rooms.store import Store
from settings import Settings


def add_to(commands: object) -> None:
    adder = commands.add_parser  # type: ignore[attr-defined]
    given = adder("export", help="a person's data, or what was said in a room, as a zip")
    given.add_argument("subject", metavar="USER|ROOM")
    given.add_argument("file", metavar="FILE")
    given.set_defaults(run=export)
    gone = adder("erase", help="erase a person: the numbers stay, the words, files and names go; prints the proof")
    gone.add_argument("user", metavar="USER")
    gone.add_argument("--because", default="asked", help="a word for the audit")
    gone.add_argument("--yes", action="store_true", help="there is no way back")
    gone.set_defaults(run=erase)
    came = adder("network-log", help="from which addresses a person logged in or connected; the audit notes who asks")
    came.add_argument("user", metavar="USER")
    came.add_argument("--because", required=True, help="a word for the audit")
    came.add_argument("--json", action="store_true")
    came.set_defaults(run=network_log)


def export(chosen: argparse.Namespace) -> int:
    settings = Settings.from_environment()
    with opened(settings) as store, tempfile.TemporaryDirectory() as folder:
        job = _job(store, chosen.subject)
        pack = packing.person if job.type == exports.PERSON else packing.room
        packed = pack(house(store, settle(settings)), job, Path(folder), lambda _: True)
        Path(chosen.file).write_bytes(packed.read_bytes())
    return 0


def erase(chosen: argparse.Namespace) -> int:
    if not chosen.yes:
        raise Refused(Code.FORBIDDEN, "there is no way back; say --yes")
    settings = Settings.from_environment()
    with opened(settings) as store:
        there: House = house(store, settle(settings))
        job = erasure.begin(store, chosen.user, "", chosen.because)
        report = erasure.finish(store, job)
        store.record.write(lambda c: rows.change(c, job.id, (rows.WAITING,), state=rows.READY))
        work.sweep(there)
        print(json.dumps(report._asdict()))
    return 0


def network_log(chosen: argparse.Namespace) -> int:
    with opened(Settings.from_environment()) as store:
        known = store.record.read(lambda c: users.one(c, chosen.user))
        if known is None:
            raise Refused(Code.NOT_FOUND, "no such user")
        network.sweep(store)
        store.record.write(lambda c: audit.add(c, known.organization, Act(
            store.clock.now(), "", "", "network_log", chosen.user, "", "", chosen.because, "{}", "{}")))
        found = network.of(store, known.organization, chosen.user)
    if chosen.json:
        print(json.dumps([one._asdict() for one in found]))
        return 0
    for one in found:
        first, last = (datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="seconds") for at in one[5:7])
        print(f"{first}  {last}  {one.times:6}  {one.what:8}  {one.address}".rstrip())
    return 0


def _job(store: Store, subject: str) -> Media:
    """Raises Refused(not_found)."""
    room = store.record.read(lambda c: rooms.one(c, subject))
    if room is not None:
        return exports.new(store, room.organization, "", exports.ROOM, subject)
    known = store.record.read(lambda c: users.one(c, subject))
    if known is None or known.erased_at is not None:
        raise Refused(Code.NOT_FOUND, "no such user or room")
    return exports.new(store, known.organization, subject, exports.PERSON, "data")
