"""`teahouse staff add|password|totp-off|deactivate`: console accounts, by the operator of the house."""

from __future__ import annotations

import argparse
import secrets
from typing import Any

from commands.people import act_of, secret_of
from rooms import orgs, staff
from rooms.permissions import StaffRole
from rooms.store import Store


def add_to(commands: Any) -> None:
    verbs = commands.add_parser("staff", help="somebody who may open the console").add_subparsers(
        required=True, metavar="VERB")
    add = act_of(verbs, "add", "a new console account", add_staff)
    add.add_argument("email")
    add.add_argument("--organization", required=True, metavar="ID")
    add.add_argument("--role", required=True, choices=list(StaffRole))
    add.add_argument("--password", metavar="P", help="@FILE reads it from a file; without it one is made and printed")
    password = act_of(verbs, "password", "a new password, for who forgot it; signs out everywhere", set_password)
    password.add_argument("email")
    password.add_argument("--password", metavar="P", help="@FILE reads it from a file; without it one is made")
    off = act_of(verbs, "totp-off", "takes the second factor away, for who lost it; signs out everywhere", totp_off)
    off.add_argument("email")
    end = act_of(verbs, "deactivate", "ends the account at once", deactivate)
    end.add_argument("email")


def add_staff(store: Store, chosen: argparse.Namespace) -> dict[str, str]:
    """The id, and the password where one was made: it is shown only now."""
    given = secret_of(chosen.password)
    password = given or secrets.token_urlsafe(12)
    account = orgs.add_staff(store, chosen.organization, chosen.email, chosen.role, password)
    return {"id": account} if given else {"id": account, "password": password}


def set_password(store: Store, chosen: argparse.Namespace) -> dict[str, str]:
    given = secret_of(chosen.password)
    password = given or secrets.token_urlsafe(12)
    account = staff.find(store, chosen.email).id
    staff.set_password(store, None, account, password)
    return {"id": account} if given else {"id": account, "password": password}


def totp_off(store: Store, chosen: argparse.Namespace) -> dict[str, str]:
    account = staff.find(store, chosen.email).id
    staff.reset_second_factor(store, None, account)
    return {"id": account}


def deactivate(store: Store, chosen: argparse.Namespace) -> dict[str, str]:
    account = staff.find(store, chosen.email).id
    staff.deactivate(store, account)
    return {"id": account}
