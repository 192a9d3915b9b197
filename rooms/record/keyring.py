"""Data keys: with a master key, each organization's words are sealed under a key of its own (AES-256-GCM).

A data key lies in the record, wrapped by the master key. A rotation of the master key wraps the data keys anew and
touches no entry. Where a data key is erased, everything under it is gone for good, copies and backups included as soon
as they are older than the erasure; processes that still hold it forget it within a minute.

    2 NUMBER NONCE CIPHERTEXT    one byte, four (the data key's number, big-endian), twelve, the rest
"""

from __future__ import annotations

import os
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Collection
from typing import TYPE_CHECKING, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Connection, delete, select, update

from rooms.errors import Code, Misconfigured, Refused
from rooms.record import bodies, tables
from rooms.record.asking import add_new

if TYPE_CHECKING:
    from rooms.record.vault import Vault

REMEMBERED_SECONDS = 60
NONCE = 12
PLAIN = 0
"""The number of the key of those who have none."""

_TABLE = tables.data_keys


class ErasedError(Refused):
    """What was sealed under a data key that is no longer there: `not_found`."""


class NoKeyError(Refused):
    """An organization that has no data key yet is to have something sealed: `unavailable`, unless it can be made now
    (see `Record.write`)."""

    def __init__(self, organization: str) -> None:
        super().__init__(Code.UNAVAILABLE, f"{organization} has no data key yet", retry_after_ms=1_000)
        self.organization = organization


class Key(NamedTuple):
    """`grams` keys the search index."""

    number: int
    box: AESGCM
    grams: bytes


class Keyring:
    """Of one record. Without a master key nothing new is sealed, and what was sealed cannot be opened."""

    def __init__(self, vault: Vault | None) -> None:
        self._vault = vault
        self._known: dict[int, tuple[float, Key]] = {}
        self._of: dict[str, tuple[float, int]] = {}

    @property
    def seals(self) -> bool:
        return self._vault is not None

    def current(self, connection: Connection, organization: str) -> Key | None:
        """The organization's key; None where nothing is sealed, or before `prepare`."""
        if self._vault is None:
            return None
        until, number = self._of.get(organization, (0.0, PLAIN))
        if until < time.monotonic():
            query = select(_TABLE.c.number).where(_TABLE.c.organization == organization)
            number = connection.scalars(query).one_or_none() or PLAIN
            if number:
                self._of[organization] = (time.monotonic() + REMEMBERED_SECONDS, number)
        return self.key(connection, number) if number else None

    def prepare(self, connection: Connection, channels: Collection[str]) -> None:
        """Makes the data keys that the owners of these channels lack. For a transaction of its own: a key that is
        rolled back must not have sealed anything."""
        if self._vault is not None:
            for organization in missing(connection, channels):
                self.make(connection, organization)

    def make(self, connection: Connection, organization: str) -> None:
        """Makes the organization's data key where it has none. For a transaction of its own, as `prepare`."""
        if self._vault is not None:
            sealed = self._vault.seal(urlsafe_b64encode(os.urandom(32)).decode(), _place(organization))
            add_new(connection, _TABLE, {"organization": organization, "sealed": sealed})

    def key(self, connection: Connection, number: int) -> Key:
        """Raises ErasedError, and Misconfigured when the master key is not the one that wrapped it."""
        until, key = self._known.get(number, (0.0, None))
        if key is None or until < time.monotonic():
            key = self._read(connection, number)
            self._known[number] = (time.monotonic() + REMEMBERED_SECONDS, key)
        return key

    def forget(self, numbers: Collection[int]) -> None:
        """Before their time, as somebody knows that they were erased."""
        for number in numbers:
            self._known.pop(number, None)
        self._of = {organization: one for organization, one in self._of.items() if one[1] not in numbers}

    def rewrap(self, connection: Connection) -> int:
        """Wraps every data key with the newest master key; returns how many. For writes."""
        if self._vault is None:
            raise Misconfigured("TEAHOUSE_MASTER_KEY: needed to wrap the data keys anew")
        rows = list(connection.execute(select(_TABLE.c.number, _TABLE.c.organization, _TABLE.c.sealed)))
        for number, organization, sealed in rows:
            place = _place(organization)
            anew = self._vault.seal(self._vault.open(sealed, place), place)
            connection.execute(update(_TABLE).where(_TABLE.c.number == number).values(sealed=anew))
        return len(rows)

    def _read(self, connection: Connection, number: int) -> Key:
        self._known.pop(number, None)
        row = connection.execute(select(_TABLE.c.organization, _TABLE.c.sealed).where(
            _TABLE.c.number == number)).one_or_none()
        if row is None:
            raise ErasedError(Code.NOT_FOUND, "the key of these words was erased")
        if self._vault is None:
            raise Misconfigured("TEAHOUSE_MASTER_KEY: needed to read what is kept sealed")
        secret = urlsafe_b64decode(self._vault.open(row.sealed, _place(row.organization)))
        derived = HKDF(SHA256(), 32, salt=None, info=b"teahouse search grams").derive(secret)
        return Key(number, AESGCM(secret), derived)


