"""`/session`: signing in and out, one's password, one's second factor, where one is signed in."""

from __future__ import annotations

from typing import Annotated

from flask import request
from msgspec import Meta

from console.asking import Ask, Done, In, Out, Password, Word
from console.guard import Turned
from rooms import sessions, staff
from rooms.errors import Code, Refused
from rooms.record import Connection, organizations, second_factors
from rooms.sessions import Signed
from rooms.staff import CodeNeeded, Wrong


class SignIn(In):
    """`code` is of the second factor, or one of the recovery codes."""

    email: Annotated[str, Meta(max_length=255)]
    password: Password
    code: Word = ""


class ChangePassword(In):
    old: Password
    new: Password


class ShowCode(In):
    code: Word


class TurnOff(In):
    password: Password
    code: Word


class SessionView(Out):
    """Who is signed in. `csrf` goes into the X-CSRF-Token header of every change."""

    id: str
    email: str
    name: str
    role: str
    organization: str
    organization_name: str
    totp: bool
    recovery_codes_left: int
    csrf: str
    expires_at: int


class SessionRow(Out):
    """`name` is what it is ended by."""

    name: str
    made_at: int
    seen_at: int
    address: str
    agent: str
    current: bool


class Sessions(Out):
    sessions: list[SessionRow]


class Enrolment(Out):
    secret: str
    uri: str


class RecoveryCodes(Out):
    """Shown only now; each opens once."""

    recovery_codes: list[str]
    session: SessionView


def sign_in(ask: Ask, body: SignIn) -> SessionView:
    """401 `wrong_credentials`, or `code_needed` when the second factor is still to be shown. Any session before it
    ends: the cookie always changes."""
    try:
        known = staff.sign_in(ask.store, body.email, body.password, body.code, request.remote_addr or "")
    except Wrong as wrong:
        raise Turned(401, "wrong_credentials", "address, password and code do not fit together") from wrong
    except CodeNeeded as needed:
        raise Turned(401, "code_needed", "a code of the second factor is needed") from needed
    return begin_session(ask, known.id)


def current(ask: Ask) -> SessionView:
    return _view(ask, ask.who, ask.token)


def sign_out(ask: Ask) -> Done:
    sessions.end(ask.store, ask.who.id, ask.who.digest)
    ask.new_token = ""
    return Done()


def listed(ask: Ask) -> Sessions:
    return Sessions(sessions=[
        SessionRow(name=one.digest[:12], made_at=one.made_at, seen_at=one.seen_at, address=one.address,
                   agent=one.agent, current=one.digest == ask.who.digest)
        for one in sessions.of(ask.store, ask.who.id)])


def end_one(ask: Ask, name: str) -> Done:
    found = [one.digest for one in sessions.of(ask.store, ask.who.id) if one.digest[:12] == name]
    if not found:
        raise Refused(Code.NOT_FOUND, "no such session")
    sessions.end(ask.store, ask.who.id, found[0])
    return Done()


def end_others(ask: Ask) -> Done:
    """Signs out everywhere but here."""
    sessions.end_all(ask.store, ask.who.id, ask.who.digest)
    return Done()


def change_password(ask: Ask, body: ChangePassword) -> SessionView:
    """Signs out everywhere; here, a new session begins."""
    try:
        staff.change_password(ask.store, ask.who, body.old, body.new)
    except Wrong as wrong:
        raise Turned(403, "wrong_credentials", "not your password") from wrong
    return _begin(ask, ask.who.id)


def begin_totp(ask: Ask) -> Enrolment:
    """A second factor that counts once a code of it was shown. The secret is shown only now."""
    begun = staff.enrol(ask.store, ask.who)
    return Enrolment(secret=begun.secret, uri=begun.uri)


def confirm_totp(ask: Ask, body: ShowCode) -> RecoveryCodes:
    """Turns it on. Signs out everywhere; here, a new session begins."""
    try:
        codes = staff.confirm(ask.store, ask.who, body.code)
    except Wrong as wrong:
        raise Turned(403, "wrong_credentials", "not the code of now, or used before") from wrong
    return RecoveryCodes(recovery_codes=codes, session=_begin(ask, ask.who.id))


def end_totp(ask: Ask, body: TurnOff) -> SessionView:
    try:
        staff.turn_off(ask.store, ask.who, body.password, body.code)
    except Wrong as wrong:
        raise Turned(403, "wrong_credentials", "password and code do not fit together") from wrong
    return _begin(ask, ask.who.id)


def begin_session(ask: Ask, account: str) -> SessionView:
    """Of somebody who has just shown who they are. Any session before it ends."""
    if ask.signed is not None and not ask.signed.bearer:
        sessions.end(ask.store, ask.signed.id, ask.signed.digest)
    return _begin(ask, account)


def _begin(ask: Ask, account: str) -> SessionView:
    agent = request.headers.get("User-Agent", "")
    token = ask.new_token = sessions.begin(ask.store, account, request.remote_addr or "", agent)
    signed = sessions.look(ask.store, token)
    if signed is None:  # deactivated between the two
        raise Refused(Code.UNAUTHENTICATED, "sign in first")
    return _view(ask, signed, token)


def _view(ask: Ask, signed: Signed, token: str) -> SessionView:
    def look(connection: Connection) -> tuple[str, bool, int]:
        organization = organizations.one(connection, signed.organization)
        factor = second_factors.one(connection, signed.id)
        on = factor is not None and factor.confirmed_at is not None
        return (organization.name if organization else "", on,
                second_factors.codes_left(connection, signed.id) if on else 0)

    name, on, left = ask.store.record.read(look)
    return SessionView(
        id=signed.id, email=signed.email, name=signed.name, role=signed.role, organization=signed.organization,
        organization_name=name, totp=on, recovery_codes_left=left,
        csrf="" if signed.bearer else sessions.csrf(ask.store, token), expires_at=signed.expires_at)
