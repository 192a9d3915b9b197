"""Words on their way through Redis: with `TEAHOUSE_SEAL_LOG` they are sealed before they get there.

In the wire form of an entry a body, a text or a reason gives its place to `{"sealed":"…"}`: the words under the
organization's data key, bound to the channel and to who says them. Nobody can say anything that looks like it, as JSON
escapes the quotes of what people say, and no body has such a field. Whoever reads the log or the feed gets it opened,
also in processes that seal nothing themselves.

Keys are at hand: read once, and looked at again twice a minute beside everything else. While the record is away, those
that are known stay good; one that was erased is forgotten with the next look.
"""

from __future__ import annotations

import logging
import re
import threading
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from rooms.errors import Code, Misconfigured, Refused
from rooms.events import COUNTED, Person
from rooms.record import Record, envelopes, keyring
from rooms.record.keyring import ErasedError, Key

LOOK_SECONDS = 30.0

_MARK = b'{"sealed":"'
_SEALED = re.compile(rb'\{"sealed":"([A-Za-z0-9+/=]+)"\}')
_CHANNEL = re.compile(rb'"channel":"([^"]*)"')
_AUTHOR = re.compile(rb'"(?:from|by)":\{"id":"([^"]*)"')
_NUMBER = slice(1, 5)
"""Where the number of the key stands in what is sealed (see `keyring`)."""

log = logging.getLogger(__name__)


