"""What `teahouse init --demo` sets up: an organization with a tea house, for whoever looks for the first time.

Running it again changes nothing and answers the same, without the passwords.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

from rooms import accounts, channels, orgs, safety
from rooms import rooms as tearooms
from rooms.accounts import Account, Kind, Mode
from rooms.demo_month import Month
from rooms.demo_open import Open
from rooms.permissions import StaffRole
from rooms.record import Connection, Record, notes, organizations, rooms, staff
from rooms.record import accounts as account_rows
from rooms.record import channels as channel_rows

ORGANIZATION, ROOM, CHANNELS, OWNER = "示范茶馆", "茶馆", ("大厅", "闲聊"), "owner@teahouse.example"
_NOTE, _MONTH, _OPEN = "demo", "demo_month", "demo_open"


def init(record: Record, now: int) -> dict[str, Any]:
    """The answer of the contract. Needs migrated tables and a secret key, no Redis."""
    passwords = {} if record.read(lambda c: notes.get(c, _NOTE)) else _set_up(record, now)
    organization = record.read(lambda c: notes.get(c, _NOTE))
    if organization:
        record.prepare(organization)
    record.write(lambda c: _add_month(c, record, now))
    return record.read(lambda c: _facts(c, record, passwords))


def _set_up(record: Record, now: int) -> dict[str, str]:
    """The passwords of new staff; none when another process was faster."""
    password = secrets.token_urlsafe(12)
    organization = orgs.new(ORGANIZATION, now)
    owner = orgs.new_staff(organization.id, OWNER, StaffRole.OWNER, password, now)
    theirs = [accounts.seal(record, account) for account in _accounts(organization.id, now)]
    room = tearooms.new(organization.id, ROOM, now)
    inside = [channels.new(room, name, now)._replace(position=place) for place, name in enumerate(CHANNELS)]

    def act(connection: Connection) -> bool:
        if not notes.claim(connection, _NOTE, organization.id):
            return False
        organizations.add(connection, organization)
        staff.add(connection, owner)
        rooms.add(connection, room)
        for account in theirs:
            account_rows.add(connection, account)
        safety.begin(connection, organization.id)
        for channel in inside:
            channel_rows.add(connection, channel)
        return True

    return {owner.email: password} if record.write(act) else {}


def _add_month(connection: Connection, record: Record, now: int) -> None:
    """Once, also where the demo is of a version that had none."""
    organization = notes.get(connection, _NOTE)
    if organization and notes.claim(connection, _MONTH, organization):
        Month(connection, organization, now).write()
    if organization and notes.claim(connection, _OPEN, organization):
        Open(connection, organization, record.vault, now).write()


def _accounts(organization: str, now: int) -> list[Account]:
    official, mini = (f"wx{secrets.token_hex(8)}" for _ in range(2))
    return [
        Account(official, organization, Kind.OFFICIAL_ACCOUNT, _original_id(official), secrets.token_hex(16),
                secrets.token_hex(12), _aes_key(), Mode.SAFE, "xml", now),
        Account(mini, organization, Kind.MINI_PROGRAM, _original_id(mini), secrets.token_hex(16),
                secrets.token_hex(12), _aes_key(), Mode.SAFE, "json", now + 1)]


def _facts(connection: Connection, record: Record, passwords: dict[str, str]) -> dict[str, Any]:
    organization = notes.get(connection, _NOTE) or ""
    opened = {account.kind: accounts.unseal(record, account)
              for account in account_rows.of_organization(connection, organization)}
    return {
        "organization": {"id": organization},
        "official_account": _account(opened[Kind.OFFICIAL_ACCOUNT]),
        "mini_program": _account(opened[Kind.MINI_PROGRAM]),
        "rooms": [{"id": room.id, "name": room.name, "channels": [
            {"id": channel.id, "name": channel.name} for channel in channel_rows.of_room(connection, room.id)]}
            for room in rooms.of_organization(connection, organization) if room.name == ROOM],
        "staff": [{"email": one.email, "password": passwords.get(one.email)}
                  for one in staff.of_organization(connection, organization) if one.email == OWNER],
    }


def _account(account: Account) -> dict[str, str]:
    return {"appid": account.appid, "token": account.token, "encoding_aes_key": account.aes_key, "mode": account.mode}


def _original_id(appid: str) -> str:
    return "gh_" + hashlib.sha256(appid.encode()).hexdigest()[:12]


def _aes_key() -> str:
    return "".join(secrets.choice("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") for _ in range(43))
