"""`teahouse alarms`: what must never happen and did, until somebody has understood it."""

from __future__ import annotations

import argparse
import json
from base64 import b64encode
from datetime import UTC, datetime
from typing import Any

from commands.opening import opened
from rooms import alarms
from rooms.alarms import Open
from rooms.errors import Misconfigured
from settings import Settings


def add_to(commands: Any) -> None:
    verbs = commands.add_parser("alarms", help="what did not fit in the archive: list what is open, close what is "
                                               "understood").add_subparsers(required=True, metavar="VERB")
    listed = verbs.add_parser("list", description="those that are open, the oldest first")
    listed.add_argument("--content", action="store_true", help="also what could not be kept where it belongs: words")
    listed.add_argument("--json", action="store_true", help="print JSON")
    listed.set_defaults(run=list_open)
    closing = verbs.add_parser("close", description="they are understood; the audit notes it")
    closing.add_argument("ids", metavar="ID", type=int, nargs="+")
    closing.add_argument("--because", required=True, metavar="WORDS", help="what it was")
    closing.set_defaults(run=close)


def list_open(chosen: argparse.Namespace) -> int:
    """Exit status 1 while there are any."""
    with opened(Settings.from_environment()) as store:
        found = alarms.open_ones(store)
    if chosen.json:
        print(json.dumps({"alarms": [_facts(one, chosen.content) for one in found]}, ensure_ascii=False))
    else:
        print("\n".join(_line(one, chosen.content) for one in found) or "none")
    return 1 if found else 0


def close(chosen: argparse.Namespace) -> int:
    with opened(Settings.from_environment()) as store:
        closed = alarms.close(store, chosen.ids, chosen.because)
    if missing := sorted(set(chosen.ids) - set(closed)):
        raise Misconfigured(f"no open alarm {', '.join(map(str, missing))}" + (
            f"; closed {', '.join(map(str, closed))}" if closed else ""))
    print(f"{len(closed)} closed")
    return 0


def _facts(one: Open, content: bool) -> dict[str, Any]:
    facts = {"id": one.id, **one.alarm._asdict()}
    kept = facts.pop("content")
    return {**facts, "content": _text(kept)} if content else facts


def _line(one: Open, content: bool) -> str:
    at = datetime.fromtimestamp(one.alarm.at / 1000, UTC)
    place = f"{one.alarm.channel or '-'} {one.alarm.epoch or '-'} {one.alarm.seq or '-'}"
    told = f"{one.id} {at:%Y-%m-%d %H:%M:%S} {one.alarm.kind} {place}: {one.alarm.detail}"
    return f"{told}\n    {_text(one.alarm.content)}" if content and one.alarm.content else told


def _text(kept: bytes | None) -> str | None:
    """What is no text is given in base64."""
    if kept is None:
        return None
    try:
        return kept.decode()
    except UnicodeDecodeError:
        return f"base64:{b64encode(kept).decode()}"
