"""Emojis under messages: counters of low priority, one of a kind from each person. What stands is told with the
message.

They live in Redis for the newest messages of a channel and are copied to the record every few seconds; of older
messages the record alone knows. A crash may cost the last seconds of them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from rooms import gate, ids, members
from rooms.errors import Code, Refused
from rooms.events import Person
from rooms.live import keys
from rooms.live.scripts import REACT
from rooms.record import reactions as rows
from rooms.store import Store

REACTABLE = 10_000
"""How far below the channel's newest entry a message may lie."""
MOST_OF_ONE, MOST_KINDS, MOST_PEOPLE = 5, 20, 5_000
PER_MINUTE = 60
LONGEST = 8
"""Code points: a family of four with its joiners has seven."""
TOGETHER = 500
ROUNDS = 20

_ALONE = frozenset("©®‼⁉™ℹ")
_JOINERS = frozenset("\u200d\ufe0f\u20e3")


def react(store: Store, person: Person, channel: str, seq: int, emoji: str, on: bool = True) -> Mapping[str, int]:
    """What stands under the message now. Doing it again changes nothing.

    Raises Refused: not_found, not_member, not_entered (put out, and not let in since), banned, muted, closed,
    forbidden (too far back), full, rate_limited, bad_frame (not an emoji).
    """
    if not ids.is_channel(channel):
        raise Refused(Code.NOT_FOUND)
    if not is_emoji(emoji):
        raise Refused(Code.BAD_FRAME, "emoji: one emoji")
    members.count_try(store, "react", person.id, PER_MINUTE)
    name = keys.of_channel(store.live.prefix, channel)
    names = [name.room.gate, name.room.members, name.head, name.log, name.feed, name.room.sanctions, name.recalled,
             name.reactions, name.reacted, name.allowed, name.outside]
    answer = gate.ask(store, ids.room_of(channel), REACT, names, [
        person.organization, person.id, channel, str(seq), emoji, "1" if on else "0", str(REACTABLE), str(MOST_OF_ONE),
        str(MOST_KINDS), str(MOST_PEOPLE)])
    store.live.hint("reactions", channel)
    return counts(answer[0])


def is_emoji(text: str) -> bool:
    """One picture, with its variants and joiners; no letters, and nothing that could be markup."""
    if not 1 <= len(text) <= LONGEST:
        return False
    if text[1:] in ("\ufe0f\u20e3", "\u20e3"):
        return text[0] in "0123456789#*"
    shown = [character for character in text if character not in _JOINERS and not 0xE0020 <= ord(character) <= 0xE007F]
    return bool(shown) and all(_is_picture(character) for character in shown)


def _is_picture(character: str) -> bool:
    return character in _ALONE or (unicodedata.category(character) in ("So", "Sk") and ord(character) >= 0x203C)


def counts(text: bytes | None) -> dict[str, int]:
    return msgspec.json.decode(text, type=dict[str, int]) if text else {}


def of_older(store: Store, wanted: Mapping[str, Sequence[int]]) -> dict[str, dict[int, dict[str, int]]]:
    """channel → seq → what stands under it, from the record."""
    return store.record.read(lambda c: rows.counts(c, wanted))


def sweep(store: Store) -> int:
    """Copies what is new to the record, and lets go of what lies too far back; returns how many were copied."""
    copied = 0
    for _ in range(ROUNDS):
        found = store.live.hinted("reactions", TOGETHER)
        copied += sum(copy(store, channel) for channel in found)
        if len(found) < TOGETHER:
            break
    return copied


def copy(store: Store, channel: str) -> int:
    """Brings the record up to date with the channel's reactions."""
    name, copied = keys.of_channel(store.live.prefix, channel), 0
    while fields := store.live.command("SPOP", name.reacted, str(TOGETHER), key=name.reacted):
        try:
            texts = store.live.command("HMGET", name.reactions, *fields, key=name.reactions)
            standing = [(*_place(field), (text or b"").decode().split())
                        for field, text in zip(fields, texts, strict=True)]
            store.record.write(lambda c, standing=standing: rows.set_many(c, channel, standing))  # type: ignore[misc]
        except BaseException:
            store.live.tell("SADD", name.reacted, *fields, key=name.reacted)
            raise
        copied += len(fields)
    _forget_old(store, name)
    return copied


def _forget_old(store: Store, name: keys.ChannelKeys) -> None:
    """Of messages that nobody may react to any more. What is not copied yet stays for the next time."""
    tip = int(store.live.command("HGET", name.head, "tip", key=name.head) or 0)
    if tip <= REACTABLE:
        return
    cursor = b"0"
    for _ in range(ROUNDS):
        cursor, found = store.live.command("HSCAN", name.reactions, cursor, "COUNT", "1000", key=name.reactions)
        old = [field for field in found[::2] if int(field.split(b" ")[0]) <= tip - REACTABLE]
        if old:
            waiting = store.live.command("SMISMEMBER", name.reacted, *old, key=name.reacted)
            _delete(store, name, (field for field, waits in zip(old, waiting, strict=True) if not waits))
        if cursor == b"0":
            return


def _delete(store: Store, name: keys.ChannelKeys, fields: Iterable[bytes]) -> None:
    gone = list(fields)
    if gone:
        store.live.command("HDEL", name.reactions, *gone, key=name.reactions)


def _place(field: bytes) -> tuple[int, str]:
    seq, _, user = field.decode().partition(" ")
    return int(seq), user
