"""`teahouse plan`: what a house of a given size needs. Asks no server, changes nothing."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping
from typing import Any

from commands import measured, sizing
from commands.measured import Figure
from commands.sizing import Need, Plan, Wish

MOST = 1_000_000_000


def add_to(commands: Any) -> None:
    parser = commands.add_parser("plan", help="what a house of a given size needs", description=(
        "processes, Redis shards, memory, bandwidth and WeChat's quotas, from measured costs; docs/sizing.md explains"))
    parser.add_argument("--rooms", type=_number(1), required=True, metavar="N", help="rooms in which people talk")
    parser.add_argument("--present", type=_number(0), required=True, metavar="N", help="open sockets, in all")
    parser.add_argument("--messages-per-second", type=_number(0), required=True, metavar="N",
                        help="in the whole house, in its busiest second")
    parser.add_argument("--followers", type=_number(0), default=0, metavar="N", help="of its Official Accounts (0)")
    parser.add_argument("--json", action="store_true", help="the plan and the figures it comes from, as JSON")
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    wish = Wish(chosen.rooms, chosen.present, chosen.messages_per_second, chosen.followers)
    figures = measured.figures()
    found = sizing.plan(wish, figures)
    print(_as_json(wish, found, figures) if chosen.json else _as_text(found, figures))
    return 0


def _number(least: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not least <= int(text[:12]) <= MOST:
            raise argparse.ArgumentTypeError(f"{text[:40]!r} is not a whole number from {least} to {MOST}")
        return int(text)
    return number


def _as_json(wish: Wish, found: Plan, figures: Mapping[str, Figure]) -> str:
    needs = {need.name.replace(" ", "_").replace("-", "_"): {"value": round(need.value, 3), "unit": need.unit}
             for need in found.needs}
    return json.dumps({"asked": wish._asdict(), "needs": needs, "warnings": found.warnings,
                       "figures": {name: figure._asdict() for name, figure in figures.items()}}, ensure_ascii=False)


def _as_text(found: Plan, figures: Mapping[str, Figure]) -> str:
    lines = [_line(need) for need in found.needs]
    lines += [f"warning: {warning}" for warning in found.warnings]
    lines += ["", "from:", *(f"  {name:<22} {figure.value:>8,.6g} {figure.unit:<18} {figure.source}"
                             for name, figure in figures.items())]
    return "\n".join(lines)


def _line(need: Need) -> str:
    value = f"{need.value:,.0f}" if need.value >= 100 or need.value == int(need.value) else f"{need.value:.2f}"
    return f"{need.name:<20} {value:>16} {need.unit}"
