"""What a channel holds its people to: how slowly they speak, how many have a seat, who may see, enter and post."""

from __future__ import annotations

from collections.abc import Mapping

from rooms import authority, closing, shedding
from rooms.authority import Actor, Done
from rooms.errors import Code, Refused
from rooms.permissions import AUDIENCES, Right
from rooms.record import Connection
from rooms.record import rules as rows
from rooms.store import Store

NUMBERS: dict[str, tuple[int, int]] = {
    "muted_all": (0, 1), "slow_seconds": (0, 86_400), "capacity": (0, 1_000_000), "queue_most": (0, 100_000),
    "fold_seconds": (0, 3_600), "guard_count": (0, 1_000), "guard_seconds": (1, 3_600),
    shedding.RULE: (0, 100_000)}
"""The least and the most of each."""


def change(store: Store, actor: Actor, channel: str, changed: Mapping[str, int | bool | str]) -> Done:
    """Changes some. Who may no longer be there by them is put out (`closing`).

    Raises Refused: not_found, not_member, forbidden; bad_frame for what is no rule.
    """
    where = authority.find(store, actor, channel, of_two=lambda *_: False)
    values = {name: _value(name, value) for name, value in changed.items()}
    if not values or not where.channel:
        raise Refused(Code.BAD_FRAME, f"rules: some of {', '.join([*NUMBERS, *Right])}, of a channel")

    def act(connection: Connection) -> None:
        authority.may(connection, store, actor, where)
        before = rows.of_channel(connection, channel)
        rows.set_(connection, channel, values)
        authority.write_down(connection, store, actor, where, "rules", before=before, after=values)

    store.record.write(act)
    words = [word for pair in values.items() for word in pair]
    done = authority.tell(store, actor, where, "rules", "", dict(changed), ["rules", *words])
    if {Right.SEE, Right.ENTER} & set(values):
        closing.put_out(store, actor.person.organization, channel)
    return done


def _value(name: str, value: int | bool | str) -> str:
    if name in tuple(Right) and value in AUDIENCES:
        return str(value)
    least, most = NUMBERS.get(name, (1, 0))
    if isinstance(value, str) or not least <= int(value) <= most:
        audiences = ", ".join(AUDIENCES) if name in tuple(Right) else "no such rule"
        raise Refused(Code.BAD_FRAME, f"{name}: {f'{least} to {most}' if name in NUMBERS else audiences}")
    return str(int(value))
