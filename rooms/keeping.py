"""How what was kept before lies as what is kept now: packed, and sealed where there is a master key."""

from __future__ import annotations

from rooms import recovery
from rooms.record import audit, entries, envelopes, keyring, retention, search
from rooms.record.audit import Act
from rooms.store import Store

TOGETHER, CHANNELS = 500, 500


def repack(store: Store) -> int:
    """Goes over all entries, and over what lies outside of the log; returns how many were changed. Safe to stop and to
    begin again."""
    changed, last = _close_older(store) if store.record.keyring.seals else 0, ""
    while page := store.record.read(lambda c, last=last: retention.channels(c, last, CHANNELS)):  # type: ignore[misc]
        for channel in page:
            store.record.write(lambda c, id_=channel.id: store.record.keyring.prepare(c, [id_]))  # type: ignore[misc]
            changed += _repack(store, channel.id)
        last = page[-1].id
    return changed


def erase_key(store: Store, organization: str) -> bool:
    """Makes all that an organization has said unreadable, for good. False when it has no data key.

    What was never sealed is not touched. Its rooms are closed until they are set anew, so that Redis keeps nothing of
    the log that the record cannot read any more.
    """
    erased = store.record.write(lambda c: keyring.erase(c, organization))
    if erased:
        now = store.clock.now()
        store.record.write(lambda c: audit.add(c, organization, Act(now, "", "", "erase_key", "", "", "", "", "", "")))
        for channel in store.record.read(lambda c: retention.of_owner(c, organization)):
            store.record.write(lambda c, id_=channel.id: search.start_over(c, id_))  # type: ignore[misc]
            recovery.close(store, channel.room)
    return erased


def _repack(store: Store, channel: str) -> int:
    changed, after = 0, 0
    while True:
        after, some = store.record.write(
            lambda c, after=after: entries.repack(c, channel, after, TOGETHER))  # type: ignore[misc]
        changed += some
        if not after:
            return changed


def _close_older(store: Store) -> int:
    changed = 0
    for organization in store.record.read(envelopes.open_still):
        store.record.prepare(organization)
        while some := store.record.write(lambda c, id_=organization: envelopes.close_older(c, id_, TOGETHER)):  # type: ignore[misc]
            changed += some
    return changed
