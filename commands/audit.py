"""`teahouse audit export|verify`: the acts of authority of an organization, and whether any was changed."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from commands.opening import opened
from rooms import auditing
from rooms.auditing import Verified
from rooms.errors import Misconfigured
from settings import Settings

BROKEN = 3


def add_to(commands: Any) -> None:
    verbs = commands.add_parser("audit", help="acts of authority: export them, verify their chain").add_subparsers(
        required=True, metavar="VERB")
    out = verbs.add_parser("export", description="JSON Lines, one act a line, oldest first")
    out.add_argument("organization", metavar="ORGANIZATION")
    out.add_argument("--after", type=int, default=0, metavar="NUMBER", help="only acts above this number")
    out.set_defaults(run=export)
    check = verbs.add_parser("verify", description=f"whether the chain holds; exit status {BROKEN} where it does not")
    check.add_argument("organization", metavar="ORGANIZATION", nargs="?")
    check.add_argument("--file", metavar="FILE", help="a whole export instead of the record; - for standard input")
    check.add_argument("--json", action="store_true", help="print JSON")
    check.set_defaults(run=verify)


def export(chosen: argparse.Namespace) -> int:
    with opened(Settings.from_environment()) as store:
        for line in auditing.export(store, chosen.organization, chosen.after):
            sys.stdout.write(line + "\n")
    return 0


def verify(chosen: argparse.Namespace) -> int:
    found = _of_file(chosen.file) if chosen.file else _of_record(chosen.organization)
    if chosen.json:
        print(json.dumps(found._asdict()))
    elif found.broken is None:
        print(f"{found.acts} acts, the chain holds; its end is {found.head}")
    else:
        print(f"the chain is broken at act {found.broken}; the {found.acts} before it fit")
    return 0 if found.broken is None else BROKEN


def _of_file(path: str) -> Verified:
    if path == "-":
        return auditing.verify_lines(sys.stdin)
    try:
        with Path(path).open(encoding="utf-8") as lines:
            return auditing.verify_lines(lines)
    except (OSError, UnicodeDecodeError) as error:
        raise Misconfigured(f"cannot read {path} ({error})") from None


def _of_record(organization: str | None) -> Verified:
    if not organization:
        raise Misconfigured("name the organization, or a file with --file")
    with opened(Settings.from_environment()) as store:
        return auditing.verify(store, organization)