def of(connection: Connection) -> Keyring:
    """The keyring of the record that this connection belongs to."""
    found = connection.get_execution_options().get("keyring")
    assert isinstance(found, Keyring)
    return found


def of_channels(connection: Connection, channels: Collection[str]) -> dict[str, Key]:
    """channel → the key that its words are sealed under, where they are sealed at all. Raises Refused(unavailable)
    where an owner has no data key yet."""
    keyring = of(connection)
    if not keyring.seals:
        return {}
    table = tables.channels
    owners = connection.execute(select(table.c.id, table.c.organization).where(table.c.id.in_(channels)))
    keys = {channel: keyring.current(connection, organization) for channel, organization in list(owners)}
    if without := [channel for channel in channels if keys.get(channel) is None]:
        raise Refused(Code.UNAVAILABLE, f"{without[0]} has no data key yet", retry_after_ms=1_000)
    return {channel: key for channel, key in keys.items() if key is not None}


def seal(key: Key, data: bytes, place: str) -> bytes:
    nonce = os.urandom(NONCE)
    return bodies.SEALED + key.number.to_bytes(4, "big") + nonce + key.box.encrypt(nonce, data, place.encode())


def unseal(connection: Connection, data: bytes, place: str) -> bytes:
    """What `seal` or nobody sealed. Raises ErasedError, Misconfigured."""
    if data[:1] != bodies.SEALED:
        return data
    return unseal_with(of(connection).key(connection, int.from_bytes(data[1:5], "big")), data, place)


def unseal_with(key: Key, data: bytes, place: str) -> bytes:
    """Raises Misconfigured where it was sealed for another place, or changed."""
    try:
        return key.box.decrypt(data[5:5 + NONCE], data[5 + NONCE:], place.encode())
    except (InvalidTag, ValueError):
        raise Misconfigured(f"{place}: what was sealed there was changed or moved") from None


def erase(connection: Connection, organization: str) -> bool:
    """Forgets the organization's data key, and with it all that it said. For writes."""
    keyring = of(connection)
    keyring._of.pop(organization, None)
    keyring._known.clear()
    return connection.execute(delete(_TABLE).where(_TABLE.c.organization == organization)).rowcount > 0


def organizations(connection: Connection) -> dict[str, int]:
    """organization → the number of its data key."""
    return {row.organization: row.number for row in connection.execute(select(_TABLE.c.organization, _TABLE.c.number))}


def still(connection: Connection, numbers: Collection[int]) -> set[int]:
    """Those of these data keys that were not erased."""
    return set(connection.scalars(select(_TABLE.c.number).where(_TABLE.c.number.in_(numbers))))


def wrapped_by(connection: Connection) -> dict[str, str]:
    """organization → the name of the master key that its data key is wrapped by."""
    return {row.organization: row.sealed.split(".")[1]
            for row in connection.execute(select(_TABLE.c.organization, _TABLE.c.sealed))}


def missing(connection: Connection, channels: Collection[str]) -> list[str]:
    """The organizations of these channels that have no data key."""
    owned = tables.channels
    query = (select(owned.c.organization).distinct()
             .outerjoin(_TABLE, _TABLE.c.organization == owned.c.organization)
             .where(owned.c.id.in_(channels), _TABLE.c.number.is_(None)))
    return list(connection.scalars(query))


def _place(organization: str) -> str:
    return f"data_keys/{organization}"
