"""The ends of a channel's log, one after the other. An epoch's id begins with its number: e1, e2_4kd02f, …"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, insert, select

from rooms.ids import ALPHABET
from rooms.record import tables

_TABLE = tables.epochs


class Epoch(NamedTuple):
    """Its first entry is `after_seq` + 1; what older epochs have above that was lost."""

    epoch: str
    number: int
    after_seq: int
    at: int


def new(number: int, after_seq: int, at: int) -> Epoch:
    suffix = "".join(secrets.choice(ALPHABET) for _ in range(6))
    return Epoch("e1" if number == 1 else f"e{number}_{suffix}", number, after_seq, at)


def number_of(epoch: str) -> int:
    """The number inside an epoch's id; 0 for something else."""
    digits = epoch[1:].partition("_")[0]
    return int(digits) if epoch[:1] == "e" and digits.isdecimal() else 0


def add(connection: Connection, channel: str, epoch: Epoch) -> None:
    connection.execute(insert(_TABLE), {"channel": channel, **epoch._asdict()})


def of_channel(connection: Connection, channel: str) -> Sequence[Epoch]:
    query = select(_TABLE.c.epoch, _TABLE.c.number, _TABLE.c.after_seq, _TABLE.c.at).where(
        _TABLE.c.channel == channel).order_by(_TABLE.c.number)
    return [Epoch._make(row) for row in connection.execute(query)]
