"""`/tokens`: by which programs use this API and speak in channels."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from console.asking import Ask, Done, In, Name, Out
from rooms import api_tokens
from rooms.permissions import StaffRole


class TokenRow(Out):
    id: str
    name: str
    role: str
    by: str
    made_at: int
    expires_at: int | None
    used_at: int | None


class Tokens(Out):
    tokens: list[TokenRow]


class NewToken(In):
    """`name` is under which its bearer speaks. Without `days` it has no end."""

    name: Name
    role: StaffRole
    days: Annotated[int, Meta(ge=1, le=api_tokens.LONGEST_DAYS)] | None = None


class TokenMade(Out):
    """The token is shown only now."""

    id: str
    token: str
    expires_at: int | None


def listed(ask: Ask) -> Tokens:
    return Tokens(tokens=[TokenRow(**{name: getattr(one, name) for name in TokenRow.__struct_fields__})
                          for one in api_tokens.of(ask.store, ask.organization)])


def make(ask: Ask, body: NewToken) -> TokenMade:
    made = api_tokens.make(ask.store, ask.actor, ask.who.role, body.name, body.role, body.days)
    return TokenMade(**made._asdict())


def revoke(ask: Ask, account: str) -> Done:
    api_tokens.revoke(ask.store, ask.actor, account)
    return Done()
