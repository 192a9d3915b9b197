"""`teahouse …`, the operators' command. What each does stands in `commands/`."""

from __future__ import annotations

import argparse
import sys

from rooms.errors import Misconfigured, Refused

WRONG_USAGE = 2


def main(arguments: list[str] | None = None) -> int:
    """Runs one command and gives its exit status; an expected failure is one line on standard error."""
    chosen = parser().parse_args(arguments)
    try:
        status: int = chosen.run(chosen)
    except Misconfigured as wrong:
        return _fail(str(wrong))
    except Refused as refused:
        return _fail(f"{refused.code}: {refused.message}")
    except KeyboardInterrupt:
        return 130
    return status


def parser() -> argparse.ArgumentParser:
    from commands import alarms, audit, backup, doctor, house, judging, keeping, leaving, menu, people, plan, staff

    root = argparse.ArgumentParser(prog="teahouse", description="茶馆 Teahouse: chat rooms for WeChat.")
    commands = root.add_subparsers(required=True, metavar="COMMAND")
    for part in (house, people, staff, alarms, audit, judging, keeping, backup, leaving, menu, plan, doctor):
        part.add_to(commands)
    return root


def _fail(reason: str) -> int:
    sys.stderr.write(f"teahouse: {reason}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
