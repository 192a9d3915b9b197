"""`python -m console.publish`: the API's OpenAPI document on standard output, from which the pages' types are made."""

from __future__ import annotations

import sys

import msgspec

from console.blueprint import PREFIX
from console.openapi import document
from console.table import ROUTES


def main() -> None:
    described = msgspec.json.format(msgspec.json.encode(document(ROUTES, f"/console{PREFIX}")), indent=1)
    sys.stdout.write(described.decode() + "\n")


if __name__ == "__main__":
    main()