class Sealing:
    """Of one process. `on`: whether it seals what it writes; what others sealed it opens in any case."""

    def __init__(self, on: bool = False) -> None:
        self.on = on
        self._record: Record | None = None
        self._keys: dict[int, Key] = {}
        self._of: dict[str, int] = {}
        self._watching = False
        self._closed = threading.Event()

    def begin(self, record: Record) -> None:
        """The record that the keys lie in. Raises Misconfigured where it has no master key and this is to seal."""
        if self.on and not record.keyring.seals:
            raise Misconfigured("TEAHOUSE_SEAL_LOG: needs TEAHOUSE_MASTER_KEY")
        self._record = record

    def close(self) -> None:
        self._closed.set()

    # sealing

    def read(self, organization: str) -> None:
        """The organization's key is at hand from here on, made where there was none. Raises Refused(unavailable)."""
        if self.on and organization not in self._of:
            self._fetch(organization)
            self._watch()

    def closed(self, person: Person, channel: str, words: Any) -> Any:
        """What stands for a body, a text or a reason in the wire form. Never waits.

        Raises Refused: unavailable where the key is not at hand, bad_frame for what is not Unicode.
        """
        return self._closed_under(person, channel, words) if self.on else words

    def digest_key(self, organization: str) -> bytes:
        """Keys the digests of words that lie in Redis; empty where words lie there openly."""
        return self._key(organization).grams if self.on else b""

    def closed_text(self, organization: str, place: str, text: str) -> str:
        """The same for words that are no part of an entry: a text for a text, bound to its place."""
        text = text.lstrip(envelopes.MARK)
        if not self.on or not text:
            return text
        sealed = keyring.seal(self._key(organization), text.encode(), place)
        return envelopes.MARK + b64encode(sealed).decode()

    # opening

    def opened(self, frame: bytes) -> bytes:
        """The wire form as it was said. Without its words, and as if taken back, where their key was erased or they are
        not where they belong. May ask the record; raises Refused(unavailable)."""
        return frame if _MARK not in frame else self._opened(frame, self._fetched)

    def at_once(self, frame: bytes) -> bytes | None:
        """The same without waiting; None where that cannot be."""
        if _MARK not in frame:
            return frame
        try:
            return self._opened(frame, self._keys.__getitem__)
        except KeyError:
            return None

    def opened_text(self, text: str, place: str) -> str:
        """Empty where its key was erased. Raises Refused(unavailable)."""
        if not text.startswith(envelopes.MARK):
            return text
        try:
            return _unsealed(text[1:].encode(), place, self._fetched).decode()
        except ErasedError:
            return ""

    # keys

    def look_again(self) -> None:
        """Forgets the keys that were erased; whose organization goes on gets another. Raises Refused(unavailable)."""
        assert self._record is not None
        known, owners = list(self._keys), dict(self._of)
        gone = set(known) - self._record.read(lambda c: keyring.still(c, known))
        self._record.keyring.forget(gone)
        for number in gone:
            del self._keys[number]
        for organization, number in owners.items():
            if number in gone:
                del self._of[organization]
                self._fetch(organization)

    def _closed_under(self, person: Person, channel: str, words: Any) -> msgspec.Raw:
        key = self._key(person.organization)
        try:
            plain = msgspec.json.encode(words)
        except UnicodeEncodeError as error:
            raise Refused(Code.BAD_FRAME, "text is not Unicode") from error
        sealed = keyring.seal(key, plain, _place(channel, person.id))
        return msgspec.Raw(b'%b%b"}' % (_MARK, b64encode(sealed)))

    def _key(self, organization: str) -> Key:
        key = self._keys.get(self._of.get(organization, keyring.PLAIN))
        if key is None:
            raise Refused(Code.UNAVAILABLE, "the key of these words is not at hand", 1_000)
        return key

    def _opened(self, frame: bytes, key_of: Callable[[int], Key]) -> bytes:
        place = _place(_named(_CHANNEL, frame), _named(_AUTHOR, frame))
        try:
            return _SEALED.sub(lambda found: _unsealed(found[1], place, key_of), frame)
        except ErasedError:
            return _without_words(frame)
        except Misconfigured as error:
            log.error("words in the log that do not open are shown to nobody: %s", error)
            return _without_words(frame)

    def _fetched(self, number: int) -> Key:
        """Raises ErasedError, Refused(unavailable)."""
        known = self._keys.get(number)
        if known is not None:
            return known
        assert self._record is not None
        try:
            key = self._keys[number] = self._record.read(lambda c: keyring.of(c).key(c, number))
        except Misconfigured as error:
            raise Refused(Code.UNAVAILABLE, str(error)) from error
        self._watch()
        return key

    def _fetch(self, organization: str) -> None:
        record = self._record
        assert record is not None
        record.prepare(organization)
        key = record.read(lambda c: keyring.of(c).current(c, organization))
        if key is None:
            raise Refused(Code.UNAVAILABLE, f"{organization} has no data key yet", 1_000)
        self._keys[key.number], self._of[organization] = key, key.number

    def _watch(self) -> None:
        if not self._watching:
            self._watching = True
            threading.Thread(target=self._look, name="watch-keys", daemon=True).start()

    def _look(self) -> None:
        while not self._closed.wait(LOOK_SECONDS):
            try:
                self.look_again()
            except Refused as refused:
                log.warning("the keys cannot be looked at now: %s", refused.message)
            except Exception:
                log.exception("the keys cannot be looked at")


def _unsealed(text: bytes, place: str, key_of: Callable[[int], Key]) -> bytes:
    """Raises Misconfigured, and what `key_of` raises."""
    try:
        data = b64decode(text, validate=True)
    except ValueError:
        raise Misconfigured(f"{place}: what was sealed there was changed") from None
    return keyring.unseal_with(key_of(int.from_bytes(data[_NUMBER], "big")), data, place)


def _place(channel: str, author: str) -> str:
    return f"log/{channel}/{author}"


def _named(pattern: re.Pattern[bytes], frame: bytes) -> str:
    found = pattern.search(frame)
    return found[1].decode() if found else ""


def _without_words(frame: bytes) -> bytes:
    told: Mapping[str, Any] = msgspec.json.decode(frame)
    left = {name: value for name, value in told.items() if not (isinstance(value, dict) and "sealed" in value)}
    return msgspec.json.encode({**left, "recalled": True} if left.get("op") in COUNTED else left)
